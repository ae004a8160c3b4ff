import { expect, it } from "vitest";
import { faultOf } from "./faults";
import { EngineFault } from "./types";

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

it.each([
  [new DOMException("no room", "QuotaExceededError"), "quota"],
  [named("IntegrityError", "hash"), "damaged"],
  [named("RangeError", "WebAssembly.Memory(): could not allocate memory"), "memory"],
  [named("RangeError", "Array buffer allocation failed"), "memory"],
  [named("Error", "Device was lost. This can happen due to insufficient memory"), "memory"],
  [named("DeviceLostError", "The WebGPU device was lost while loading the model."), "device-lost"],
  [named("ShaderF16SupportError", "f16"), "no-engine"],
  [named("TypeError", "x is not a function"), "unknown"],
  [new EngineFault("other-tab", "held"), "other-tab"],
  ["text", "unknown"],
])("%s is %s", (thrown, code) => {
  expect(faultOf(thrown).code).toBe(code);
});
