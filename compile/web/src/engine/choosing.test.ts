import { expect, it } from "vitest";
import { reasonOf, type Graphics } from "./choosing";
import type { ModelEntry } from "./types";

const model: ModelEntry = {
  id: "m",
  name: "m",
  model: "models/m/",
  bytes: 1,
  context: 512,
  requiredFeatures: [],
  bufferBytes: 2 ** 28,
  trimMessages: false,
  gguf: null,
};
const f16 = { ...model, requiredFeatures: ["shader-f16"] };
const able = (features: string[], bufferBytes: number): Graphics => ({
  webgpu: true,
  adapter: { features: new Set(features), bufferBytes },
});

it.each<[Graphics, ModelEntry, string]>([
  [{ webgpu: false }, model, "no-webgpu"],
  [{ webgpu: true, adapter: null }, model, "no-adapter"],
  [able([], 2 ** 30), f16, "no-shader-f16"],
  [able(["shader-f16"], 2 ** 30), f16, "webgpu"],
  [able([], 2 ** 28 - 1), model, "buffer-limit"],
  [able([], 2 ** 28), model, "webgpu"],
])("graphics %# decide", (graphics, entry, reason) => {
  expect(reasonOf(graphics, entry)).toBe(reason);
});
