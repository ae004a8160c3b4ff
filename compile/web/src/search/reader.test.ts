import { describe, expect, it } from "vitest";
import { naturalLog } from "./arithmetic";
import { Search } from "./core";
import { Exported, type ReadBytes } from "./reader";
import { name, reading, tinyFiles } from "./tiny";
import { SearchFault } from "./types";

async function faultOf(read: ReadBytes): Promise<string> {
  try {
    await Exported.open(read);
  } catch (error) {
    expect(error).toBeInstanceOf(SearchFault);
    return (error as SearchFault).code;
  }
  return "none";
}

describe("an exported index", () => {
  it("opens", async () => {
    const index = await Exported.open(reading(await tinyFiles()));
    expect(index.passages).toBe(3);
    expect(index.postings.frequency("휴가")).toBe(2);
    expect(index.postings.frequency("_휴가")).toBe(2);
    expect(index.postings.frequency("없음")).toBe(0);
    const rows: number[][] = [];
    index.postings.each("휴가", (passage, times) => rows.push([passage, times]));
    expect(rows).toEqual([[0, 1], [2, 2]]);
    expect((await index.passage(1)).title).toBe("주차 안내");
  });

  it.each(["terms.bin", "postings.bin"])("is damaged where one byte of %s is", async (file) => {
    const files = await tinyFiles();
    const content = files.get(file)!.slice();
    content[content.length >> 1]! ^= 1;
    expect(await faultOf(reading(files.set(file, content)))).toBe("damaged");
  });

  it.each(["terms.bin", "postings.bin"])("is damaged where %s ends too early, whatever its hash", async (file) => {
    for (const left of [0, 1, 7, 40]) {
      const files = await tinyFiles();
      files.set(file, files.get(file)!.slice(0, left));
      await name(files, 100);
      expect(await faultOf(reading(files))).toBe("damaged");
    }
  });

  it("of another version says so", async () => {
    const files = await tinyFiles();
    await name(files, 100, 0);
    expect(await faultOf(reading(files))).toBe("version");
  });

  it.each(["<!doctype html>", "null", "{}"])("whose index.json is %j is damaged", async (content) => {
    const files = (await tinyFiles()).set("index.json", new TextEncoder().encode(content));
    expect(await faultOf(reading(files))).toBe("damaged");
  });

  it("is asked for past a cache that holds an older file", async () => {
    const files = await tinyFiles();
    const asked: string[] = [];
    const index = await Exported.open(async (file, fresh) => {
      asked.push(`${file} ${fresh}`);
      return file === "terms.bin" && !fresh ? new Uint8Array(3) : reading(files)(file, fresh);
    });
    expect(index.passages).toBe(3);
    expect(asked.filter((one) => one.startsWith("terms.bin"))).toEqual(["terms.bin false", "terms.bin true"]);
  });

  it("is asked for past a cache that holds the index of an older bundle", async () => {
    const files = await tinyFiles();
    const older = new Map(await tinyFiles({ 휴가를: ["휴가"] }));
    const index = await Exported.open(async (file, fresh) =>
      reading(file === "index.json" && !fresh ? older : files)(file, fresh),
    );
    expect(index.lexicon.words.size).toBe(0);
  });

  it("that does not come is asked for once", async () => {
    let asked = 0;
    const read: ReadBytes = async () => {
      asked += 1;
      throw new SearchFault("download", "offline");
    };
    expect(await faultOf(read)).toBe("download");
    expect(asked).toBe(1);
  });

  it("asks again for a block that did not come", async () => {
    const files = await tinyFiles();
    let isOffline = true;
    const index = await Exported.open(async (file, fresh) => {
      if (isOffline && file.startsWith("passages/")) throw new SearchFault("download", "offline");
      return reading(files)(file, fresh);
    });
    await expect(index.passage(0)).rejects.toMatchObject({ code: "download" });
    isOffline = false;
    expect((await index.passage(0)).id).toBe("p0");
  });

  it("gives a damaged block no passage", async () => {
    const files = await tinyFiles();
    const search = await Search.open(reading(files));
    files.set("passages/00000.json", new TextEncoder().encode("[]"));
    await expect(search.search("휴가", 3)).rejects.toMatchObject({ code: "damaged" });
  });
});

describe("the logarithm", () => {
  it.each([1, 1.5, 2, 10, 12_345.678, 1e9])("of %f", (value) => {
    expect(Math.abs(naturalLog(value) - Math.log(value))).toBeLessThan(1e-14 * Math.max(1, Math.log(value)));
  });
});
