/** Builds what is sent to the model so that prompt and answer fit into its context. */
import type { ChatMessage } from "../../engine/types";
import type { Passage } from "../../search/types";
import type { Message } from "../../storage/types";
import { CITATION } from "./citations";
import { asData, type NumberedSource, renderSources } from "./fence";
import { languageOf, RULES } from "./rules";
import { standsAlone } from "./searching";
import { countTokens } from "./tokens";

export interface Asking {
  readonly question: string;
  /** Messages before the question. */
  readonly history: readonly Message[];
  /** Best first; empty to ask the model alone. */
  readonly passages: readonly Passage[];
  /** What the reader tells the model beforehand. */
  readonly system: string;
}

export interface Room {
  /** Tokens of a conversation. */
  readonly context: number;
  /** Tokens of the longest answer that the reader allows. */
  readonly maxTokens: number;
  readonly perWide: number;
}

export interface Prompt {
  readonly messages: readonly ChatMessage[];
  /** The passages that fit; `[n]` counts them from 1. */
  readonly passages: readonly Passage[];
  readonly maxTokens: number;
  /** Earlier turns, oldest first, that would have been read too but did not fit. */
  readonly droppedTurns: number;
}

/** Tokens that a template puts around a message, and around the whole. */
const PER_MESSAGE = 8;
const PER_PROMPT = 16;
/** Shares of the context that an answer may take, beside sources and alone; of the rest, that earlier turns may take. */
const ANSWER_SHARE_WITH_SOURCES = 0.25;
const ANSWER_SHARE = 0.5;
const HISTORY_SHARE = 0.3;
/** Earlier turns at most: with sources they carry only the subject. */
const HISTORY_TURNS = 3;
/** A passage cut shorter than this says nothing. */
const LEAST_CHARACTERS = 80;

/** The messages to send, or null where the question alone does not fit. */
export function buildPrompt(asking: Asking, room: Room): Prompt | null {
  const count = (text: string): number => countTokens(text, room.perWide);
  const share = asking.passages.length > 0 ? ANSWER_SHARE_WITH_SOURCES : ANSWER_SHARE;
  const maxTokens = Math.max(1, Math.min(room.maxTokens, Math.floor(room.context * share)));
  const system = systemText(asking);
  const question = asking.passages.length > 0 ? renderSources([], asking.question) : asking.question;
  let left = room.context - maxTokens - PER_PROMPT - count(question) - PER_MESSAGE;
  if (system) left -= count(system) + PER_MESSAGE;
  if (left < 0) return null;
  // Beside sources a small model repeats its last answer: it sees earlier turns only where the question needs them.
  const needsHistory = asking.passages.length === 0 || !standsAlone(asking.question);
  const earlier = turnsOf(needsHistory ? asking.history : []);
  const turns = fittingTurns(earlier, left * HISTORY_SHARE, count);
  const history = turns.flat();
  left -= history.reduce((sum, message) => sum + count(message.content) + PER_MESSAGE, 0);
  const passages = fittingPassages(asking.passages, left, count);
  if (asking.passages.length > 0 && passages.length === 0) return null;
  const sources = passages.map(numbered);
  const content = sources.length > 0 ? renderSources(sources, asking.question) : asking.question;
  const messages: ChatMessage[] = [...history, { role: "user", content }];
  if (system) messages.unshift({ role: "system", content: system });
  return { messages, passages, maxTokens, droppedTurns: earlier.length - turns.length };
}

/** A passage as the model reads it: the headings say what it is about. */
function numbered(passage: Passage, index: number): NumberedSource {
  return { n: index + 1, title: titleOf(passage), text: passage.text };
}

function titleOf(passage: Passage): string {
  return [passage.title || passage.source, ...passage.headings.filter((one) => one !== passage.title)].join(" › ");
}

function systemText(asking: Asking): string {
  const own = asking.system.trim();
  if (asking.passages.length === 0) return own;
  return [RULES[languageOf(asking.question)], own].filter(Boolean).join("\n");
}

const CITATIONS = new RegExp(`\\s*${CITATION.source}`, "g");

/** A question and its answer. */
type Turn = readonly [ChatMessage, ChatMessage];

/** The turns of a conversation, whole: a question without its answer would be asked again. */
function turnsOf(history: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (let index = history.length - 1; index > 0; index -= 2) {
    const [question, answer] = [history[index - 1], history[index]];
    if (question?.role !== "user" || answer?.role !== "assistant") break;
    // What the sources did not answer, and what failed, is no example to follow.
    if (!answer.covered || !answer.text) continue;
    turns.unshift([
      { role: "user", content: asData(question.text) },
      // Its numbers count other passages than those given now.
      { role: "assistant", content: answer.passages.length > 0 ? answer.text.replace(CITATIONS, "") : answer.text },
    ]);
  }
  return turns;
}

/** The last turns that fit. */
function fittingTurns(turns: readonly Turn[], tokens: number, count: (text: string) => number): readonly Turn[] {
  let left = tokens;
  let first = turns.length;
  while (first > 0 && turns.length - first < HISTORY_TURNS) {
    left -= turns[first - 1]!.reduce((sum, message) => sum + count(message.content) + PER_MESSAGE, 0);
    if (left < 0) break;
    first -= 1;
  }
  return turns.slice(first);
}

/** The best passages that fit; the first is cut where even it is too long. */
function fittingPassages(passages: readonly Passage[], tokens: number, count: (text: string) => number): Passage[] {
  const chosen: Passage[] = [];
  let left = tokens;
  for (const passage of passages) {
    const cost = count(passage.text) + headerCost(passage, count);
    if (cost <= left) {
      chosen.push(passage);
      left -= cost;
    } else if (chosen.length === 0) {
      const text = cutTo(passage.text, left - headerCost(passage, count), count);
      return text.length >= Math.min(LEAST_CHARACTERS, passage.text.length) ? [{ ...passage, text }] : [];
    }
  }
  return chosen;
}

function headerCost(passage: Passage, count: (text: string) => number): number {
  return count(`=== source 00: ${titleOf(passage)}\n\n`);
}

/** The longest beginning of `text` within `tokens`, ending with a sentence where one ends late enough. */
function cutTo(text: string, tokens: number, count: (text: string) => number): string {
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (count(text.slice(0, middle)) <= tokens) least = middle;
    else most = middle - 1;
  }
  // A letter of two code units is not cut in half.
  const cut = text.slice(0, least).replace(/[\ud800-\udbff]$/, "");
  const end = Math.max(...[". ", "다.", "。", "\n"].map((mark) => cut.lastIndexOf(mark) + mark.length));
  return (end > least / 2 ? cut.slice(0, end) : cut).trimEnd();
}
