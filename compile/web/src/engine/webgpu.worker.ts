/** The worker in which web-llm runs: the page stays free while a model loads and answers. */

import { MLCEngine, type AppConfig, type ChatCompletionChunk } from "@mlc-ai/web-llm";
import { watchDevices } from "./device";
import { faultOf } from "./faults";
import { asSent, shortened, withoutOldest } from "./messages";
import { Meter, throttled } from "./meter";
import { storeModel, type Stored } from "./modelFiles";
import { EngineFault, type ChatMessage, type Generated, type GenerateOptions, type ModelEntry } from "./types";
import type { FromWorker, ToWorker } from "./webgpuMessages";

const SHADERS = /^Loading GPU shader modules\[(\d+)\/(\d+)\]/;
const WEIGHTS = /^Loading model from cache/;
// How much of the context is kept free for the answer, if the answer may be that long.
const ANSWER_SHARE = 1 / 4;
const LOST_MS = 200;
const NOTHING = {
  text: "",
  finish: "aborted",
  promptTokens: 0,
  completionTokens: 0,
  prefillTokensPerSecond: 0,
  decodeTokensPerSecond: 0,
} as const;

/** What web-llm keeps to itself of a model. */
interface Pipeline {
  readonly tokenizer: { encode(text: string): ArrayLike<number> };
  readonly device: { sync(): Promise<void> };
  embedAndForward(data: unknown, tokens: number): Promise<unknown>;
}

interface Loaded {
  readonly engine: MLCEngine;
  readonly pipeline: Pipeline;
  readonly model: ModelEntry;
  readonly stored: Stored;
}

/** The answer was stopped before the model had read what it answers. */
class StoppedReading extends Error {}

let loaded: Loaded | null = null;
let stopping = false;
let outOfMemory: string | null = null;
let memory = 0;

const say = (message: FromWorker): void => self.postMessage(message);

watchDevices({
  onMemory: (bytes) => (memory = bytes),
  onOutOfMemory: (message) => (outOfMemory ??= message),
  onLost: (message) => {
    // While loading, the browser takes the device away from a model that is too large.
    const code = loaded === null || outOfMemory !== null ? "memory" : "device-lost";
    say({ kind: "lost", fault: { code, message } });
  },
});

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "stop") {
    stopping = true;
    void loaded?.engine.interruptGenerate();
    return;
  }
  const work = data.kind === "load" ? load(data.model, data.page) : answer(data.messages, data.options);
  work.catch(async (error: unknown) => {
    const { code, message } = faultOf(error);
    // What was in work when the device went away fails too, in many words; the device's own message says why.
    if (code === "unknown") await new Promise((resolve) => setTimeout(resolve, LOST_MS));
    say({ kind: "fault", fault: { code, message } });
  });
};

async function load(model: ModelEntry, page: string): Promise<void> {
  const onProgress = throttled((progress) => say({ kind: "progress", progress }));
  const stored = await storeModel(model, page, onProgress);
  const library = URL.createObjectURL(stored.library);
  // web-llm does not store a library from this machine itself; as a blob, it is never fetched again.
  const record = { ...stored.record, model_lib: library };
  const appConfig: AppConfig = { model_list: [record], cacheBackend: "cache" };
  const engine = new MLCEngine({ appConfig, logLevel: "WARN", initProgressCallback: reporter(stored.bytes) });
  try {
    await engine.reload(model.id);
  } finally {
    URL.revokeObjectURL(library);
  }
  if (outOfMemory !== null) throw new EngineFault("memory", outOfMemory);
  const { loadedModelIdToPipeline } = engine as unknown as { loadedModelIdToPipeline: Map<string, Pipeline> };
  const pipeline = loadedModelIdToPipeline.get(model.id)!;
  stopBetweenParts(pipeline);
  loaded = { engine, pipeline, model, stored };
  say({ kind: "memory", bytes: memory });
  say({ kind: "progress", progress: { phase: "ready", loaded: stored.bytes, total: stored.bytes, secondsLeft: 0 } });
  say({ kind: "loaded" });
}

