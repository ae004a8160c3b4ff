import { bigrams, kind, pieces, readable } from "./characters";
import { CLASSES, EDGE, type Lexicon, NOUN, type Reading, UNKNOWN } from "./lexicon";

const WIDTH = CLASSES.length;
/** How many pieces, of how many characters at most, are not cut again. */
const KNOWN_PIECES = 50_000;
const LONGEST_KNOWN = 40;
/** Characters of either half of a compound. */
const LEAST_HALF = 2;
const NOTHING: readonly string[] = [];

/** A step of a way through a piece: from where, from which class, with which reading. */
interface Step {
  readonly start: number;
  readonly before: number;
  readonly reading: Reading;
}

/** A stretch of a cut piece. */
export interface Cut {
  readonly text: string;
  readonly kind: number;
  readonly terms: readonly string[];
}

/**
 * Cuts texts by the likeliest way through the index's own morphemes (Viterbi): the twin of
 * `compile/search/tokeniser.py`, which explains it. Order of comparison and of addition are the same.
 */
export class Tokeniser {
  /** Pieces that were cut already: a text repeats most of its words. */
  private readonly known = new Map<string, readonly string[]>();

  constructor(private readonly lexicon: Lexicon) {}

  /** All terms with repetitions: morphemes, then pairs of syllables. */
  tokens(text: string): string[] {
    const read = readable(text);
    const found: string[] = [];
    for (const piece of pieces(read)) for (const term of this.morphemes(piece)) found.push(term);
    return found.concat(bigrams(read));
  }

  /** The term, and the two nouns that it is made of: Kiwi cuts a compound here and keeps it there. */
  private withHalves(term: string): string[] {
    for (let at = LEAST_HALF; at <= term.length - LEAST_HALF; at += 1) {
      const halves = [term.slice(0, at), term.slice(at)];
      if (halves.every((half) => this.isNoun(half))) return [term, ...halves];
    }
    return [term];
  }

  private isNoun(form: string): boolean {
    const readings = this.lexicon.readings.get(form) ?? [];
    return (
      kind(form.charAt(0)) === "hangul" &&
      readings.some((one) => one.kind === NOUN && one.terms.length === 1 && one.terms[0] === form)
    );
  }

  private morphemes(piece: string): readonly string[] {
    let terms = this.known.get(piece);
    if (terms === undefined) {
      const cut = this.lexicon.words.get(piece) ?? this.cut(piece).flatMap((one) => one.terms);
      terms = cut.flatMap((term) => this.withHalves(term));
      if (this.known.size >= KNOWN_PIECES) this.known.clear();
      if (piece.length <= LONGEST_KNOWN) this.known.set(piece, terms);
    }
    return terms;
  }

  /** The stretches of each word of a text; a word that is known whole is one. */
  cuts(text: string): Cut[][] {
    return pieces(readable(text)).map((piece) => {
      const terms = this.lexicon.words.get(piece);
      return terms === undefined ? this.cut(piece) : [{ text: piece, kind: NOUN, terms }];
    });
  }

  /** The likeliest way through a piece. */
  cut(piece: string): Cut[] {
    const { steps, readings, longest } = this.lexicon;
    const size = (piece.length + 1) * WIDTH;
    const costs = new Float64Array(size).fill(Infinity);
    const ways: (Step | undefined)[] = new Array(size);
    costs[EDGE] = 0;
    const reached: number[] = [];
    const take = (start: number, end: number, reading: Reading): void => {
      const there = end * WIDTH + reading.kind;
      for (const before of reached) {
        const total = costs[start * WIDTH + before]! + steps[before]![reading.kind]! + reading.cost;
        if (total < costs[there]!) {
          costs[there] = total;
          ways[there] = { start, before, reading };
        }
      }
    };
    for (let start = 0; start < piece.length; start += 1) {
      reached.length = 0;
      for (const group of CLASSES) if (costs[start * WIDTH + group]! < Infinity) reached.push(group);
      if (reached.length === 0) continue;
      this.takeUnknown(piece, start, take);
      const last = Math.min(piece.length, start + longest);
      for (let end = start + 1; end <= last; end += 1) {
        const found = readings.get(piece.slice(start, end));
        if (found === undefined || isInside(piece, end)) continue;
        for (const reading of found) take(start, end, reading);
      }
    }
    const ends = CLASSES.map((group) => costs[size - WIDTH + group]! + steps[group]![EDGE]!);
    return walked(piece, ways, ends.indexOf(Math.min(...ends)));
  }

  private takeUnknown(piece: string, start: number, take: (start: number, end: number, reading: Reading) => void): void {
    const first = kind(piece.charAt(start));
    if (first === "joiner") {
      take(start, start + 1, { kind: EDGE, cost: 0, terms: NOTHING });
    } else if (first === "letter" || first === "digit") {
      let end = start + 1;
      while (end < piece.length && kind(piece.charAt(end)) === first) end += 1;
      take(start, end, { kind: UNKNOWN, cost: this.lexicon.unknown, terms: [piece.slice(start, end)] });
    } else {
      take(start, start + 1, { kind: UNKNOWN, cost: this.lexicon.unknown, terms: NOTHING });
    }
  }
}

/** Whether a place is inside a run of letters or of digits. */
function isInside(piece: string, at: number): boolean {
  if (at >= piece.length) return false;
  const after = kind(piece.charAt(at));
  return (after === "letter" || after === "digit") && kind(piece.charAt(at - 1)) === after;
}

function walked(piece: string, ways: readonly (Step | undefined)[], last: number): Cut[] {
  const found: Cut[] = [];
  let at = piece.length;
  let group = last;
  for (let way = ways[at * WIDTH + group]; way !== undefined; way = ways[at * WIDTH + group]) {
    found.push({ text: piece.slice(way.start, at), kind: way.reading.kind, terms: way.reading.terms });
    at = way.start;
    group = way.before;
  }
  return doubting(found.reverse());
}

/**
 * Two nouns of one syllable in a row are hardly two words, but one that the index does not know: its pair
 * of syllables finds it, and they would find what has nothing to do with it.
 */
function doubting(cuts: readonly Cut[]): Cut[] {
  const isAlone = (cut: Cut | undefined): boolean => cut?.kind === NOUN && cut.text.length === 1 && kind(cut.text) === "hangul";
  return cuts.map((cut, at) =>
    isAlone(cut) && (isAlone(cuts[at - 1]) || isAlone(cuts[at + 1])) ? { ...cut, kind: UNKNOWN, terms: NOTHING } : cut,
  );
}
