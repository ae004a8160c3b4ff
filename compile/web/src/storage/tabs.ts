/** What the page's tabs tell each other: what changed in the storage, and which answers are being written. */

export type Change =
  | { readonly kind: "conversation"; readonly id: string }
  | { readonly kind: "conversations" }
  | { readonly kind: "documents" };

const LOCK = "malmoi-writing:";

/** Tells other tabs of changes and hears of theirs. */
export class Tabs {
  readonly #channel: BroadcastChannel;

  constructor(onChange: (change: Change) => void) {
    this.#channel = new BroadcastChannel("malmoi");
    this.#channel.onmessage = (event: MessageEvent<Change>) => onChange(event.data);
  }

  tell(change: Change): void {
    this.#channel.postMessage(change);
  }

  close(): void {
    this.#channel.close();
  }
}

/** Hold an answer as being written while `work` runs; the browser lets go of it with the tab. */
export async function whileWriting<T>(id: string, work: () => Promise<T>): Promise<T> {
  // Only secure contexts have locks; without them a live answer may be taken for a broken one, never lost.
  if (!navigator.locks) return work();
  return navigator.locks.request(LOCK + id, { mode: "shared" }, work);
}

/** Answers that some tab is writing now. */
export async function beingWritten(): Promise<ReadonlySet<string>> {
  const held = (await navigator.locks?.query())?.held ?? [];
  return new Set(held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
}
