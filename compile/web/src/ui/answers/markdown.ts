/** Turns what a model wrote into HTML, block by block, so that a growing answer redraws only its last block. */
import { Marked, type Tokens } from "marked";
import { CITATION, citedNumbers } from "../asking/citations";

export interface Block {
  /** The block's Markdown: as long as it is the same, so is its HTML. */
  readonly raw: string;
  readonly html: string;
}

/** What an answer is rendered with. */
export interface Rendering {
  /** Passages that were given: only `[1]` to `[passages]` are citations. */
  readonly passages: number;
  /** What a screen reader says for the button of a citation. */
  readonly label: (n: number) => string;
}

interface CitationToken extends Tokens.Generic {
  readonly type: "citation";
  readonly numbers: readonly number[];
}

/** The blocks of an answer. Neither HTML nor images of the model's are let through, and links open on a click alone. */
export function renderBlocks(markdown: string, rendering: Rendering): Block[] {
  const marked = parserFor(rendering);
  const tokens = marked.lexer(markdown);
  return tokens
    .filter((token) => token.type !== "space")
    .map((token) => ({ raw: token.raw, html: marked.parser([token]) }));
}

function parserFor({ passages, label }: Rendering): Marked {
  return new Marked({
    gfm: true,
    breaks: true,
    renderer: {
      html: ({ text }) => escapeHtml(text),
      // The page's own title is above whatever the model calls one.
      heading({ depth, tokens }) {
        const level = Math.min(6, depth + 1);
        return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
      },
      image: ({ text, href }) => escapeHtml(text || href),
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const address = outsideAddress(href);
        if (!address) return inner;
        // The reader sees where a link leads before opening it.
        const host = inner.includes(address.host) ? "" : ` <span class="link-host">(${escapeHtml(address.host)})</span>`;
        const attributes = `href="${escapeHtml(address.href)}" target="_blank" rel="noopener noreferrer"`;
        return `<a ${attributes}>${inner}</a>${host}`;
      },
      // Wide code and tables scroll within themselves, with the keyboard too.
      code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`,
      checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    },
    extensions: [
      {
        name: "citation",
        level: "inline",
        start: (text) => text.search(CITATION),
        tokenizer(text) {
          const found = new RegExp(`^${CITATION.source}`).exec(text);
          const numbers = found && citedNumbers(found[1] ?? "", passages);
          return found && numbers ? { type: "citation", raw: found[0], numbers } : undefined;
        },
        renderer: (token) => (token as CitationToken).numbers.map((n) => citationButton(n, label(n))).join(""),
      },
    ],
  });
}

function citationButton(n: number, label: string): string {
  return `<button type="button" class="cite" data-passage="${n}" aria-label="${escapeHtml(label)}">${n}</button>`;
}

function outsideAddress(href: string): URL | null {
  try {
    const address = new URL(href);
    return ["http:", "https:"].includes(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
