/** The engines of the page: WebGPU through web-llm, or the processor through wllama. */

import { askGraphics, reasonOf } from "./choosing";
import { EngineFault, type Engine, type EngineKind, type EngineReason, type ModelEntry } from "./types";

export { forgetModel } from "./forgetting";
export { deviceFree } from "./lock";
export * from "./types";

/** `auto` takes the graphics where they can run the model. */
export type EnginePreference = "auto" | EngineKind;

/**
 * Give the engine for a model, with the reason for it. Nothing is loaded yet.
 *
 * Throws EngineFault no-engine when the graphics cannot run the model and the bundle has no copy for the processor.
 */
export async function chooseEngine(model: ModelEntry, preference: EnginePreference = "auto"): Promise<Engine> {
  if (preference === "wasm" && model.gguf !== null) return wasm("chosen");
  const reason = reasonOf(await askGraphics(), model);
  if (reason === "webgpu") {
    const { WebGpuEngine } = await import("./webgpu");
    return new WebGpuEngine(preference === "webgpu" ? "chosen" : reason);
  }
  if (model.gguf !== null) return wasm(reason);
  throw new EngineFault("no-engine", `${model.name} needs WebGPU (${reason}), and has no copy for the processor.`);
}

async function wasm(reason: EngineReason): Promise<Engine> {
  const { WllamaEngine } = await import("./wllama");
  return new WllamaEngine(reason);
}
