import { Reader } from "./coding";

/** Where each term of the bundle stands; `write_postings` in `compile/search/files.py` has the format. */
export class Postings {
  /** Number of each term, and where its rows begin. */
  private readonly numbers = new Map<string, number>();
  private readonly starts: Uint32Array;
  private readonly counts: Uint32Array;

  constructor(
    private readonly bytes: Uint8Array,
    morphemes: readonly string[],
    pairs: readonly string[],
    passages: number,
  ) {
    for (const term of morphemes) this.numbers.set(term, this.numbers.size);
    for (const term of pairs) this.numbers.set(term, this.numbers.size);
    const terms = this.numbers.size;
    this.starts = new Uint32Array(terms);
    this.counts = new Uint32Array(terms);
    const reader = new Reader(bytes);
    for (let term = 0; term < terms; term += 1) {
      const count = reader.varint();
      this.counts[term] = count;
      this.starts[term] = reader.position;
      let last = -1;
      for (let row = 0; row < count; row += 1) {
        const gap = reader.varint();
        last += Math.floor(gap / 2) + 1;
        if (gap % 2 === 1) reader.varint();
      }
      if (last >= passages) throw new RangeError("a term stands in a passage that there is not");
    }
    if (!reader.isDone) throw new RangeError("the file goes on");
  }

  /** In how many passages a term stands. */
  frequency(term: string): number {
    const number = this.numbers.get(term);
    return number === undefined ? 0 : this.counts[number]!;
  }

  /** Call with the number of every passage that holds the term, in order, and how often it does. */
  each(term: string, found: (passage: number, times: number) => void): void {
    const number = this.numbers.get(term);
    if (number === undefined) return;
    const { bytes } = this;
    let at = this.starts[number]!;
    let passage = -1;
    for (let left = this.counts[number]!; left > 0; left -= 1) {
      // Read here and not by Reader: a question goes through a hundred thousand of these.
      let value = 0;
      let shift = 0;
      let byte = bytes[at++]!;
      while (byte >= 0x80) {
        value |= (byte & 0x7f) << shift;
        shift += 7;
        byte = bytes[at++]!;
      }
      value |= byte << shift;
      passage += (value >>> 1) + 1;
      let times = 1;
      if (value % 2 === 1) {
        times = 0;
        shift = 0;
        byte = bytes[at++]!;
        while (byte >= 0x80) {
          times |= (byte & 0x7f) << shift;
          shift += 7;
          byte = bytes[at++]!;
        }
        times = (times | (byte << shift)) + 2;
      }
      found(passage, times);
    }
  }
}
