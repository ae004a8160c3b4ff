/** Reads conversations that the page exported; each reader names the place of the first fault. */
import type { Passage } from "../search/types";
import { FORMAT, VERSION } from "./exporting";
import type { Answer, Conversation, Figures, Message } from "./types";

/** A file that `exportJson` did not write. */
export class ImportFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ImportFault";
  }
}

/**
 * Read conversations that `exportJson` wrote. They get new ids, so that an import never replaces a conversation.
 *
 * Throws ImportFault, naming the first place that is not as it should be.
 */
export function importJson(text: string): Conversation[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new ImportFault("not JSON");
  }
  const file = record(data, "file");
  if (file.format !== FORMAT || file.version !== VERSION) throw new ImportFault("file: another format or version");
  return list(file.conversations, "conversations").map((one, index) => conversation(one, `conversations[${index}]`));
}

function conversation(data: unknown, place: string): Conversation {
  const given = record(data, place);
  return {
    id: crypto.randomUUID(),
    title: string(given.title, `${place}.title`),
    created: number(given.created, `${place}.created`),
    updated: number(given.updated, `${place}.updated`),
    revision: 0,
    messages: list(given.messages, `${place}.messages`).map((one, index) => message(one, `${place}.messages[${index}]`)),
  };
}

function message(data: unknown, place: string): Message {
  const given = record(data, place);
  const shared = { id: crypto.randomUUID(), text: string(given.text, `${place}.text`), created: number(given.created, `${place}.created`) };
  if (given.role === "user") return { role: "user", ...shared };
  if (given.role !== "assistant") throw new ImportFault(`${place}.role: neither user nor assistant`);
  const state = STATES.find((one) => one === given.state) ?? "done";
  return {
    role: "assistant",
    ...shared,
    state: state === "writing" ? "broken" : state,
    covered: given.covered !== false,
    passages: list(given.passages, `${place}.passages`).map((one, index) => passage(one, `${place}.passages[${index}]`)),
    figures: figures(given.figures),
    fault: FAULTS.find((one) => one === given.fault) ?? null,
  };
}

const STATES: readonly Answer["state"][] = ["writing", "done", "stopped", "length", "broken", "failed"];
const FAULTS: readonly NonNullable<Answer["fault"]>[] = [
  "download",
  "quota",
  "damaged",
  "memory",
  "device-lost",
  "other-tab",
  "no-engine",
  "too-long",
  "unknown",
];

function passage(data: unknown, place: string): Passage {
  const given = record(data, place);
  return {
    id: string(given.id, `${place}.id`),
    title: string(given.title, `${place}.title`),
    headings: list(given.headings, `${place}.headings`).map((one, index) => string(one, `${place}.headings[${index}]`)),
    text: string(given.text, `${place}.text`),
    source: string(given.source, `${place}.source`),
    page: typeof given.page === "number" ? given.page : null,
    own: given.own === true,
  };
}

function figures(data: unknown): Figures | null {
  if (typeof data !== "object" || data === null) return null;
  const { engine, completionTokens, decodeTokensPerSecond, memoryBytes, ...rest } = data as Record<string, unknown>;
  if ((engine !== "webgpu" && engine !== "wasm") || typeof completionTokens !== "number") return null;
  if (typeof decodeTokensPerSecond !== "number") return null;
  return {
    engine,
    completionTokens,
    decodeTokensPerSecond,
    memoryBytes: typeof memoryBytes === "number" ? memoryBytes : null,
    ...(typeof rest.droppedTurns === "number" ? { droppedTurns: rest.droppedTurns } : {}),
    ...(typeof rest.isLoop === "boolean" ? { isLoop: rest.isLoop } : {}),
  };
}

function record(data: unknown, place: string): Record<string, unknown> {
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw new ImportFault(`${place}: not an object`);
  return data as Record<string, unknown>;
}

function list(data: unknown, place: string): unknown[] {
  if (!Array.isArray(data)) throw new ImportFault(`${place}: not a list`);
  return data;
}

function string(data: unknown, place: string): string {
  if (typeof data !== "string") throw new ImportFault(`${place}: not text`);
  return data;
}

function number(data: unknown, place: string): number {
  if (typeof data !== "number" || !Number.isFinite(data)) throw new ImportFault(`${place}: not a number`);
  return data;
}
