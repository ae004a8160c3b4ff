/** Asks the model and writes down what it answers. */
import { batch, signal } from "@preact/signals";
import { EngineFault, type Generated } from "../../engine/types";
import { t } from "../../i18n";
import type { Passage } from "../../search/types";
import { noteOf } from "../../storage/exporting";
import { whileWriting } from "../../storage/tabs";
import type { Answer, Conversation, Figures, Message, Question } from "../../storage/types";
import { endBeforeLoop } from "../asking/loops";
import { buildPrompt, type Prompt } from "../asking/prompt";
import { findPassages, type Found } from "../asking/searching";
import { MOST_PER_WIDE } from "../asking/tokens";
import { current, isWriting, keepConversation, opening, titleFrom } from "./conversations";
import { oncePerFrame } from "./frames";
import { engine, fail, model } from "./model";
import { announcement, sayFault } from "./notices";
import { measuredRates, rememberRate } from "./rates";
import { hasSources, search } from "./sources";
import { settings } from "./settings";

/** The answer being written: what it says so far, and what is waited for before its first word. */
export interface Draft {
  readonly id: string;
  readonly text: string;
  /** A model that reads hears of a stop only now and then. */
  readonly stage: "searching" | "reading" | "writing" | "stopping";
}

export const draft = signal<Draft | null>(null);

/** How often a growing answer is stored; a tab that closes loses no more than this. */
const STORE_MS = 500;
/** On the processor a prompt takes long to read: two passages at most. */
const PASSAGES_ON_PROCESSOR = 2;
/** Nearest passages shown where the sources do not answer. */
const NEAREST = 3;

/** Ask a new question. */
export function ask(text: string): Promise<void> {
  return answer([...current.value.messages, question(text)], settings.value.useSources);
}

/** Ask the last question again in other words; its answer is replaced. */
export function askInstead(text: string): Promise<void> {
  const { messages } = current.value;
  const last = messages.findLastIndex((message) => message.role === "user");
  return answer([...messages.slice(0, Math.max(0, last)), question(text)], settings.value.useSources);
}

/** Answer the last question again. */
export function answerAgain(withSources = settings.value.useSources): Promise<void> {
  const { messages } = current.value;
  const last = messages.findLastIndex((message) => message.role === "user");
  return answer(messages.slice(0, last + 1), withSources);
}

let isStopped = false;

/** End the answer that is being written; what there is stays. */
export function stopAnswer(): void {
  isStopped = true;
  if (draft.value && draft.value.stage !== "stopping") {
    draft.value = { ...draft.value, stage: "stopping" };
    announcement.value = t("chat.stopping");
  }
  engine.value?.stop();
}

function unlessStopped(stage: Draft["stage"]): Draft["stage"] {
  return isStopped ? "stopping" : stage;
}

/** Letters are composed: of 한글 taken apart, as macOS names its files, models and their tokenizers know little. */
function question(text: string): Question {
  return { role: "user", id: crypto.randomUUID(), text: text.normalize("NFC").trim(), created: Date.now() };
}

async function answer(asked: readonly Message[], withSources: boolean): Promise<void> {
  const last = asked.at(-1);
  if (isWriting.value || last?.role !== "user") return;
  const begun: Answer = {
    role: "assistant",
    id: crypto.randomUUID(),
    text: "",
    created: Date.now(),
    state: "writing",
    covered: true,
    passages: [],
    figures: null,
    fault: null,
  };
  isStopped = false;
  isWriting.value = true;
  // The same words are heard again only after others.
  announcement.value = "";
  try {
    await whileWriting(begun.id, () => write(asked, last.text, begun, withSources));
  } finally {
    batch(() => {
      draft.value = null;
      isWriting.value = false;
    });
  }
}

async function write(asked: readonly Message[], text: string, begun: Answer, withSources: boolean): Promise<void> {
  const mine = opening.value;
  const put = async (one: Answer): Promise<void> => {
    // Another tab may have deleted the conversation meanwhile: what is still being said belongs nowhere.
    if (opening.value === mine) await keepConversation(conversationWith([...asked, one]));
    else engine.value?.stop();
  };
  const isSearching = withSources && hasSources.value;
  batch(() => {
    draft.value = { id: begun.id, text: "", stage: unlessStopped(isSearching ? "searching" : "reading") };
    void put(begun);
  });
  try {
    const found = isSearching ? await find(text, asked) : null;
    if (found && !found.covered) {
      const passages = found.passages.slice(0, NEAREST);
      await put({ ...begun, state: "done", covered: false, passages });
      announcement.value = t("sources.none");
      return;
    }
    await put(await fitted(text, asked.slice(0, -1), found?.passages ?? [], (prompt) =>
      generate({ ...begun, passages: prompt.passages }, prompt, put),
    ));
  } catch (error) {
    await put(failed(error, begun));
  }
}

