/** The worker that searches: the page stays quick while an index opens. */
import { Search } from "./core";
import type { Call, Reply, Request } from "./protocol";
import type { ReadBytes } from "./reader";
import { SearchFault } from "./types";

let opened: Promise<Search> | null = null;

async function answer(call: Call): Promise<unknown> {
  if (call.name === "open") {
    opened = Search.open(call.folder === null ? null : from(new URL(call.folder)));
    return (await opened).passages;
  }
  if (opened === null) throw new Error("the search is not open");
  const search = await opened;
  switch (call.name) {
    case "search":
      return search.search(call.query, call.count);
    case "coverage":
      return search.coverage(call.query, call.hits);
    case "add":
      return search.add(call.document);
    case "remove":
      return search.remove(call.id);
  }
}

function from(folder: URL): ReadBytes {
  return async (name, fresh) => {
    try {
      const response = await fetch(new URL(name, folder), fresh ? { cache: "reload" } : {});
      if (!response.ok) throw new SearchFault("download", `${name}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw error instanceof SearchFault ? error : new SearchFault("download", `${name}: ${String(error)}`);
    }
  };
}

addEventListener("message", (event: MessageEvent<Request>) => {
  const { number, call } = event.data;
  answer(call).then(
    (value) => reply({ number, value }),
    (error: unknown) =>
      reply({
        number,
        code: error instanceof SearchFault ? error.code : null,
        message: error instanceof Error ? error.message : String(error),
      }),
  );
});

function reply(message: Reply): void {
  postMessage(message);
}
