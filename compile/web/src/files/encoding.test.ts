import { describe, expect, it } from "vitest";
import { decodeText } from "./encoding";
import { FileFault } from "./types";

const KOREAN = "한국어 문서입니다. 우리 마을의 느티나무는 오백 살이고, 값은 1,000원.\n둘째 줄도 있습니다.";
const JAPANESE = "日本語の文書です。コーヒーとお茶、値段は千円です。\n二行目もあります。";

// The bytes are what Python's codecs of these names write.
const ENCODED: readonly [name: string, text: string, hex: string][] = [
  ["utf-8", KOREAN, "ed959ceab5adec96b420ebacb8ec849cec9e85eb8b88eb8ba42e20ec9ab0eba6ac20eba788ec9d84ec9d9820eb8a90ed8bb0eb8298ebacb4eb8a9420ec98a4ebb0b120ec82b4ec9db4eab3a02c20eab092ec9d8020312c303030ec9b902e0aeb9198eca7b820eca484eb8f8420ec9e88ec8ab5eb8b88eb8ba42e"],
  ["utf-8-sig", KOREAN, "efbbbfed959ceab5adec96b420ebacb8ec849cec9e85eb8b88eb8ba42e20ec9ab0eba6ac20eba788ec9d84ec9d9820eb8a90ed8bb0eb8298ebacb4eb8a9420ec98a4ebb0b120ec82b4ec9db4eab3a02c20eab092ec9d8020312c303030ec9b902e0aeb9198eca7b820eca484eb8f8420ec9e88ec8ab5eb8b88eb8ba42e"],
  ["utf-16", KOREAN, "fffe5cd56dadb4c5200038bb1cc185c7c8b2e4b22e002000b0c6acb92000c8b944c758c7200090b2f0d298b034bb94b2200024c631bc2000b4c074c7e0ac2c00200012ac40c7200031002c00300030003000d0c62e000a0058b4f8c9200004c9c4b3200088c7b5c2c8b2e4b22e00"],
  ["utf-16-le", KOREAN, "5cd56dadb4c5200038bb1cc185c7c8b2e4b22e002000b0c6acb92000c8b944c758c7200090b2f0d298b034bb94b2200024c631bc2000b4c074c7e0ac2c00200012ac40c7200031002c00300030003000d0c62e000a0058b4f8c9200004c9c4b3200088c7b5c2c8b2e4b22e00"],
  ["utf-16-be", JAPANESE, "feff65e5672c8a9e306e658766f830673059300230b330fc30d230fc3068304a8336300150246bb5306f53435186306730593002000a4e8c884c76ee30823042308a307e30593002"],
  ["cp949", KOREAN, "c7d1b1b9beee20b9aebcadc0d4b4cfb4d92e20bfecb8ae20b8b6c0bbc0c720b4c0c6bcb3aab9abb4c220bfc0b9e920bbecc0ccb0ed2c20b0aac0ba20312c303030bff82e0ab5d1c2b020c1d9b5b520c0d6bdc0b4cfb4d92e"],
  ["euc-kr", "한글", "c7d1b1db"],
  ["shift_jis", JAPANESE, "93fa967b8cea82cc95b68f9182c582b781428352815b8371815b82c682a892838141926c926982cd90e7897e82c582b781420a93f18d7396da82e082a082e882dc82b78142"],
  ["euc-jp", JAPANESE, "c6fccbdcb8eca4cecab8bdf1a4c7a4b9a1a3a5b3a1bca5d2a1bca4c8a4aac3e3a1a2c3cdc3caa4cfc0e9b1dfa4c7a4b9a1a30ac6f3b9d4ccdca4e2a4a2a4eaa4dea4b9a1a3"],
  ["latin-1", "Gruß aus Café", "477275df2061757320436166e9"],
  ["ascii", "plain", "706c61696e"],
];

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16));

describe("text is read in", () => {
  it.each(ENCODED)("%s", (_, text, hex) => {
    expect(decodeText(bytes(hex), "f.txt")).toBe(text);
  });
});

it("bears a letter that was cut off at the end", () => {
  const whole = new TextEncoder().encode("가나다라마바사아자차카타파하".repeat(10));
  expect(decodeText(whole.subarray(0, whole.length - 1), "f.txt")).toMatch(/^(가나다라마바사아자차카타파하){9}.*파\ufffd$/);
});

it("takes no binary file for text", () => {
  const binary = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) & 255);
  expect(() => decodeText(binary, "f.txt")).toThrow(FileFault);
});
