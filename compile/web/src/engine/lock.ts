/** One tab at a time holds the model: two would need its memory twice. */

import { EngineFault } from "./types";

const NAME = "malmoi model";
// A page that is reloaded may find its own lock still held for a moment.
const PATIENCE_MS = 1_500;

export type Release = () => void;

/**
 * Take the device for this tab. The browser takes it back when the tab closes.
 *
 * Throws EngineFault other-tab when another tab has it.
 */
export function holdDevice(): Promise<Release> {
  // There are no locks where the page is not served securely, nor storage that two tabs could disturb.
  if (navigator.locks === undefined) return Promise.resolve(() => undefined);
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(NAME, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => new Promise<void>(resolve))
      .catch(() => reject(new EngineFault("other-tab", "Another tab of this page holds the model.")));
  });
}

/** Resolves once no other tab holds the device. */
export async function deviceFree(signal?: AbortSignal): Promise<void> {
  await navigator.locks?.request(NAME, { signal }, () => undefined);
}
