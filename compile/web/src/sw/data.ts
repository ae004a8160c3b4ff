/** What the bundle holds besides the page: `page.json` and the exported passages, for use without a connection. */

import { fetchChecked, sha256Of } from "./kept";

// An answer that takes longer is not waited for where there is a copy.
const PATIENCE_MS = 4_000;

interface SearchIndex {
  readonly files?: Readonly<Record<string, { readonly sha256?: string }>>;
}

export class BundleData {
  readonly #cache: string;
  readonly #scope: string;

  constructor(cache: string, scope: string) {
    this.#cache = cache;
    this.#scope = scope;
  }

  /** From the host, else the copy; `changed` is called when the host's is another. */
  async newest(request: Request, changed: () => void): Promise<Response> {
    const cache = await caches.open(this.#cache);
    const copy = await cache.match(request.url);
    try {
      const signal = copy === undefined ? null : AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(request.url, { cache: "no-cache", signal });
      if (!response.ok && copy !== undefined) return copy;
      if (response.ok && (await text(copy)) !== (await text(response))) changed();
      return response;
    } catch (error) {
      if (copy !== undefined) return copy;
      throw error;
    }
  }

  /** The copy, unless the page asks for the host's. */
  async copied(request: Request): Promise<Response> {
    const cache = await caches.open(this.#cache);
    const fresh = request.cache === "reload" || request.cache === "no-store";
    return ((fresh ? undefined : await cache.match(request.url)) ?? (await fetch(request)));
  }

  /** Copy all of it: lists last, so that what they name is there. Throws when something cannot be fetched. */
  async complete(): Promise<void> {
    const cache = await caches.open(this.#cache);
    const listed = await fetchChecked(this.#url("page.json"), null);
    const page = (await listed.clone().json()) as { readonly search?: { readonly folder: string } | null };
    const kept = new Set([this.#url("page.json")]);
    if (page.search) {
      const folder = page.search.folder.endsWith("/") ? page.search.folder : `${page.search.folder}/`;
      const index = await fetchChecked(this.#url(`${folder}index.json`), null);
      const { files = {} } = (await index.clone().json()) as SearchIndex;
      for (const [name, { sha256 = null }] of Object.entries(files)) {
        const url = this.#url(folder + name);
        kept.add(url);
        const copy = await cache.match(url);
        if (copy !== undefined && sha256 !== null && (await sha256Of(await copy.arrayBuffer())) === sha256) continue;
        await cache.put(url, await fetchChecked(url, sha256));
      }
      kept.add(this.#url(`${folder}index.json`));
      await cache.put(this.#url(`${folder}index.json`), index);
    }
    await cache.put(this.#url("page.json"), listed);
    for (const { url } of await cache.keys()) if (!kept.has(url)) await cache.delete(url);
  }

  #url(path: string): string {
    return new URL(path, this.#scope).href;
  }
}

async function text(response: Response | undefined): Promise<string | undefined> {
  return response?.clone().text();
}
