/** Short messages at the edge of the page, and what a screen reader is told. */
import { signal } from "@preact/signals";
import type { MessageKey, Values } from "../../i18n";
import { StorageFull } from "../../storage/database";

export interface Notice {
  readonly id: number;
  readonly key: MessageKey;
  readonly values: Values;
  readonly isFault: boolean;
  readonly action: { readonly key: MessageKey; readonly run: () => void } | null;
}

export const notices = signal<readonly Notice[]>([]);

/** Text of the polite live region: a finished answer, not each token of it. */
export const announcement = signal("");

const SECONDS = 6;
let count = 0;

/** Say something for a few seconds. */
export function say(key: MessageKey, values: Values = {}): void {
  const id = add({ key, values, isFault: false, action: null });
  setTimeout(() => dismiss(id), SECONDS * 1000);
}

/** Say what went wrong; it stays until it is dismissed. */
export function sayFault(key: MessageKey, values: Values = {}): void {
  if (notices.value.some((notice) => notice.key === key && notice.values.name === values.name)) return;
  add({ key, values, isFault: true, action: null });
}

export function offer(key: MessageKey, action: NonNullable<Notice["action"]>): void {
  add({ key, values: {}, isFault: false, action });
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Tell the reader that something could not be stored. */
export function sayStorageFault(error: unknown): void {
  if (!(error instanceof StorageFull)) console.error(error);
  sayFault(error instanceof StorageFull ? "storage.quota" : "storage.failed");
}

function add(notice: Omit<Notice, "id">): number {
  count += 1;
  notices.value = [...notices.value, { ...notice, id: count }];
  return count;
}
