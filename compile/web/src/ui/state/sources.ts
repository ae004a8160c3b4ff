/** What answers are looked up in: the bundle's passages and the reader's own files. */
import { computed, signal } from "@preact/signals";
import { FileFault } from "../../files/types";
import type { SearchClient } from "../../search/types";
import { deleteDocument, listDocuments, putDocument } from "../../storage/documents";
import type { StoredDocument } from "../../storage/types";
import { bundle } from "./model";
import { say, sayFault, sayStorageFault } from "./notices";
import { store, tell } from "./store";

export const search = signal<SearchClient | null>(null);
export const documents = signal<readonly StoredDocument[]>([]);
/** Names of files being read now. */
export const reading = signal<readonly string[]>([]);

/** Passages of the bundle. */
export const bundlePassages = computed(() => search.value?.passages ?? 0);

export const hasSources = computed(() => search.value !== null && (bundlePassages.value > 0 || documents.value.length > 0));

// Files may be dropped before the passages are open.
let isOpened: () => void;
const opened = new Promise<void>((resolve) => {
  isOpened = resolve;
});

/** Open the bundle's passages, then the reader's own files. */
export async function openSources(): Promise<void> {
  try {
    await openSearches();
    await refreshDocuments();
  } finally {
    isOpened();
  }
}

async function openSearches(): Promise<void> {
  const { openSearch } = await import("../../search/client");
  const held = bundle.value;
  const exported = held !== null && typeof held === "object" ? held.search : null;
  try {
    search.value = await openSearch(exported ? new URL(exported.folder, document.baseURI) : null);
  } catch (error) {
    console.error(error);
    sayFault("sources.failed");
    // The reader's own files can be searched still.
    if (exported) search.value = await openSearch(null);
  }
}

// Of these another tab's list is true; a document that could not be stored is this tab's alone.
const storedIds = new Set<string>();
let lastRefresh: Promise<void> = Promise.resolve();

/** Take over what is stored: at the start, and when another tab added or removed a file. */
export function refreshDocuments(): Promise<void> {
  lastRefresh = lastRefresh.then(takeOver, takeOver);
  return lastRefresh;
}

async function takeOver(): Promise<void> {
  const database = store();
  const client = search.value;
  if (!database || !client) return;
  const stored = await listDocuments(database);
  const ids = new Set(stored.map((one) => one.id));
  const isGone = (id: string): boolean => storedIds.has(id) && !ids.has(id);
  const isHeld = (id: string): boolean => documents.value.some((one) => one.id === id);
  for (const { id } of documents.value) if (isGone(id)) await client.removeDocument(id);
  const added = stored.filter((one) => !isHeld(one.id));
  for (const document of added) await client.addDocument(document);
  documents.value = [...documents.value.filter((one) => !isGone(one.id)), ...added.filter((one) => !isHeld(one.id))];
  for (const id of ids) storedIds.add(id);
}

/** Read, store and index files, one after the other; each fault is told by the file's name. */
export async function addFiles(files: readonly File[]): Promise<void> {
  await opened;
  const client = search.value;
  if (!client) return sayFault("sources.failed");
  const { readFile } = await import("../../files");
  for (const file of files) {
    reading.value = [...reading.value, file.name];
    try {
      const document: StoredDocument = { ...(await readFile(file)), id: crypto.randomUUID(), added: Date.now() };
      await client.addDocument(document);
      documents.value = [...documents.value, document];
      say("files.added", { name: file.name });
      await keep(document);
    } catch (error) {
      if (!(error instanceof FileFault)) console.error(error);
      sayFault(`files.fault.${error instanceof FileFault ? error.code : "damaged"}`, { name: file.name });
    } finally {
      reading.value = reading.value.filter((name) => name !== file.name);
    }
  }
}

export async function removeDocument(document: StoredDocument): Promise<void> {
  await search.value?.removeDocument(document.id);
  documents.value = documents.value.filter((one) => one.id !== document.id);
  say("files.removed", { name: document.name });
  const database = store();
  if (!database) return;
  await deleteDocument(database, document.id);
  tell({ kind: "documents" });
}

/** Store a document; one that cannot be kept serves until the tab closes. */
async function keep(document: StoredDocument): Promise<void> {
  const database = store();
  if (!database) return;
  try {
    await putDocument(database, document);
    storedIds.add(document.id);
    tell({ kind: "documents" });
  } catch (error) {
    sayStorageFault(error);
  }
}
