import { expect, test } from "vitest";
import { isBundle } from "./bundle";

const MODEL = {
  id: "m",
  name: "M",
  model: "models/m/",
  bytes: 1,
  context: 2048,
  requiredFeatures: [],
  bufferBytes: 1,
  trimMessages: false,
  gguf: null,
};
const BUNDLE = { name: "b", version: "1", models: [MODEL], search: null };

test.each([
  [BUNDLE, true],
  [{ ...BUNDLE, models: [] }, true],
  [{ ...BUNDLE, search: { folder: "search/", passages: 3 } }, true],
  [{ ...BUNDLE, search: { passages: 3 } }, false],
  [{ ...BUNDLE, models: [{ ...MODEL, context: "2048" }] }, false],
  [{ ...BUNDLE, models: [{ ...MODEL, id: undefined }] }, false],
  [{ models: [MODEL] }, false],
  [null, false],
  ["<html>", false],
])("%j is a bundle's list: %s", (data, valid) => {
  expect(isBundle(data)).toBe(valid);
});
