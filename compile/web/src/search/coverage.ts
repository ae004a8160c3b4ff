import { bigrams, kind } from "./characters";
import { BENT, UNKNOWN } from "./lexicon";
import type { Tokeniser } from "./tokeniser";

/** How a sentence ends: a last word of unknown syllables that ends so is a predicate, written otherwise elsewhere. */
const PREDICATE = /[가까나니다돼아야어요죠줘지해]$/;

/**
 * What a question is about: its content morphemes without those that ask, and of a Hangul word that the
 * index does not know its first two syllables, as particles stand at the end.
 */
export function questionTerms(query: string, tokeniser: Tokeniser, asking: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const words = tokeniser.cuts(query);
  for (const [at, cuts] of words.entries()) {
    const isUnknown = cuts.every((cut) => cut.kind === UNKNOWN && kind(cut.text) === "hangul");
    if (at > 0 && at === words.length - 1 && isUnknown && PREDICATE.test(cuts.at(-1)!.text)) break;
    let unknown = "";
    const end = (): void => {
      found.push(...bigrams(unknown).slice(0, 1));
      unknown = "";
    };
    for (const cut of cuts) {
      if (cut.kind === UNKNOWN && kind(cut.text) === "hangul") {
        unknown += cut.text;
        continue;
      }
      end();
      if (cut.kind <= BENT || cut.kind === UNKNOWN) found.push(...cut.terms);
    }
    end();
  }
  return [...new Set(found)].filter((term) => !asking.has(term.replace(/^_/, "")));
}

/**
 * Share of the terms, by weight, that the passage which holds most of them holds; 0 without terms or
 * passages. The server refuses a question by the same measure (`rag/coverage.py`).
 */
export function coverage(
  terms: readonly string[],
  texts: readonly string[],
  tokeniser: Tokeniser,
  weight: (term: string) => number,
): number {
  const total = terms.reduce((sum, term) => sum + weight(term), 0);
  if (total === 0) return 0;
  const shares = texts.map((text) => {
    const held = new Set(tokeniser.tokens(text));
    // A compound may be cut otherwise here and there: 비밀번호, or 비밀 and 번호.
    const lower = text.normalize("NFC").toLowerCase();
    const found = terms.filter((term) => held.has(term) || (term.length > 1 && lower.includes(term)));
    return found.reduce((sum, term) => sum + weight(term), 0) / total;
  });
  return Math.max(0, ...shares);
}
