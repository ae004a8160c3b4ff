/** Room in the browser's storage. */

import { EngineFault } from "./types";

// The browser's figures are estimates, and what the page keeps besides needs room too.
const SPARE = 16 * 2 ** 20;

/** Throws EngineFault quota when `bytes` more do not fit. */
export async function checkRoom(bytes: number): Promise<void> {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota === undefined || usage === undefined || bytes + SPARE <= quota - usage) return;
  const mb = (count: number): string => `${Math.ceil(count / 1e6)} MB`;
  throw new EngineFault("quota", `${mb(bytes)} are needed, ${mb(Math.max(0, quota - usage))} of ${mb(quota)} are free.`);
}

/** Ask the browser not to clear the model away when storage is short. It may ask the reader, which is not awaited. */
export function askToKeep(): void {
  navigator.storage?.persist?.().catch(() => false);
}
