/** Which fault it is when something throws. */

import { EngineFault } from "./types";

export type FaultCode = EngineFault["code"];

/** A fault as it goes through a worker's message: an Error loses its class on the way. */
export interface FaultMessage {
  readonly code: FaultCode;
  readonly message: string;
}

// Browsers, TVM and llama.cpp each have their own words for it.
const MEMORY = /out of memory|\bOOM\b|allocation (size )?fail|allocation failed|could not allocate|failed to allocate|cannot allocate|cannot enlarge memory|insufficient memory|invalid array( buffer)? length/i;
const LOST = /device (was|is|has been)? ?lost|DeviceLost/i;

/** The fault for what was thrown; `otherwise` where nothing tells which one it is. */
export function faultOf(error: unknown, otherwise: FaultCode = "unknown"): EngineFault {
  if (error instanceof EngineFault) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const message = error instanceof Error ? error.message : typeof error === "string" ? error : JSON.stringify(error);
  return new EngineFault(codeOf(name, message, otherwise), message || name);
}

function codeOf(name: string, message: string, otherwise: FaultCode): FaultCode {
  if (name === "QuotaExceededError" || /quota/i.test(message)) return "quota";
  if (name === "IntegrityError") return "damaged";
  if (MEMORY.test(`${name} ${message}`)) return "memory";
  if (LOST.test(`${name} ${message}`)) return "device-lost";
  if (name === "WebGPUNotAvailableError" || name === "WebGPUNotFoundError") return "no-engine";
  if (name === "ShaderF16SupportError" || name === "FeatureSupportError") return "no-engine";
  return otherwise;
}
