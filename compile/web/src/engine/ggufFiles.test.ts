import { expect, it } from "vitest";
import { partsOf } from "./ggufFiles";

const MIB = 2 ** 20;
const URL_ = "https://host/x.gguf";

it.each([1, 32 * MIB - 1, 32 * MIB, 32 * MIB + 1, 100 * MIB])("cuts %i bytes without gap or overlap", (bytes) => {
  const parts = partsOf(URL_, { file: "x.gguf", bytes });
  expect(parts[0]!.from).toBe(0);
  expect(parts.at(-1)!.to).toBe(bytes);
  parts.slice(1).forEach((part, at) => expect(part.from).toBe(parts[at]!.to));
  expect(parts.every(({ from, to }) => to > from && to - from <= 32 * MIB)).toBe(true);
  expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length);
});

it.each([
  ["another size", { bytes: 70 * MIB + 1 }, { bytes: 70 * MIB }],
  ["another sum", { bytes: 70 * MIB, md5: "aa" }, { bytes: 70 * MIB, md5: "bb" }],
  ["a sum that was not known", { bytes: 70 * MIB, md5: "aa" }, { bytes: 70 * MIB }],
])("does not take the parts of a file with %s for its own", (_, one, other) => {
  const keys = new Set(partsOf(URL_, { file: "x.gguf", ...one }).map(({ key }) => key));
  expect(partsOf(URL_, { file: "x.gguf", ...other }).some(({ key }) => keys.has(key))).toBe(false);
});
