/** What the page asks of its search: the bundle's passages and the reader's own files, in one ranking. */

export interface Passage {
  readonly id: string;
  readonly title: string;
  /** Headings above the passage, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
  /** Where it is from: an address, a file's name. */
  readonly source: string;
  /** Page of a paginated document, from 1. */
  readonly page: number | null;
  /** Whether it is from a file that the reader added here. */
  readonly own: boolean;
}

export interface SearchHit {
  readonly passage: Passage;
  readonly score: number;
}

/** A file that the reader added: its text by page (one entry without a number where it has no pages). */
export interface OwnDocument {
  readonly id: string;
  readonly name: string;
  readonly pages: readonly { readonly page: number | null; readonly text: string }[];
}

export interface SearchClient {
  /** Passages of the bundle. */
  readonly passages: number;
  search(query: string, count: number): Promise<SearchHit[]>;
  /** Share of the query's content words that the best passages hold, 0 to 1: low means "not in the sources". */
  coverage(query: string, hits: readonly SearchHit[]): Promise<number>;
  addDocument(document: OwnDocument): Promise<void>;
  removeDocument(id: string): Promise<void>;
  close(): void;
}

/** Open the exported passages; without a folder, a search over the reader's own files alone. */
export type OpenSearch = (folder: URL | null) => Promise<SearchClient>;

/** Why the passages cannot be searched; `code` chooses the sentence. */
export class SearchFault extends Error {
  constructor(
    readonly code:
      | "download" // a file did not come: try again
      | "damaged" // a file is not what the index says: load the bundle again
      | "version", // another version of the page wrote the index: build the bundle again
    message: string,
  ) {
    super(message);
    this.name = "SearchFault";
  }
}
