/** Finds where an answer began to say the same thing over and over: small models do, and do not stop by themselves. */

/** Characters that are repeated, at least and at most, and how often they stand there before it is a loop. */
const LEAST = 20;
const MOST = 1_000;
const TIMES = 6;

// Rows, items, headings and quotations may be alike on purpose; so may lines of code.
const ITEM = /\n[ \t]*(?:[-*+•·>|]|#{1,6}|\(?(?:\p{N}+|[a-z가-힣])[.)])[ \t]|\n(?: {4}|\t)/iu;
const CODE = /[{}=<>;`|\\\t]|[A-Za-z_]\(/;
const FENCE = /^ {0,3}(?:```|~~~)/gm;
const SENTENCE_END = /[.!?。！？\n]["'”’)\]]*(?:\s*\[[\d, ]+\])*\s*$/;
const CITED = /^\s*\[\d/;
/** Characters before a place that tell whether a sentence ends there. */
const BEFORE = 40;

/**
 * The place at which a text that ends in a loop should have ended: behind the first of the repetitions. Null where
 * the last `LEAST` characters and more do not stand there `TIMES` times in a row, or are no prose.
 */
export function endBeforeLoop(text: string): number | null {
  const most = Math.min(MOST, Math.floor(text.length / TIMES));
  for (let period = LEAST; period <= most; period++) {
    const from = repeatedFrom(text, period);
    if (text.length - from >= period * TIMES) return isProse(text, from, period) ? endOfFirst(text, from, period) : null;
  }
  return null;
}

/** From where on each character is the one that stands `period` characters later. */
function repeatedFrom(text: string, period: number): number {
  let from = text.length - period;
  while (from > 0 && text[from - 1] === text[from - 1 + period]) from -= 1;
  return from;
}

/** Numbers, rules and what is drawn with signs have few letters. */
function isProse(text: string, from: number, period: number): boolean {
  const unit = text.slice(-period);
  const letters = unit.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
  if (letters === 0 || letters * 2 < unit.replace(/\s/g, "").length) return false;
  const isFenced = (text.slice(0, from).match(FENCE)?.length ?? 0) % 2 === 1;
  const repeated = text.slice(from);
  return !isFenced && !ITEM.test(repeated) && !CODE.test(repeated);
}

/** Behind the first repetition, or a little later: what stands before it may end as its sentences do. */
function endOfFirst(text: string, from: number, period: number): number {
  const first = from + period;
  for (let end = first; end < first + period; end++) {
    const isEnd = SENTENCE_END.test(text.slice(Math.max(0, end - BEFORE), end));
    if (isEnd && !CITED.test(text.slice(end, end + BEFORE))) return end;
  }
  // A letter of two code units is not cut in half.
  return /[\udc00-\udfff]/.test(text[first] ?? "") ? first + 1 : first;
}
