/** Deletes a model's stored files: the remedy for a damaged copy, and a way to free room. */

import { GGUF_CACHE, WEBLLM_CACHES } from "./cacheNames";
import type { ModelEntry } from "./types";

/** Delete all that is stored of a model; what comes next is a first load. */
export async function forgetModel(model: ModelEntry): Promise<void> {
  if (typeof caches === "undefined") return;
  const folder = new URL(model.model, document.baseURI).href;
  for (const name of [...WEBLLM_CACHES, GGUF_CACHE]) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) if (url.startsWith(folder)) await cache.delete(url);
  }
}
