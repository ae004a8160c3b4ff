import type { Adapter } from "./types";

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** What the adapter that web-llm takes says of itself. Throws where the browser gives none. */
export async function describeAdapter(): Promise<Adapter> {
  if (!navigator.gpu) {
    throw new Error("this browser has no WebGPU");
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new Error("the browser gives no WebGPU adapter");
  }
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  return {
    vendor,
    architecture,
    description,
    fallback: isFallbackAdapter,
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  };
}
