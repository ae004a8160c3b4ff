import type { OwnDocument } from "../search/types";

/** A file that cannot be taken in; `code` chooses the sentence. */
export class FileFault extends Error {
  constructor(
    readonly code: "type" | "empty" | "too-large" | "no-text" | "locked" | "damaged",
    message: string,
  ) {
    super(message);
    this.name = "FileFault";
  }
}

/** Read a file of the reader (txt, md, pdf) in the browser. Throws FileFault. */
export type ReadFile = (file: File) => Promise<Omit<OwnDocument, "id">>;
