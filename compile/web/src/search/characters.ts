/**
 * How the page reads characters: the twin of `compile/search/characters.py`.
 *
 * No `\w` and no `\p{L}`: Python and the browser take them from different versions of Unicode. The ranges
 * lie in the basic plane and were assigned long ago, so that NFC and lower case are settled too.
 */

const WORD =
  "0-9A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u0300-\\u036f\\u0370-\\u052f\\u1100-\\u11ff\\u1e00-\\u1eff" +
  "\\u3041-\\u3096\\u30a1-\\u30fa\\u30fc\\u3131-\\u318e\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua960-\\ua97c" +
  "\\uac00-\\ud7a3\\ud7b0-\\ud7fb\\uf900-\\ufa0b\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a";
/** Signs inside of numbers, addresses and serial numbers: 1,000, user@host, 2026-11-23. */
const JOINERS = ".,-_/:@#&+'%";
const OTHER = new RegExp(`[^${WORD}.,\\-_/:@#&+'%]`, "g");
const HANGUL_RUN = /[\uac00-\ud7a3]{2,}/g;
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;

/** The text in NFC and lower case, everything that no word is made of as a space. */
export function readable(text: string): string {
  const kept = text.replace(OTHER, " ").normalize("NFC");
  // Character by character: a whole word's final sigma would depend on its neighbours.
  return kept.replace(/[^ \uac00-\ud7a3]/g, (char) => {
    const lower = char.toLowerCase();
    return lower.length === 1 ? lower : char;
  });
}

/** The stretches of a `readable` text without spaces, outer joiners taken off. */
export function pieces(text: string): string[] {
  const found: string[] = [];
  for (const part of text.split(" ")) {
    let start = 0;
    let end = part.length;
    while (start < end && JOINERS.includes(part.charAt(start))) start += 1;
    while (end > start && JOINERS.includes(part.charAt(end - 1))) end -= 1;
    if (end > start) found.push(part.slice(start, end));
  }
  return found;
}

/** What a character is: runs of digits and of letters are never cut inside. */
export type Kind = "hangul" | "digit" | "letter" | "joiner" | "other";

export function kind(char: string): Kind {
  if (char >= "\uac00" && char <= "\ud7a3") return "hangul";
  if (char >= "0" && char <= "9") return "digit";
  if (JOINERS.includes(char)) return "joiner";
  return char < "\u0530" || (char >= "\u1e00" && char <= "\u1eff") ? "letter" : "other";
}

/** Marked pairs of neighbouring Hangul syllables. */
export function bigrams(text: string): string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(HANGUL_RUN)) {
    for (let at = 0; at + 1 < run.length; at += 1) found.push(`_${run.slice(at, at + 2)}`);
  }
  return found;
}

/** The pair that a number of the index stands for. */
export function bigramOf(code: number): string {
  const syllables = LAST_SYLLABLE - FIRST_SYLLABLE + 1;
  return `_${String.fromCharCode(FIRST_SYLLABLE + Math.floor(code / syllables), FIRST_SYLLABLE + (code % syllables))}`;
}
