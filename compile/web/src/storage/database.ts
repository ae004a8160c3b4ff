/** The page's IndexedDB. One database a bundle's address would be lost on moving it, so there is one an origin. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Conversation, StoredDocument } from "./types";

const VERSION = 1;

interface Schema extends DBSchema {
  conversations: { key: string; value: Conversation; indexes: { updated: number } };
  documents: { key: string; value: StoredDocument };
}

export type Database = IDBPDatabase<Schema>;

/** The browser's storage is full. */
export class StorageFull extends Error {
  constructor() {
    super("the browser's storage is full");
    this.name = "StorageFull";
  }
}

/** Open the database; `onOutdated` is called when another tab needs a newer version of it than this one has. */
export async function openDatabase(onOutdated: () => void = () => {}, name = "malmoi"): Promise<Database> {
  return openDB<Schema>(name, VERSION, {
    upgrade(database) {
      database.createObjectStore("conversations", { keyPath: "id" }).createIndex("updated", "updated");
      database.createObjectStore("documents", { keyPath: "id" });
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      onOutdated();
    },
  });
}

/** Run a write; a full disk becomes StorageFull, whichever of its two forms the browser uses. */
export async function writing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const inner = error instanceof DOMException && error.name === "AbortError" ? (error.cause ?? error) : error;
    if (inner instanceof DOMException && inner.name === "QuotaExceededError") throw new StorageFull();
    throw error;
  }
}
