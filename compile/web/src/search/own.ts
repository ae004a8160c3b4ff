import type { Tokeniser } from "./tokeniser";
import type { OwnDocument, Passage } from "./types";

/** About as long as the passages of an index (`rag/passages.py`). */
const MOST_CHARACTERS = 600;
const LEAST_CHARACTERS = 400;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/;
const FENCE = /^ {0,3}(?:```|~~~)/;
const MARKDOWN = /\.(?:md|markdown)$/i;

/** A passage of the reader's own, ready to be found. */
export interface OwnPassage {
  readonly passage: Passage;
  /** How often each term stands in it. */
  readonly counts: ReadonlyMap<string, number>;
  /** Number of its terms, repetitions counted. */
  readonly length: number;
}

/** What is tokenised of a passage: its title, the headings above it, its text. */
export function searchedText(passage: Passage): string {
  return [passage.title, passage.headings.join(" > "), passage.text].filter(Boolean).join("\n");
}

/** The passages of a file, by paragraphs; pages are not joined, headings are those of Markdown. */
export function* ownPassages(document: OwnDocument, tokeniser: Tokeniser): Generator<OwnPassage> {
  const isMarkdown = MARKDOWN.test(document.name);
  let count = 0;
  let headings: Heading[] = [];
  for (const { page, text } of document.pages) {
    for (const part of isMarkdown ? sections(text, headings) : [{ headings: [], text }]) {
      headings = part.headings;
      for (const cut of cutText(part.text)) {
        const passage: Passage = {
          id: `${document.id}#${count}`,
          title: document.name,
          headings: headings.map((heading) => heading.text),
          text: cut,
          source: document.name,
          page,
          own: true,
        };
        const terms = tokeniser.tokens(searchedText(passage));
        const counts = new Map<string, number>();
        for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
        count += 1;
        yield { passage, counts, length: terms.length };
      }
    }
  }
}

interface Heading {
  readonly level: number;
  readonly text: string;
}

interface Section {
  readonly headings: Heading[];
  readonly text: string;
}

/** Stretches of Markdown under the same headings; `above`: those that the page before ended with. */
function sections(text: string, above: Heading[]): Section[] {
  const found: Section[] = [];
  let headings = above;
  let lines: string[] = [];
  let isCode = false;
  const end = (): void => {
    if (lines.some((line) => line.trim() !== "")) found.push({ headings, text: lines.join("\n") });
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    if (FENCE.test(line)) isCode = !isCode;
    const heading = isCode ? null : HEADING.exec(line);
    if (heading === null) {
      lines.push(line);
      continue;
    }
    end();
    const level = heading[1]!.length;
    headings = [...headings.filter((one) => one.level < level), { level, text: heading[2]! }];
  }
  end();
  return found;
}

/** Paragraphs, short ones together, long ones cut at the end of a sentence, else at a space, else hard. */
export function cutText(text: string): string[] {
  const found: string[] = [];
  let held = "";
  for (const paragraph of text.split(/\n[ \t\r]*\n/)) {
    for (const part of shortened(paragraph.trim())) {
      if (held !== "" && held.length + part.length + 2 > MOST_CHARACTERS) {
        found.push(held);
        held = "";
      }
      held = held === "" ? part : `${held}\n\n${part}`;
    }
  }
  if (held !== "") found.push(held);
  return found;
}

function* shortened(paragraph: string): Generator<string> {
  let rest = paragraph;
  while (rest.length > MOST_CHARACTERS) {
    const end = cutPoint(rest);
    yield rest.slice(0, end).trimEnd();
    rest = rest.slice(end).trimStart();
  }
  if (rest !== "") yield rest;
}

function cutPoint(text: string): number {
  for (const end of [/[.?!。？！]["”’)]*\s(?!.*[.?!。？！]["”’)]*\s)/s, /\s(?!.*\s)/s]) {
    const at = text.slice(LEAST_CHARACTERS, MOST_CHARACTERS + 1).search(end);
    if (at >= 0) return LEAST_CHARACTERS + at + 1;
  }
  // A character of two units is not parted.
  const code = text.charCodeAt(MOST_CHARACTERS - 1);
  return code >= 0xd800 && code <= 0xdbff ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
}
