import { beforeEach, describe, expect, it } from "vitest";
import { Search } from "./core";
import { PASSAGES, reading, tinyFiles } from "./tiny";
import type { OwnDocument } from "./types";

const NOTE: OwnDocument = {
  id: "note",
  name: "회의록.md",
  pages: [{ page: null, text: "# 회의\n\n## 결정\n\n병가 서류는 진단서를 낸다.\n\n## 기타\n\n휴가 신청을 미룬다." }],
};

describe("a search over the bundle", () => {
  let search: Search;
  beforeEach(async () => {
    search = await Search.open(reading(await tinyFiles({ 휴가를: ["휴가"] })));
  });

  it("cuts questions into morphemes and pairs", () => {
    expect(search.tokens("연차휴가는?")).toEqual(["연차", "휴가", "_연차", "_차휴", "_휴가", "_가는"]);
    expect(search.tokens("늘어난")).toEqual(["늘어나", "_늘어", "_어난"]);
    expect(search.tokens("휴가를")[0]).toBe("휴가");
    expect(search.tokens("GPU4")).toEqual(["gpu", "4"]);
  });

  it("ranks by BM25", () => {
    const [first, second] = search.rank("휴가 안내", 2);
    expect([first!.number, second!.number]).toEqual([2, 1]);
    expect(search.rank("휴가 안내", 10)).toHaveLength(3);
    expect(search.rank("잠수함", 10)).toEqual([]);
    // Scores start from nothing with every question.
    expect(search.rank("휴가 안내", 2)).toEqual([first, second]);
  });

  it("has the score of the formula", () => {
    const lengths = PASSAGES.map((one) => one.morphemes.length + search.tokens(`${one.title}\n${one.text}`).filter((term) => term.startsWith("_")).length);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    const rarity = Math.log(1 + (3 - 1 + 0.5) / (1 + 0.5));
    const [found] = search.rank("신청", 1);
    const part = (rarity * 1.9) / (1 + 0.9 * (1 - 0.4 + (0.4 * lengths[2]!) / mean));
    expect(found!.number).toBe(2);
    expect(found!.score).toBeCloseTo(2 * part, 12);
  });

  it("gives passages with their text", async () => {
    const [hit] = await search.search("주차", 1);
    expect(hit!.passage).toEqual({ id: "p1", title: "주차 안내", headings: [], text: PASSAGES[1]!.text, source: "규정", page: null, own: false });
  });

  it("ranks the reader's own files with it, and forgets them", async () => {
    const before = await search.search("휴가 신청", 5);
    await search.add(NOTE);
    const hits = await search.search("병가 서류", 5);
    expect(hits[0]!.passage).toMatchObject({ id: "note#0", own: true, title: "회의록.md", headings: ["회의", "결정"], text: "병가 서류는 진단서를 낸다." });
    const mixed = await search.search("휴가 신청", 5);
    expect(mixed.map((hit) => hit.passage.own)).toContain(true);
    expect(mixed.map((hit) => hit.passage.own)).toContain(false);
    expect(mixed.map((hit) => hit.score)).toEqual(mixed.map((hit) => hit.score).sort((one, other) => other - one));
    search.remove("note");
    expect(await search.search("병가 서류", 5)).toEqual([]);
    expect(await search.search("휴가 신청", 5)).toEqual(before);
  });

  it("takes a file in once when it comes again", async () => {
    await search.add(NOTE);
    await search.add(NOTE);
    const hits = await search.search("병가 진단서", 9);
    expect(hits.filter((hit) => hit.passage.own)).toHaveLength(1);
  });
});

describe("a large file", () => {
  const pages = Array.from({ length: 400 }, (_, at) => ({ page: at + 1, text: `${at}째 쪽의 휴가 이야기 ${"가나다라".repeat(30 + (at % 7))}` }));

  it("does not hold up questions, nor come back when it was removed meanwhile", async () => {
    const search = await Search.open(reading(await tinyFiles()));
    const events: string[] = [];
    const adding = search.add({ id: "large", name: "책.pdf", pages }).then(() => events.push("added"));
    await search.search("휴가", 1).then(() => events.push("answered"));
    search.remove("large");
    await adding;
    expect(events).toEqual(["answered", "added"]);
    expect((await search.search("휴가 이야기", 9)).every((hit) => !hit.passage.own)).toBe(true);
    await search.add({ id: "large", name: "책.pdf", pages });
    expect((await search.search("399째 쪽", 1))[0]!.passage).toMatchObject({ id: "large#399", page: 400 });
  });
});

describe("a search without a bundle", () => {
  it("finds the reader's own files by pairs of syllables", async () => {
    const search = await Search.open(null);
    expect(search.rank("휴가", 3)).toEqual([]);
    await search.add(NOTE);
    const [hit] = await search.search("진단서는 어디에 내나요", 3);
    expect(hit!.passage.text).toContain("진단서");
    expect(search.passages).toBe(0);
    // Particles and words that ask are not what a question is about.
    expect(search.coverage("진단서는 어디에 내나요?", [hit!])).toBe(1);
    expect(search.coverage("진단서 잠수함", [hit!])).toBeLessThan(0.6);
    expect(search.coverage("진단서는 무엇인가요?", [hit!])).toBe(1);
    expect(search.coverage("잠수함은 무엇인가요?", [hit!])).toBe(0);
  });
});

describe("coverage", () => {
  it("is the share of the question that the best passage holds", async () => {
    const search = await Search.open(reading(await tinyFiles()));
    const of = async (question: string): Promise<number> => search.coverage(question, await search.search(question, 5));
    expect(await of("연차 휴가는?")).toBe(1);
    expect(await of("잠수함 정비는?")).toBe(0);
    const half = await of("휴가 잠수함");
    expect(half).toBeGreaterThan(0);
    // What is nowhere weighs more than what is.
    expect(half).toBeLessThan(0.5);
    expect(search.coverage("휴가", [])).toBe(0);
    expect(search.coverage("?", await search.search("휴가", 5))).toBe(0);
  });

  it("does not count words that ask", async () => {
    const search = await Search.open(reading(await tinyFiles()));
    const hits = await search.search("휴가", 5);
    expect(search.coverage("휴가 무엇", hits)).toBe(search.coverage("휴가", hits));
  });
});
