/** Numbers of passages in an answer. */

/** `[1]`, `[1, 2]` at the place where the pattern is put; not the beginning of a Markdown link. */
export const CITATION = /\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\](?!\()/;

/** The numbers of a citation that were given to the model, or null where one was not: that is no citation. */
export function citedNumbers(listed: string, passages: number): number[] | null {
  const numbers = listed.split(",").map((one) => Number(one.trim()));
  return numbers.every((n) => n >= 1 && n <= passages) ? numbers : null;
}

/** The passages that an answer cites, from 1, in order of appearance. */
export function citationsOf(text: string, passages: number): number[] {
  const found = [...text.matchAll(new RegExp(CITATION, "g"))];
  return [...new Set(found.flatMap((match) => citedNumbers(match[1] ?? "", passages) ?? []))];
}