async function find(text: string, asked: readonly Message[]): Promise<Found> {
  const client = search.value;
  if (!client) return { passages: [], covered: false };
  const earlier = asked.slice(0, -1).findLast((message) => message.role === "user");
  const most = settings.value.passages;
  const count = engine.value?.kind === "wasm" ? Math.min(PASSAGES_ON_PROCESSOR, most) : most;
  try {
    return await findPassages(client, text, earlier?.text ?? null, Math.max(count, NEAREST)).then((found) =>
      found.covered ? { ...found, passages: found.passages.slice(0, count) } : found,
    );
  } catch (error) {
    sayFault("sources.searchFailed");
    throw error;
  }
}

/** Ask with as many passages as fit: the count is an estimate, so that the engine may still find them too many. */
async function fitted(
  text: string,
  history: readonly Message[],
  passages: readonly Passage[],
  generateFrom: (prompt: Prompt) => Promise<Answer>,
): Promise<Answer> {
  const prompt = promptFor(text, history, passages);
  if (!prompt) throw new EngineFault("too-long", "the question does not fit into the model's context");
  try {
    return await generateFrom(prompt);
  } catch (error) {
    const isTooLong = error instanceof EngineFault && error.code === "too-long";
    if (!isTooLong || prompt.passages.length < 2) throw error;
    return fitted(text, history, passages.slice(0, Math.floor(prompt.passages.length / 2)), generateFrom);
  }
}

function promptFor(text: string, history: readonly Message[], passages: readonly Passage[]): Prompt | null {
  const entry = model.value;
  if (!entry) return null;
  const { maxTokens, system } = settings.value;
  const perWide = measuredRates()[entry.id] ?? MOST_PER_WIDE;
  return buildPrompt({ question: text, history, passages, system }, { context: entry.context, maxTokens, perWide });
}

/** Let the engine write; what it adds is shown at once and stored now and then. */
async function generate(begun: Answer, prompt: Prompt, put: (one: Answer) => Promise<void>): Promise<Answer> {
  const running = engine.value;
  if (!running) throw new EngineFault("unknown", "no model is loaded");
  if (isStopped) return { ...begun, state: "stopped" };
  const { temperature, topP } = settings.value;
  let text = "";
  let isLoop = false;
  // The first word is stored at once.
  let stored = Number.NEGATIVE_INFINITY;
  draft.value = { id: begun.id, text, stage: "reading" };
  const show = oncePerFrame(() => {
    draft.value = { id: begun.id, text, stage: unlessStopped("writing") };
  });
  const storeNow = (): void => void put({ ...begun, text });
  storeNow();
  window.addEventListener("pagehide", storeNow);
  try {
    const generated = await running.generate(
      prompt.messages,
      { temperature, topP, maxTokens: prompt.maxTokens },
      (added) => {
        // What comes until the model hears that it has to end belongs to the loop.
        if (isLoop) return;
        text += added;
        const end = endBeforeLoop(text);
        if (end !== null) {
          isLoop = true;
          text = text.slice(0, end).trimEnd();
          running.stop();
        }
        show.soon();
        if (performance.now() - stored < STORE_MS) return;
        stored = performance.now();
        storeNow();
      },
    );
    rememberRate(prompt, generated);
    if (!isLoop) text = generated.text;
    const { completionTokens, decodeTokensPerSecond } = generated;
    return finished(
      { ...begun, text },
      isLoop && !isStopped ? "stop" : generated.finish,
      {
        engine: running.kind,
        completionTokens,
        decodeTokensPerSecond,
        memoryBytes: running.memoryBytes(),
        droppedTurns: prompt.droppedTurns + generated.droppedTurns,
        isLoop,
      },
    );
  } catch (error) {
    // What was written before the fault stays.
    if (text === "") throw error;
    return failed(error, { ...begun, text });
  } finally {
    show.cancel();
    window.removeEventListener("pagehide", storeNow);
  }
}

function finished(written: Answer, finish: Generated["finish"], figures: Figures): Answer {
  const state = { stop: "done", length: "length", aborted: "stopped" } as const;
  const answer = { ...written, state: state[finish], figures };
  const note = noteOf(answer);
  announcement.value = note ? `${t(note)} ${answer.text}` : t("chat.finished", { text: answer.text });
  return answer;
}

function failed(error: unknown, begun: Answer): Answer {
  console.error(error);
  const code = error instanceof EngineFault ? error.code : "unknown";
  // Without its device the model is gone and has to be loaded again.
  if (code === "device-lost" || code === "memory") fail(error);
  announcement.value = `${t("chat.failed")} ${t(`fault.${code}`)}`;
  return { ...begun, state: "failed", fault: code };
}

function conversationWith(messages: readonly Message[]): Conversation {
  const first = messages.find((message) => message.role === "user");
  const title = current.value.title || titleFrom(first?.text ?? "");
  return { ...current.value, title, updated: Date.now(), messages };
}
