/** Conversations in IndexedDB. A write names the revision it is based on, so that no tab overwrites another's. */
import { type Database, writing } from "./database";
import type { Answer, Conversation, Listed, Message } from "./types";

/** The conversation was deleted in another tab while this one was writing it. */
export class ConversationGone extends Error {
  constructor() {
    super("the conversation was deleted in another tab");
    this.name = "ConversationGone";
  }
}

export interface Saved {
  readonly conversation: Conversation;
  /** Another tab had changed it: this tab's version is a conversation of its own now. */
  readonly forked: boolean;
}

/** Newest first. */
export async function listConversations(database: Database): Promise<Listed[]> {
  const all = await database.getAllFromIndex("conversations", "updated");
  return all.reverse().map(({ id, title, updated }) => ({ id, title, updated }));
}

export async function getConversation(database: Database, id: string): Promise<Conversation | undefined> {
  return database.get("conversations", id);
}

export async function allConversations(database: Database): Promise<Conversation[]> {
  return (await database.getAllFromIndex("conversations", "updated")).reverse();
}

/**
 * Store a conversation. Where the stored revision is not the one it is based on, it is stored under a new id
 * with `forkTitle(title)`, so that neither tab's words are lost.
 *
 * Throws ConversationGone where it was deleted meanwhile, StorageFull where there is no room.
 */
export async function saveConversation(
  database: Database,
  conversation: Conversation,
  forkTitle: (title: string) => string,
): Promise<Saved> {
  return writing(async () => {
    const transaction = database.transaction("conversations", "readwrite");
    const stored = await transaction.store.get(conversation.id);
    if (!stored && conversation.revision > 0) {
      await transaction.done;
      throw new ConversationGone();
    }
    const forked = stored !== undefined && stored.revision !== conversation.revision;
    const next: Conversation = forked
      ? { ...conversation, id: crypto.randomUUID(), title: forkTitle(conversation.title), revision: 1 }
      : { ...conversation, revision: conversation.revision + 1 };
    await Promise.all([transaction.store.put(next), transaction.done]);
    return { conversation: next, forked };
  });
}

/** Give a conversation another name, whatever its revision. */
export async function renameConversation(database: Database, id: string, title: string): Promise<void> {
  await writing(async () => {
    const transaction = database.transaction("conversations", "readwrite");
    const stored = await transaction.store.get(id);
    if (stored) await transaction.store.put({ ...stored, title, revision: stored.revision + 1 });
    await transaction.done;
  });
}

export async function deleteConversation(database: Database, id: string): Promise<void> {
  await database.delete("conversations", id);
}

export async function deleteAllConversations(database: Database): Promise<void> {
  await database.clear("conversations");
}

/** Mark answers as broken off whose tab is gone; `isLive` says whether some tab is still writing an answer. */
export async function markBroken(database: Database, isLive: (id: string) => boolean): Promise<number> {
  let marked = 0;
  const transaction = database.transaction("conversations", "readwrite");
  for await (const cursor of transaction.store) {
    const stored = cursor.value;
    const isBroken = (message: Message): message is Answer => isWriting(message) && !isLive(message.id);
    if (!stored.messages.some(isBroken)) continue;
    const messages = stored.messages.map((message) =>
      isBroken(message) ? { ...message, state: "broken" as const } : message,
    );
    await cursor.update({ ...stored, messages, revision: stored.revision + 1 });
    marked += 1;
  }
  await transaction.done;
  return marked;
}

function isWriting(message: Message): message is Answer {
  return message.role === "assistant" && message.state === "writing";
}
