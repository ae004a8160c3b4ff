import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
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
} from "./conversations";
import { type Database, openDatabase, StorageFull, writing } from "./database";
import { deleteDocument, listDocuments, putDocument } from "./documents";
import { exportJson, exportMarkdown, fileName } from "./exporting";
import { ImportFault, importJson } from "./importing";
import { DEFAULTS, followed, isValidNumber, validated } from "./settings";
import type { Answer, Conversation } from "./types";

let opened = 0;
const open = (): Promise<Database> => openDatabase(() => {}, `test-${(opened += 1)}`);
const other = (title: string): string => `${title} (다른 탭)`;

const ANSWER: Answer = {
  role: "assistant",
  id: "a1",
  text: "15일입니다. [1]",
  created: 2,
  state: "done",
  covered: true,
  passages: [
    { id: "p1", title: "휴가 규정", headings: ["연차"], text: "연차는 15일이다.", source: "leave.md", page: 3, own: false },
  ],
  figures: { engine: "wasm", completionTokens: 7, decodeTokensPerSecond: 5.5, memoryBytes: null },
  fault: null,
};

function conversation(part: Partial<Conversation> = {}): Conversation {
  const messages = [{ role: "user", id: "q1", text: "연차는 며칠인가요?", created: 1 } as const, ANSWER];
  return { id: "c1", title: "연차", created: 1, updated: 1, revision: 0, messages, ...part };
}

describe("conversations", () => {
  test("are listed newest first, renamed and deleted", async () => {
    const database = await open();
    await saveConversation(database, conversation(), other);
    await saveConversation(database, conversation({ id: "c2", title: "병가", updated: 5 }), other);
    expect((await listConversations(database)).map((one) => one.title)).toEqual(["병가", "연차"]);
    await renameConversation(database, "c1", "연차 휴가");
    expect((await getConversation(database, "c1"))?.title).toBe("연차 휴가");
    await deleteConversation(database, "c2");
    expect(await listConversations(database)).toEqual([{ id: "c1", title: "연차 휴가", updated: 1 }]);
    await deleteAllConversations(database);
    expect(await allConversations(database)).toEqual([]);
  });

  test("written by two tabs are both kept", async () => {
    const database = await open();
    const { conversation: first } = await saveConversation(database, conversation(), other);
    const here = await saveConversation(database, { ...first, title: "여기" }, other);
    const there = await saveConversation(database, { ...first, title: "저기" }, other);
    expect([here.forked, there.forked]).toEqual([false, true]);
    expect((await allConversations(database)).map((one) => one.title).sort()).toEqual(["여기", "저기 (다른 탭)"]);
    const again = await saveConversation(database, there.conversation, other);
    expect(again.forked).toBe(false);
  });

  test("deleted in another tab are not written again", async () => {
    const database = await open();
    const { conversation: first } = await saveConversation(database, conversation(), other);
    await deleteConversation(database, "c1");
    await expect(saveConversation(database, first, other)).rejects.toBeInstanceOf(ConversationGone);
    expect(await allConversations(database)).toEqual([]);
  });

  test("of a closed tab keep what was written, marked as broken off", async () => {
    const database = await open();
    const writing: Answer = { ...ANSWER, state: "writing", text: "15일" };
    const live: Answer = { ...writing, id: "a2" };
    await saveConversation(database, conversation({ messages: [writing] }), other);
    await saveConversation(database, conversation({ id: "c2", messages: [live] }), other);
    expect(await markBroken(database, (id) => id === "a2")).toBe(1);
    expect((await getConversation(database, "c1"))?.messages[0]).toEqual({ ...writing, state: "broken" });
    expect((await getConversation(database, "c2"))?.messages[0]).toEqual(live);
  });
});

test("a full disk is told as such, in both of its forms", async () => {
  const full = new DOMException("full", "QuotaExceededError");
  await expect(writing(() => Promise.reject(full))).rejects.toBeInstanceOf(StorageFull);
  const aborted = Object.assign(new DOMException("aborted", "AbortError"), { cause: full });
  await expect(writing(() => Promise.reject(aborted))).rejects.toBeInstanceOf(StorageFull);
  const error = new Error("else");
  await expect(writing(() => Promise.reject(error))).rejects.toBe(error);
});

test("documents stay, oldest first", async () => {
  const database = await open();
  const document = { id: "d1", name: "a.txt", pages: [{ page: null, text: "가" }], added: 2 };
  await putDocument(database, document);
  await putDocument(database, { ...document, id: "d2", added: 1 });
  expect((await listDocuments(database)).map((one) => one.id)).toEqual(["d2", "d1"]);
  await deleteDocument(database, "d2");
  expect(await listDocuments(database)).toEqual([document]);
});

