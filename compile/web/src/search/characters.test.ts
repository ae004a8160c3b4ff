import { describe, expect, it } from "vitest";
import { bigramOf, bigrams, kind, pieces, readable } from "./characters";

describe("what a word is made of", () => {
  it.each([
    ["연차 휴가", "연차 휴가"],
    ["연차 휴가".normalize("NFD"), "연차 휴가"],
    ["GPU-4 Café".normalize("NFD"), "gpu-4 café"],
    ["3.5%(세금)!", "3.5% 세금  "],
    ["\uf90a", "金"],
    ["ΟΔΟΣ", "οδοσ"],
    ["İ", "İ"],
    // Letters since Unicode 16: this browser may know them, Python 3.11 does not.
    ["가\u1c89나", "가 나"],
    ["가\ua7cb나", "가 나"],
  ])("reads %j as %j", (written, read) => {
    expect(readable(written)).toBe(read);
  });

  it("has no signs around pieces", () => {
    expect(pieces(readable("휴가는 3일, -- help@example.com. 1,000원"))).toEqual(["휴가는", "3일", "help@example.com", "1,000원"]);
  });

  it("pairs neighbouring syllables", () => {
    expect(bigrams("연차휴가 3일 한a글")).toEqual(["_연차", "_차휴", "_휴가"]);
  });

  it("names pairs by number", () => {
    expect([bigramOf(0), bigramOf(1), bigramOf(11_172), bigramOf(11_172 * 11_172 - 1)]).toEqual(["_가가", "_가각", "_각가", "_힣힣"]);
  });

  it("knows kinds of characters", () => {
    expect([..."가3aéя,金ㄱ"].map(kind)).toEqual(["hangul", "digit", "letter", "letter", "letter", "joiner", "other", "other"]);
  });
});
