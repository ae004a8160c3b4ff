/** The list of conversations and the one that is open. */
import { computed, signal } from "@preact/signals";
import { t } from "../../i18n";
import {
  allConversations,
  ConversationGone,
  deleteAllConversations,
  deleteConversation,
  getConversation,
  listConversations,
  markBroken,
  renameConversation,
  saveConversation,
} from "../../storage/conversations";
import { importJson } from "../../storage/importing";
import { beingWritten, type Change } from "../../storage/tabs";
import type { Conversation, Listed, Message } from "../../storage/types";
import { say, sayFault, sayStorageFault } from "./notices";
import { store, tell } from "./store";

export const listed = signal<readonly Listed[]>([]);
export const current = signal<Conversation>(emptyConversation());
export const messages = computed<readonly Message[]>(() => current.value.messages);

/** Counts up whenever another conversation is opened, so that late words are not put into the wrong one. */
export const opening = signal(0);

/** Whether this tab is writing an answer. */
export const isWriting = signal(false);

const LONGEST_TITLE = 60;

export function emptyConversation(): Conversation {
  const now = Date.now();
  return { id: crypto.randomUUID(), title: "", created: now, updated: now, revision: 0, messages: [] };
}

/** A title from the first question. */
export function titleFrom(question: string): string {
  const line = question.split(/\s+/u).filter(Boolean).join(" ");
  return [...line].length > LONGEST_TITLE ? `${[...line].slice(0, LONGEST_TITLE - 1).join("")}…` : line;
}

/** Read the list; answers whose tab is gone are marked as broken off. */
export async function openConversations(): Promise<void> {
  const database = store();
  if (!database) return;
  const live = await beingWritten();
  await markBroken(database, (id) => live.has(id));
  await refreshList();
}

async function refreshList(): Promise<void> {
  const database = store();
  if (database) listed.value = await listConversations(database);
}

/** What another tab changed is shown here too, unless this tab is writing in it: its next write settles that. */
export async function followChange(change: Change): Promise<void> {
  const database = store();
  if (!database || change.kind === "documents") return;
  await refreshList();
  const { id, revision } = current.value;
  const isShown = change.kind === "conversations" || change.id === id;
  if (!isShown || isWriting.value || revision === 0) return;
  const stored = await getConversation(database, id);
  // Meanwhile a question may have been asked, or another conversation opened.
  if (isWriting.value || current.value.id !== id) return;
  if (stored) {
    if (stored.revision !== revision) current.value = stored;
  } else {
    sayFault("history.gone");
    newConversation();
  }
}

export function newConversation(): void {
  show(emptyConversation());
}

function show(conversation: Conversation): void {
  opening.value += 1;
  current.value = conversation;
}

export async function openConversation(id: string): Promise<void> {
  const database = store();
  if (!database) return;
  await openConversations();
  const stored = await getConversation(database, id);
  // A question that was asked meanwhile is not left behind.
  if (!isWriting.value) show(stored ?? emptyConversation());
}

// Writes follow one another: each is based on the revision that the one before it made.
let lastWrite: Promise<void> = Promise.resolve();

/** Show the changed conversation and store it. */
export function keepConversation(changed: Conversation): Promise<void> {
  current.value = { ...changed, revision: current.value.id === changed.id ? current.value.revision : changed.revision };
  lastWrite = lastWrite.then(writeCurrent);
  return lastWrite;
}

async function writeCurrent(): Promise<void> {
  const database = store();
  const shown = current.value;
  if (!database || shown.messages.length === 0) return;
  try {
    const { conversation, forked } = await saveConversation(database, shown, (title) => t("history.forkTitle", { title }));
    // Words that came while it was stored are kept; only what the storage decides is taken over.
    const { id, title, revision } = conversation;
    if (current.value.id === shown.id) current.value = { ...current.value, id, title, revision };
    if (forked) say("history.forked");
    tell({ kind: "conversation", id });
    await refreshList();
  } catch (error) {
    if (!(error instanceof ConversationGone)) return sayStorageFault(error);
    sayFault("history.gone");
    newConversation();
  }
}

export async function rename(id: string, title: string): Promise<void> {
  const database = store();
  if (!database) return;
  try {
    await lastWrite;
    await renameConversation(database, id, title);
    const stored = await getConversation(database, id);
    if (stored && current.value.id === id) current.value = { ...current.value, title, revision: stored.revision };
    tell({ kind: "conversation", id });
    await refreshList();
  } catch (error) {
    sayStorageFault(error);
  }
}

export async function remove(id: string): Promise<void> {
  const database = store();
  if (!database) return;
  await deleteConversation(database, id);
  if (current.value.id === id) newConversation();
  tell({ kind: "conversation", id });
  await refreshList();
}

export async function removeAll(): Promise<void> {
  const database = store();
  if (!database) return;
  await deleteAllConversations(database);
  newConversation();
  tell({ kind: "conversations" });
  await refreshList();
}

/** All conversations, newest first, or the one of an id. */
export async function storedConversations(id: string | null = null): Promise<Conversation[]> {
  const database = store();
  if (!database) return [current.value];
  if (id === null) return allConversations(database);
  const one = await getConversation(database, id);
  return one ? [one] : [];
}

/** Add the conversations of an exported file. */
export async function importConversations(file: File): Promise<void> {
  const database = store();
  if (!database) return;
  let read: Conversation[];
  try {
    read = importJson(await file.text());
  } catch (error) {
    console.warn(error);
    return sayFault("history.importDamaged");
  }
  try {
    for (const one of read) await saveConversation(database, one, (title) => title);
    say("history.imported", { count: read.length });
  } catch (error) {
    sayStorageFault(error);
  }
  tell({ kind: "conversations" });
  await refreshList();
}
