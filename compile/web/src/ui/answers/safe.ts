/** The blocks of an answer as they are shown: what the renderer made, held against a list of what is allowed. */
import DOMPurify from "dompurify";
import { type Block, renderBlocks, type Rendering } from "./markdown";

const TAGS =
  "a blockquote br button code del em h1 h2 h3 h4 h5 h6 hr li ol p pre s span strong table tbody td th thead tr ul".split(" ");
const ATTRIBUTES = "href class type data-passage aria-label start rel target align tabindex".split(" ");

export function safeBlocks(markdown: string, rendering: Rendering): Block[] {
  return renderBlocks(markdown, rendering).map((block) => ({ ...block, html: clean(block.html) }));
}

function clean(html: string): string {
  return DOMPurify.sanitize(html, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES, ALLOW_DATA_ATTR: false });
}
