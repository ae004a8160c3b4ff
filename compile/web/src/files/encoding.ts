/** Which bytes stand for which letters in a text file: nothing in the file says it. */

import { FileFault } from "./types";

/** Decode a text file: UTF-8, UTF-16, and the older encodings of Korean and Japanese. Throws FileFault. */
export function decodeText(data: Uint8Array, name: string): string {
  const marked = byMark(data);
  if (marked !== null) return marked;
  const utf16 = utf16Without(data);
  if (utf16 !== null) return new TextDecoder(utf16).decode(data);
  if (data.includes(0)) throw new FileFault("damaged", `${name} holds no text.`);
  return utf8(data) ?? byLetters(data) ?? new TextDecoder("windows-1252").decode(data);
}

const MARKS: readonly [label: string, mark: readonly number[]][] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** By the mark in front, which is not part of the text. */
function byMark(data: Uint8Array): string | null {
  const found = MARKS.find(([, mark]) => mark.every((byte, at) => data[at] === byte));
  return found === undefined ? null : new TextDecoder(found[0]).decode(data);
}

const LOOKED_AT = 4096;

/** UTF-16 without a mark: of blanks and line ends, which every text has, one byte is zero. */
function utf16Without(data: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (data.length % 2 === 1) return null;
  const zeros = [0, 0];
  const looked = Math.min(data.length, LOOKED_AT);
  for (let at = 0; at < looked; at++) if (data[at] === 0) zeros[at % 2]! += 1;
  const [even, odd] = zeros as [number, number];
  const enough = looked / 100;
  if (odd > enough && even * 10 < odd) return "utf-16le";
  return even > enough && odd * 10 < even ? "utf-16be" : null;
}

const BEYOND_ASCII = /[^\u0000-\u007f]/gu;
// One letter in a hundred may be broken: a file that was cut off, or put together from two.
const BROKEN = 1 / 100;

function utf8(data: Uint8Array): string | null {
  const text = new TextDecoder("utf-8").decode(data);
  return shareOf(text, /\ufffd/gu) <= BROKEN ? text : null;
}

const HANGUL = /[가-힣]/gu;
const KANA = /[ぁ-んァ-ヶー]/gu;
// Of a Japanese text some letters are kana; chance makes a few of them.
const LEAST = 0.15;

/** The older encoding in which most letters are those of its language; the browser's `euc-kr` is CP949. */
function byLetters(data: Uint8Array): string | null {
  const [korean = "", ...japanese] = ["euc-kr", "shift_jis", "euc-jp"].map((label) => new TextDecoder(label).decode(data));
  const found = [
    { text: korean, share: shareOf(korean, HANGUL) * standardShare(data) },
    ...japanese.map((text) => ({ text, share: shareOf(text, KANA) })),
  ].sort((one, other) => other.share - one.share);
  return found[0]!.share > LEAST ? found[0]!.text : null;
}

/** Share of the letters beyond ASCII that `letters` finds. */
function shareOf(text: string, letters: RegExp): number {
  const beyond = text.match(BEYOND_ASCII)?.length ?? 0;
  return beyond === 0 ? 0 : (text.match(letters)?.length ?? 0) / beyond;
}

/**
 * Share of the pairs of bytes that are in KS X 1001, which has the syllables in use. What CP949 adds to it is
 * rare in Korean, but is what Shift_JIS looks like.
 */
function standardShare(data: Uint8Array): number {
  let pairs = 0;
  let standard = 0;
  for (let at = 0; at + 1 < data.length; at++) {
    const lead = data[at]!;
    if (lead < 0x81) continue;
    pairs += 1;
    if (lead >= 0xa1 && data[at + 1]! >= 0xa1) standard += 1;
    at += 1;
  }
  return pairs === 0 ? 0 : standard / pairs;
}
