/** Which engine runs a model here, and why. */

import type { EngineReason, ModelEntry } from "./types";

/** What the browser's graphics can do; null for an adapter that is not there. */
export type Graphics =
  | { readonly webgpu: false }
  | {
      readonly webgpu: true;
      readonly adapter: { readonly features: ReadonlySet<string>; readonly bufferBytes: number } | null;
    };

/** Why the graphics cannot run the model, or `webgpu` when they can. */
export function reasonOf(graphics: Graphics, model: ModelEntry): EngineReason {
  if (!graphics.webgpu) return "no-webgpu";
  const { adapter } = graphics;
  if (adapter === null) return "no-adapter";
  // The one feature that a compiled model asks for.
  if (!model.requiredFeatures.every((feature) => adapter.features.has(feature))) return "no-shader-f16";
  if (adapter.bufferBytes < model.bufferBytes) return "buffer-limit";
  return "webgpu";
}

// The parts of WebGPU's interface that are used here.
interface Adapter {
  readonly features: ReadonlySet<string>;
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
  requestDevice(): Promise<{ destroy(): void }>;
}
interface Gpu {
  requestAdapter(options?: { readonly powerPreference: "high-performance" }): Promise<Adapter | null>;
}

/** Ask the browser. An adapter that gives no device counts as none. */
export async function askGraphics(): Promise<Graphics> {
  const { gpu } = navigator as Navigator & { readonly gpu?: Gpu };
  if (gpu === undefined) return { webgpu: false };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter === null) return { webgpu: true, adapter: null };
    const bufferBytes = Math.min(adapter.limits.maxStorageBufferBindingSize, adapter.limits.maxBufferSize);
    (await adapter.requestDevice()).destroy();
    return { webgpu: true, adapter: { features: adapter.features, bufferBytes } };
  } catch {
    return { webgpu: true, adapter: null };
  }
}