/** web-llm looks for a stop only once all is read; a long prompt is read in parts, between which there is time for it. */
function stopBetweenParts(pipeline: Pipeline): void {
  const forward = pipeline.embedAndForward.bind(pipeline);
  pipeline.embedAndForward = async (data, tokens) => {
    // A single token is part of an answer.
    if (tokens > 1) {
      await pipeline.device.sync();
      if (stopping) throw new StoppedReading();
    }
    return forward(data, tokens);
  };
}

/** web-llm tells how far it is in sentences. */
function reporter(bytes: number): (report: { readonly progress: number; readonly text: string }) => void {
  const weights = new Meter("prepare", bytes);
  let shaders: Meter | null = null;
  let before = 0;
  return ({ progress, text }) => {
    const counted = SHADERS.exec(text);
    if (counted !== null) {
      if (shaders === null) before = 0;
      shaders ??= new Meter("shaders", Number(counted[2]));
      say({ kind: "progress", progress: shaders.add(Number(counted[1]) - before) });
      before = Number(counted[1]);
    } else if (WEIGHTS.test(text)) {
      say({ kind: "progress", progress: weights.add(progress * bytes - before) });
      before = progress * bytes;
    }
  };
}

async function answer(said: readonly ChatMessage[], options: GenerateOptions): Promise<void> {
  if (loaded === null) throw new EngineFault("unknown", "No model is loaded.");
  stopping = false;
  const { engine, model, stored } = loaded;
  const reserved = Math.min(options.maxTokens, model.context * ANSWER_SHARE);
  let { messages, dropped } = shortened(said, tokenCounter(loaded), model.context - reserved);
  for (;;) {
    try {
      const sent = asSent(messages, model.trimMessages, stored.config.conv_template);
      say({ kind: "done", generated: { ...(await generate(loaded, sent, options)), droppedTurns: dropped } });
      return;
    } catch (error) {
      if (outOfMemory !== null) throw new EngineFault("memory", outOfMemory);
      if (error instanceof StoppedReading) {
        // What was read of it is not to be taken for a conversation.
        await engine.resetChat();
        say({ kind: "done", generated: { ...NOTHING, droppedTurns: dropped } });
        return;
      }
      if (!(error instanceof Error) || error.name !== "ContextWindowSizeExceededError") throw error;
      const shorter = withoutOldest(messages);
      if (shorter === null) throw new EngineFault("too-long", error.message);
      messages = shorter;
      dropped += 1;
    }
  }
}

/** Tokens of a message with the role and separator around it. */
function tokenCounter({ pipeline: { tokenizer }, stored }: Loaded): (message: ChatMessage) => number {
  const around = tokenizer.encode(Object.values(stored.config.conv_template.roles).join("\n")).length;
  return ({ content }) => tokenizer.encode(content).length + around;
}

async function generate(
  { engine }: Loaded,
  messages: ChatMessage[],
  options: GenerateOptions,
): Promise<Omit<Generated, "droppedTurns">> {
  const chunks: AsyncIterable<ChatCompletionChunk> = await engine.chat.completions.create({
    messages,
    temperature: options.temperature,
    top_p: options.topP,
    max_tokens: options.maxTokens,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    stream: true,
    stream_options: { include_usage: true },
  });
  let finish: Generated["finish"] = "stop";
  let usage: ChatCompletionChunk["usage"];
  for await (const chunk of chunks) {
    const [choice] = chunk.choices;
    if (choice?.delta.content) say({ kind: "text", added: choice.delta.content });
    if (choice?.finish_reason === "length") finish = "length";
    if (choice?.finish_reason === "abort") finish = "aborted";
    usage = chunk.usage ?? usage;
    // web-llm forgets an interruption that came before the answer began.
    if (stopping) void engine.interruptGenerate();
  }
  return {
    // What streamed may lack a last letter, or have the beginning of a stop string too many.
    text: await engine.getMessage(),
    finish,
    promptTokens: usage?.prompt_tokens ?? 0,
    completionTokens: usage?.completion_tokens ?? 0,
    prefillTokensPerSecond: usage?.extra.prefill_tokens_per_s ?? 0,
    decodeTokensPerSecond: usage?.extra.decode_tokens_per_s ?? 0,
  };
}
