/**
 * How many tokens a text may take. The page holds no tokenizer, so it counts from above: a byte-level tokenizer
 * never makes more than one token of a byte. What models make of wide characters (한글, 漢字) varies from half a
 * token to three; the first answer's own count says which, and later prompts use it.
 */

/** Tokens of a character outside the first two bytes' range, before anything was measured. */
export const MOST_PER_WIDE = 3;

const LEAST_PER_WIDE = 0.5;
/** A measured rate is of one text; the next one may cost a little more. */
const MARGIN = 1.15;
/** A prompt with fewer wide characters says little about them. */
const WIDE_TO_MEASURE = 100;

/** An upper estimate of the tokens of `text`, given the tokens of a wide character. */
export function countTokens(text: string, perWide: number): number {
  let tokens = 0;
  for (const word of text.match(/[A-Za-z]+/g) ?? []) tokens += Math.ceil(word.length / 3);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x10000) tokens += 4;
    else if (code >= 0x800) tokens += perWide;
    else if (code >= 0x80) tokens += 2;
    else if (!/[A-Za-z ]/.test(character)) tokens += 1;
  }
  return Math.ceil(tokens);
}

/** Tokens of a wide character as a whole prompt's count shows it; null where the prompt holds too few of them. */
export function measurePerWide(prompt: string, promptTokens: number): number | null {
  let wide = 0;
  let narrow = 0;
  for (const character of prompt) {
    if ((character.codePointAt(0) ?? 0) >= 0x800) wide += 1;
    else narrow += 1;
  }
  if (wide < WIDE_TO_MEASURE || promptTokens <= 0) return null;
  // The rest is counted from below, so that the wide characters are counted from above.
  const rate = (Math.max(0, promptTokens - narrow / 6) / wide) * MARGIN;
  return Math.min(MOST_PER_WIDE, Math.max(LEAST_PER_WIDE, rate));
}
