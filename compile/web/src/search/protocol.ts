import type { OwnDocument, SearchFault, SearchHit } from "./types";

/** What the page sends to its search worker, one at a time or several; every call is answered by its number. */
export type Call =
  | { readonly name: "open"; readonly folder: string | null }
  | { readonly name: "search"; readonly query: string; readonly count: number }
  | { readonly name: "coverage"; readonly query: string; readonly hits: readonly SearchHit[] }
  | { readonly name: "add"; readonly document: OwnDocument }
  | { readonly name: "remove"; readonly id: string };

export interface Request {
  readonly number: number;
  readonly call: Call;
}

/** What a call gave; an error keeps its name across the border as `code`. */
export type Reply =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly code: SearchFault["code"] | null; readonly message: string };
