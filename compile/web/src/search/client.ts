import type { Call, Reply, Request } from "./protocol";
import { type OpenSearch, type SearchClient, SearchFault, type SearchHit } from "./types";

/** Calls of a worker that are not answered yet. */
class Calls {
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private last = 0;

  constructor(private readonly worker: Worker) {
    worker.addEventListener("message", (event: MessageEvent<Reply>) => this.settle(event.data));
    worker.addEventListener("error", (event) => this.fail(new Error(event.message || "the search stopped")));
  }

  make<Value>(call: Call): Promise<Value> {
    const number = (this.last += 1);
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, call } satisfies Request);
    }) as Promise<Value>;
  }

  end(): void {
    this.worker.terminate();
    this.fail(new Error("the search was closed"));
  }

  private settle(reply: Reply): void {
    const call = this.waiting.get(reply.number);
    this.waiting.delete(reply.number);
    if ("value" in reply) call?.resolve(reply.value);
    else call?.reject(reply.code === null ? new Error(reply.message) : new SearchFault(reply.code, reply.message));
  }

  private fail(error: Error): void {
    for (const call of this.waiting.values()) call.reject(error);
    this.waiting.clear();
  }
}

/** Open the exported passages in a worker. Throws SearchFault. */
export const openSearch: OpenSearch = async (folder) => {
  const calls = new Calls(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
  try {
    // Relative names are resolved against a folder, whose address ends with a slash.
    const address = folder === null || folder.pathname.endsWith("/") ? folder : new URL(`${folder.pathname}/`, folder);
    const passages = await calls.make<number>({ name: "open", folder: address?.href ?? null });
    return clientOf(calls, passages);
  } catch (error) {
    calls.end();
    throw error;
  }
};

function clientOf(calls: Calls, passages: number): SearchClient {
  return {
    passages,
    search: (query, count) => calls.make<SearchHit[]>({ name: "search", query, count }),
    coverage: (query, hits) => calls.make<number>({ name: "coverage", query, hits }),
    addDocument: (document) => calls.make<void>({ name: "add", document }),
    removeDocument: (id) => calls.make<void>({ name: "remove", id }),
    close: () => calls.end(),
  };
}
