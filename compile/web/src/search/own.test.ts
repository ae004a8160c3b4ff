import { describe, expect, it } from "vitest";
import { EMPTY } from "./lexicon";
import { cutText, ownPassages } from "./own";
import { Tokeniser } from "./tokeniser";
import type { OwnDocument } from "./types";

const SENTENCE = "휴가는 미리 신청한다. ";

function passages(name: string, ...texts: string[]) {
  const document: OwnDocument = { id: "d", name, pages: texts.map((text, at) => ({ page: texts.length > 1 ? at + 1 : null, text })) };
  return [...ownPassages(document, new Tokeniser(EMPTY))].map((one) => one.passage);
}

describe("a text", () => {
  it("stays together while it is short", () => {
    expect(cutText("하나.\n\n둘.\n \n셋.")).toEqual(["하나.\n\n둘.\n\n셋."]);
    expect(cutText(" \n\n ")).toEqual([]);
  });

  it("is cut between paragraphs", () => {
    const [one, other] = ["가".repeat(400), "나".repeat(300)];
    expect(cutText(`${one}\n\n${other}`)).toEqual([one, other]);
  });

  it("is cut at the end of a sentence where a paragraph is long", () => {
    const found = cutText(SENTENCE.repeat(120));
    expect(found.length).toBeGreaterThan(2);
    for (const part of found) {
      expect(part.length).toBeLessThanOrEqual(600);
      expect(part.endsWith(".")).toBe(true);
    }
    expect(found.join(" ")).toBe(SENTENCE.repeat(120).trim());
  });

  it("is cut at a space where there is no sentence, hard where there is no space", () => {
    expect(cutText("휴가 ".repeat(400)).every((part) => part.length <= 600 && part.endsWith("휴가"))).toBe(true);
    expect(cutText("가".repeat(1_300)).map((part) => part.length)).toEqual([600, 600, 100]);
    // No character is parted.
    expect(cutText(`${"가".repeat(599)}😀나`)[0]).toBe("가".repeat(599));
  });
});

describe("a file", () => {
  it("keeps its pages apart and numbered", () => {
    expect(passages("안내.pdf", "첫 쪽.", "둘째 쪽.").map(({ page, text, id }) => [page, text, id])).toEqual([
      [1, "첫 쪽.", "d#0"],
      [2, "둘째 쪽.", "d#1"],
    ]);
  });

  it("has the headings of Markdown", () => {
    const text = "머리말\n\n# 휴가 #\n\n## 연차\n\n15일\n\n# 주차\n\n지하\n\n```\n# 글자\n```";
    expect(passages("규정.md", text).map((one) => [one.headings, one.text])).toEqual([
      [[], "머리말"],
      [["휴가", "연차"], "15일"],
      [["주차"], "지하\n\n```\n# 글자\n```"],
    ]);
    expect(passages("규정.txt", "# 휴가\n\n15일").map((one) => one.headings)).toEqual([[]]);
  });

  it("is found by its name", () => {
    const [one] = ownPassages({ id: "d", name: "출장비.txt", pages: [{ page: null, text: "11만 원" }] }, new Tokeniser(EMPTY));
    expect(one!.counts.get("_출장")).toBe(1);
    expect(one!.length).toBe([...one!.counts.values()].reduce((sum, count) => sum + count, 0));
  });
});
