/** Reads the bytes that `compile/search/coding.py` writes; an end too early is a RangeError. */
export class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get position(): number {
    return this.at;
  }

  /** Whether everything was read. */
  get isDone(): boolean {
    return this.at === this.bytes.length;
  }

  /** A number of seven bits a byte, lowest first (LEB128). */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new RangeError("the file ends too early");
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  varints(count: number): number[] {
    // A damaged count must not ask for more memory than the file could fill.
    if (count > this.bytes.length - this.at) throw new RangeError("the file ends too early");
    return Array.from({ length: count }, () => this.varint());
  }

  private text(): string {
    const length = this.varint();
    if (this.at + length > this.bytes.length) throw new RangeError("the file ends too early");
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** Words in order, of each the length of the beginning that it shares with the one before, then the rest. */
  words(): string[] {
    const shared = this.varints(this.varint());
    const rest = this.text().split("\n");
    let before = "";
    return shared.map((length, at) => {
      before = before.slice(0, length) + (rest[at] ?? "");
      return before;
    });
  }
}
