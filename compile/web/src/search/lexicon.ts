import { naturalLog } from "./arithmetic";
import type { Reader } from "./coding";

/** Classes of what a piece is cut into, as `compile/search/lexicon.py` numbers them. */
export const NOUN = 0;
export const STEM = 1;
/** The last of the classes that give terms. */
export const BENT = 2;
export const UNKNOWN = 7;
/** Before and after a piece. */
export const EDGE = 8;
export const CLASSES = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;

/** A way to read a written form: its class, its cost in natural logarithms, the terms that it gives. */
export interface Reading {
  readonly kind: number;
  readonly cost: number;
  readonly terms: readonly string[];
}

/** What words are cut by: the twin of `compile/search/lexicon.py`. */
export interface Lexicon {
  /** Readings of a written form, at most one of each class, in their order. */
  readonly readings: ReadonlyMap<string, readonly Reading[]>;
  /** Pieces that are looked up whole. */
  readonly words: ReadonlyMap<string, readonly string[]>;
  /** Cost of a class (column) after another (row). */
  readonly steps: readonly (readonly number[])[];
  /** Cost of an unknown character. */
  readonly unknown: number;
  /** Characters of the longest form. */
  readonly longest: number;
}

const UNKNOWN_COST = 3;
const LONGEST = 24;
/** Of a search without a bundle: nothing is known, every word is found by its pairs of syllables. */
export const EMPTY: Lexicon = {
  readings: new Map(),
  words: new Map(),
  steps: CLASSES.map(() => CLASSES.map(() => 0)),
  unknown: UNKNOWN_COST,
  longest: 0,
};

/** Read the lexicon, which follows the terms in `terms.bin`. */
export function readLexicon(reader: Reader, morphemes: readonly string[], steps: readonly (readonly number[])[]): Lexicon {
  const terms = (): string[] => reader.varints(reader.varint()).map((number) => term(morphemes, number));
  const own = [NOUN, STEM].map(() => reader.varints(morphemes.length));
  const others = CLASSES.slice(0, UNKNOWN).map((group) => {
    const forms = reader.words();
    const counts = reader.varints(forms.length);
    return { forms, counts, terms: forms.map(() => (group <= BENT ? terms() : [])) };
  });
  const words = new Map(reader.words().map((word) => [word, terms()]));

  const readings = new Map<string, Reading[]>();
  const totals = others.map(({ counts }, group) => sum(counts) + sum(own[group] ?? []));
  others.forEach(({ forms, counts, terms }, group) => {
    const cost = costs(totals[group]!);
    const add = (form: string, reading: Reading): void => {
      const known = readings.get(form);
      if (known === undefined) readings.set(form, [reading]);
      else known.push(reading);
    };
    own[group]?.forEach((count, at) => {
      const form = morphemes[at]!;
      if (count > 0) add(form, { kind: group, cost: cost(count), terms: [form] });
    });
    forms.forEach((form, at) => add(form, { kind: group, cost: cost(counts[at]!), terms: terms[at]! }));
  });
  let longest = 0;
  for (const form of readings.keys()) longest = Math.max(longest, form.length);
  const unknown = naturalLog(Math.max(totals[NOUN]!, 1)) + UNKNOWN_COST;
  return { readings, words, steps, unknown, longest: Math.min(LONGEST, longest) };
}

function term(morphemes: readonly string[], number: number): string {
  const found = morphemes[number];
  if (found === undefined) throw new RangeError("a word gives a term that there is not");
  return found;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Cost of a count, each computed once. */
function costs(total: number): (count: number) => number {
  const known = new Map<number, number>();
  return (count) => {
    let cost = known.get(count);
    if (cost === undefined) {
      cost = naturalLog(total / count);
      known.set(count, cost);
    }
    return cost;
  };
}