describe("files of conversations", () => {
  test("come back whole, under new ids", () => {
    const [read] = importJson(exportJson([conversation({ revision: 4 })]));
    expect(read?.id).not.toBe("c1");
    expect(read?.revision).toBe(0);
    const [question, answer] = read?.messages ?? [];
    expect(question).toMatchObject({ role: "user", text: "연차는 며칠인가요?", created: 1 });
    expect({ ...answer, id: "a1" }).toEqual(ANSWER);
  });

  test("keep what was left out of an answer, and that it was a loop", () => {
    const figures = { engine: "wasm", completionTokens: 9, decodeTokensPerSecond: 2, memoryBytes: null } as const;
    const whole = { ...ANSWER, figures: { ...figures, droppedTurns: 2, isLoop: true } };
    expect(importJson(exportJson([conversation({ messages: [whole] })]))[0]?.messages[0]).toMatchObject({ figures: whole.figures });
  });

  test.each([
    ["{", "not JSON"],
    ["[]", "file: not an object"],
    ['{"format":"other","version":1}', "another format"],
    ['{"format":"malmoi-conversations","version":1,"conversations":{}}', "conversations: not a list"],
    [
      '{"format":"malmoi-conversations","version":1,"conversations":[{"title":"","created":1,"updated":1,"messages":[{"role":"system","text":"","created":1}]}]}',
      "conversations[0].messages[0].role",
    ],
  ])("that are damaged say where: %s", (text, place) => {
    expect(() => importJson(text)).toThrow(ImportFault);
    expect(() => importJson(text)).toThrow(place);
  });

  test("an answer that was being written is imported as broken off", () => {
    const half = conversation({ messages: [{ ...ANSWER, state: "writing" }] });
    expect(importJson(exportJson([half]))[0]?.messages[0]).toMatchObject({ state: "broken" });
  });

  test("are read by people as Markdown", () => {
    const text = exportMarkdown(conversation(), "ko");
    expect(text).toContain("# 연차\n");
    expect(text).toContain("## 질문\n\n연차는 며칠인가요?\n\n## 답\n\n15일입니다. [1]\n");
    expect(text).toContain("1. 휴가 규정, 3쪽 (leave.md)");
    const uncovered = exportMarkdown(conversation({ messages: [{ ...ANSWER, covered: false, text: "" }] }), "en");
    expect(uncovered).toContain("The sources do not answer this question.");
    expect(uncovered).toContain("**Nearest passages**");
  });

  test.each([
    ["연차: 며칠?", "연차 며칠.md"],
    ["a/b\\c\u0000", "a b c.md"],
    ["", "malmoi.md"],
  ])("%s becomes a file's name", (title, name) => {
    expect(fileName(title, "md")).toBe(name);
  });
});

describe("settings", () => {
  test.each([null, 3, "x", [], { temperature: "1", topP: 0, maxTokens: 1.5, theme: "pink", language: "fr", engine: "gpu" }])(
    "that are damaged take their defaults: %j",
    (data) => {
      expect(validated(data)).toEqual(DEFAULTS);
    },
  );

  test("that are valid stay, each by itself", () => {
    const given = { temperature: 0, passages: 10, theme: "dark", language: "ja", engine: "wasm", model: "m", topP: 7 };
    expect(validated(given)).toEqual({ ...DEFAULTS, ...given, topP: DEFAULTS.topP });
  });

  test.each([
    ["temperature", 2, true],
    ["temperature", 2.1, false],
    ["temperature", Number.NaN, false],
    ["topP", 0, false],
    ["maxTokens", 100, true],
    ["maxTokens", 100.5, false],
    ["passages", 0, false],
  ] as const)("%s of %d is valid: %s", (name, value, isValid) => {
    expect(isValidNumber(name, value)).toBe(isValid);
  });
});

test("another tab's settings count, but for the model that this tab runs", () => {
  const own = { ...DEFAULTS, model: "small", engine: "wasm" } as const;
  const other = { ...DEFAULTS, model: "large", engine: null, theme: "dark", temperature: 1 } as const;
  expect(followed(own, other)).toEqual({ ...other, model: "small", engine: "wasm" });
});

test("a file's name is cut between letters", () => {
  expect(fileName("😀".repeat(80), "md")).toBe(`${"😀".repeat(60)}.md`);
});
