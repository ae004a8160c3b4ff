import { describe, expect, it } from "vitest";
import { Md5 } from "./md5";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("MD5", () => {
  // RFC 1321, A.5
  it.each([
    ["", "d41d8cd98f00b204e9800998ecf8427e"],
    ["abc", "900150983cd24fb0d6963f7d28e17f72"],
    ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
    ["1234567890".repeat(8), "57edf4a22be3c955ac49da2e2107b67a"],
  ])("of %j", (text, sum) => {
    expect(new Md5().update(utf8(text)).hex()).toBe(sum);
  });

  // Lengths around those at which the padding takes another block; sums by Python's hashlib.
  it.each([
    [1, "93b885adfe0da089cdf634904fd59f71"],
    [55, "6d15e6801794c82d80d46717cadc5ecf"],
    [56, "9543cef00201785c289772d601febb45"],
    [57, "a902b66a3f159208d8620529cc903407"],
    [63, "cc571586cd13028af57410f31fbab049"],
    [64, "9385eacdc22921632252fe71dd816bc2"],
    [65, "96eff3ce87dc497efaaab243818ce3df"],
    [119, "65c65f157f80d982399a4cb89c5b39a1"],
    [120, "3c0a6c2a1210f5cb90fbffa418cf58c4"],
    [128, "b3fb0a66d3b852a36b3ad6267c8802c5"],
    [1000, "fa9013b8d0b15a500bdc7bb700266a26"],
  ])("of %i bytes, wherever they are cut", (length, expected) => {
    const data = Uint8Array.from({ length }, (_, at) => (at * 37 + (at >> 3)) & 255);
    for (const step of [1, 3, 63, 64, 65, 200, 1000]) {
      const sum = new Md5();
      for (let from = 0; from < length; from += step) sum.update(data.subarray(from, from + step));
      expect(sum.hex()).toBe(expected);
    }
  });
});
