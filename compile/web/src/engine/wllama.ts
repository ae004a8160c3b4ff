/** The engine on the processor: llama.cpp through wllama, in a worker of its own. */

import { LoggerWithoutDebug, Wllama, type ChatCompletionChunk } from "@wllama/wllama/esm/index.js";
import wasm from "@wllama/wllama/esm/wasm/wllama.wasm?url";
import compatWorker from "@wllama/wllama-compat/wasm/wllama.js?raw";
import compatWasm from "@wllama/wllama-compat/wasm/wllama.wasm?url";
import { keepOffline } from "../sw/page";
import { faultOf } from "./faults";
import { storeGguf } from "./ggufFiles";
import { holdDevice, type Release } from "./lock";
import { withoutOldest, withSystem } from "./messages";
import { throttled } from "./meter";
import { ownSystem } from "./ownSystem";
import { askToKeep } from "./room";
import {
  EngineFault,
  type ChatMessage,
  type Engine,
  type EngineReason,
  type Generated,
  type GenerateOptions,
  type LoadProgress,
  type ModelEntry,
} from "./types";

const TOO_LONG = /exceeds? the (available )?context( size)?|context (window )?(is )?(full|too)|kv_cache_full/i;

/** What llama.cpp's server adds to the last piece of an answer. */
interface Timings {
  /** Tokens of the prompt that it had read for an earlier answer. */
  readonly cache_n?: number;
  readonly prompt_n: number;
  readonly prompt_per_second: number;
  readonly predicted_n: number;
  readonly predicted_per_second: number;
}

export class WllamaEngine implements Engine {
  readonly kind = "wasm";
  readonly reason: EngineReason;
  #wllama: Wllama | null = null;
  #release: Release | null = null;
  #loading: AbortController | null = null;
  #answering: AbortController | null = null;
  #bytes: number | null = null;
  #system: string | null = null;

  constructor(reason: EngineReason) {
    this.reason = reason;
  }

  async load(model: ModelEntry, onProgress: (progress: LoadProgress) => void): Promise<void> {
    const { gguf } = model;
    if (gguf === null) throw new EngineFault("no-engine", `${model.name} has no copy for the processor.`);
    await this.unload();
    const loading = new AbortController();
    this.#loading = loading;
    const { signal } = loading;
    try {
      const release = await holdDevice();
      if (signal.aborted) release();
      else this.#release = release;
      signal.throwIfAborted();
      askToKeep();
      const file = await storeGguf(gguf, document.baseURI, throttled(onProgress), signal);
      signal.throwIfAborted();
      this.#system = await ownSystem(model, document.baseURI);
      signal.throwIfAborted();
      onProgress({ phase: "prepare", loaded: 0, total: gguf.bytes, secondsLeft: null });
      const wllama = new Wllama({ default: wasm }, { suppressNativeLog: true, logger: LoggerWithoutDebug });
      // Else browsers without the newest WebAssembly would fetch their build from another host.
      wllama.setCompat({ worker: { code: compatWorker }, wasm: compatWasm });
      this.#wllama = wllama;
      await wllama.loadModel([file], { n_ctx: model.context, n_gpu_layers: 0, n_parallel: 1, jinja: true });
      signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted) await this.unload();
      throw faultOf(error);
    }
    void keepOffline([needsCompat() ? compatWasm : wasm]);
    this.#bytes = gguf.bytes;
    onProgress({ phase: "ready", loaded: gguf.bytes, total: gguf.bytes, secondsLeft: 0 });
  }

  async generate(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    onText: (added: string) => void,
  ): Promise<Generated> {
    if (this.#wllama === null) throw new EngineFault("unknown", "No model is loaded.");
    if (this.#answering !== null) throw new EngineFault("unknown", "The engine is busy.");
    this.#answering = new AbortController();
    try {
      let said = withSystem(messages, this.#system);
      for (let droppedTurns = 0; ; droppedTurns++) {
        try {
          return { ...(await answer(this.#wllama, said, options, onText, this.#answering.signal)), droppedTurns };
        } catch (error) {
          if (!(error instanceof Error) || !TOO_LONG.test(error.message)) throw faultOf(error);
          const shorter = withoutOldest(said);
          if (shorter === null) throw new EngineFault("too-long", error.message);
          said = [...shorter];
        }
      }
    } finally {
      this.#answering = null;
    }
  }

  stop(): void {
    this.#answering?.abort();
  }

  memoryBytes(): number | null {
    return this.#bytes;
  }

  async unload(): Promise<void> {
    this.#loading?.abort(new EngineFault("unknown", "The model was unloaded."));
    this.#loading = null;
    this.#answering?.abort();
    const wllama = this.#wllama;
    this.#wllama = null;
    this.#bytes = null;
    try {
      await wllama?.exit();
    } catch {
      // It had already ended.
    } finally {
      this.#release?.();
      this.#release = null;
    }
  }
}

/** As wllama decides: what the usual build needs and Safari lacks; Firefox does without. */
function needsCompat(): boolean {
  if (navigator.userAgent.includes("Firefox/")) return false;
  try {
    new WebAssembly.Memory({ address: "i64", initial: 1n } as unknown as WebAssembly.MemoryDescriptor);
    return !("Suspending" in WebAssembly);
  } catch {
    return true;
  }
}

async function answer(
  wllama: Wllama,
  messages: readonly ChatMessage[],
  options: GenerateOptions,
  onText: (added: string) => void,
  abortSignal: AbortSignal,
): Promise<Omit<Generated, "droppedTurns">> {
  const started = performance.now();
  let first = 0;
  let pieces = 0;
  let text = "";
  let finish: Generated["finish"] = "stop";
  let timings: Timings | undefined;
  try {
    await wllama.createChatCompletion({
      messages: [...messages],
      temperature: options.temperature,
      top_p: options.topP,
      top_k: 0,
      min_p: 0,
      max_tokens: options.maxTokens,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      cache_prompt: true,
      timings_per_token: true,
      abortSignal,
      stream: true,
      onData: (chunk: ChatCompletionChunk & { readonly timings?: Timings }) => {
        const [choice] = chunk.choices;
        const added = choice?.delta.content ?? "";
        if (added !== "") {
          if (pieces === 0) first = performance.now();
          pieces += 1;
          text += added;
          onText(added);
        }
        if (choice?.finish_reason === "length") finish = "length";
        timings = chunk.timings ?? timings;
      },
    });
  } catch (error) {
    if (!abortSignal.aborted) throw error;
    finish = "aborted";
  }
  const decoding = (performance.now() - first) / 1000;
  return {
    text,
    finish,
    promptTokens: (timings?.cache_n ?? 0) + (timings?.prompt_n ?? 0),
    completionTokens: timings?.predicted_n ?? pieces,
    prefillTokensPerSecond: timings?.prompt_per_second ?? 0,
    decodeTokensPerSecond: timings?.predicted_per_second ?? (pieces > 1 && first > started ? (pieces - 1) / decoding : 0),
  };
}
