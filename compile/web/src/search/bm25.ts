/**
 * BM25 over the bundle's passages and the reader's own: the twin of `compile/search/ranking.py`.
 *
 * Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009. Every sum is taken in the same
 * order as there, so that scores agree to the last bit.
 */

/** A passage by its number, and its score. */
export interface Scored {
  readonly number: number;
  readonly score: number;
}

/** Where a term stands, for one query. */
export type Each = (found: (passage: number, times: number) => void) => void;

/** Adds up scores; kept between queries, because the arrays are as long as there are passages. */
export class Scores {
  private readonly scores: Float64Array;
  private touched: number[] = [];
  private readonly norms: Float64Array;

  /** `lengths`: number of terms of each passage; `tokens`: of all together. */
  constructor(
    lengths: ArrayLike<number>,
    tokens: number,
    private readonly k1: number,
    b: number,
  ) {
    const mean = tokens / lengths.length;
    this.scores = new Float64Array(lengths.length);
    this.norms = Float64Array.from(lengths, (length) => k1 * (1 - b + b * (length / mean)));
  }

  add(weight: number, each: Each): void {
    const { scores, norms, touched } = this;
    const more = this.k1 + 1;
    each((passage, times) => {
      // Every part is above 0.
      if (scores[passage] === 0) touched.push(passage);
      scores[passage]! += (weight * times * more) / (times + norms[passage]!);
    });
  }

  /** The best passages, best first, equal scores in the passages' order; then everything is 0 again. */
  best(count: number): Scored[] {
    const { scores } = this;
    const found: Scored[] = [];
    for (const number of this.touched) {
      const score = scores[number]!;
      scores[number] = 0;
      let at = found.length;
      while (at > 0 && isBefore(number, score, found[at - 1]!)) at -= 1;
      if (at < count) {
        found.splice(at, 0, { number, score });
        if (found.length > count) found.pop();
      }
    }
    this.touched = [];
    return found;
  }
}

function isBefore(number: number, score: number, other: Scored): boolean {
  return score > other.score || (score === other.score && number < other.number);
}
