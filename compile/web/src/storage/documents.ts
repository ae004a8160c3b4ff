/** The reader's own files, as text by page. */
import { type Database, writing } from "./database";
import type { StoredDocument } from "./types";

/** Oldest first. */
export async function listDocuments(database: Database): Promise<StoredDocument[]> {
  return (await database.getAll("documents")).sort((one, other) => one.added - other.added);
}

export async function putDocument(database: Database, document: StoredDocument): Promise<void> {
  await writing(() => database.put("documents", document));
}

export async function deleteDocument(database: Database, id: string): Promise<void> {
  await database.delete("documents", id);
}
