/** The system message of a conversation without one, as web-llm writes it. */

import { GGUF_CACHE } from "./cacheNames";
import { fetchWhole } from "./fetching";
import { folderOf, type ChatConfig } from "./records";
import type { ModelEntry } from "./types";

const PATIENCE_MS = 6_000;

/** Read it from the host, else from the copy; null where there is neither. */
export async function ownSystem(model: ModelEntry, page: string): Promise<string | null> {
  const url = new URL("mlc-chat-config.json", folderOf(model.model, page)).href;
  try {
    const cache = typeof caches === "undefined" ? null : await caches.open(GGUF_CACHE);
    const fresh = await fetchWhole(url, () => undefined, PATIENCE_MS).catch(() => null);
    if (fresh !== null) await cache?.put(url, new Response(fresh));
    const config = (await (fresh === null ? await cache?.match(url) : new Response(fresh))?.json()) as ChatConfig | undefined;
    return config?.conv_template.system_message ?? null;
  } catch {
    // A full disk, or a file that is none: the model answers without it.
    return null;
  }
}
