/** Conversations as files: JSON that the page reads again, Markdown for people. */
import { formatDate, type Language, translate } from "../i18n";
import type { Passage } from "../search/types";
import type { Answer, Conversation } from "./types";

/** What stands at the head of an exported file. */
export const FORMAT = "malmoi-conversations";
export const VERSION = 1;

export function exportJson(conversations: readonly Conversation[]): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, conversations }, null, 2)}\n`;
}

/** A conversation to read: questions as headings, answers, and the passages that they cite. */
export function exportMarkdown(conversation: Conversation, language: Language): string {
  const title = conversation.title || translate(language, "history.untitled");
  const parts = [`# ${oneLine(title)}`, formatDate(conversation.updated, language)];
  for (const message of conversation.messages) {
    if (message.role === "user") parts.push(`## ${translate(language, "chat.question")}`, message.text);
    else parts.push(`## ${translate(language, "chat.answer")}`, ...answerParts(message, language));
  }
  return `${parts.join("\n\n")}\n`;
}

function answerParts(answer: Answer, language: Language): string[] {
  const parts = [answer.covered ? answer.text : translate(language, "sources.none")];
  const note = noteOf(answer);
  if (note) parts.push(`*${translate(language, note)}*`);
  if (answer.passages.length > 0) {
    const heading = translate(language, answer.covered ? "sources.used" : "sources.nearest");
    const lines = answer.passages.map((passage, index) => `${index + 1}. ${describe(passage, language)}`);
    parts.push(`**${heading}**\n\n${lines.join("\n")}`);
  }
  return parts.filter((part) => part !== "");
}

/** Why an answer is not whole, as a key of the page's sentences. */
export function noteOf(answer: Answer): "chat.stopped" | "chat.broken" | "chat.length" | "chat.failed" | null {
  switch (answer.state) {
    case "stopped":
    case "broken":
    case "length":
    case "failed":
      return `chat.${answer.state}`;
    default:
      return null;
  }
}

/** A passage in one line: title, page, where it is from. */
export function describe(passage: Passage, language: Language): string {
  const title = oneLine(passage.title) || translate(language, "sources.untitled");
  const page = passage.page === null ? "" : `, ${translate(language, "sources.page", { page: passage.page })}`;
  const source = passage.source && passage.source !== passage.title ? ` (${oneLine(passage.source)})` : "";
  return `${title}${page}${source}`;
}

/** A name for a file: what no file system forbids. */
export function fileName(title: string, extension: string): string {
  const safe = [...oneLine(title.replace(/[\p{Cc}<>:"/\\|?*]+/gu, " "))].slice(0, 60).join("").trim();
  return `${safe || "malmoi"}.${extension}`;
}

function oneLine(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(" ");
}
