/** The engine on the graphics card: web-llm, in a worker. */

import type { FaultMessage } from "./faults";
import { holdDevice, type Release } from "./lock";
import { askToKeep } from "./room";
import type { FromWorker, ToWorker } from "./webgpuMessages";
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

/** What is waited for from the worker. */
interface Asked {
  onMessage(message: FromWorker): void;
  reject(fault: EngineFault): void;
}

export class WebGpuEngine implements Engine {
  readonly kind = "webgpu";
  readonly reason: EngineReason;
  #worker: Worker | null = null;
  #release: Release | null = null;
  #asked: Asked | null = null;
  #memory: number | null = null;
  /** Why the model that was loaded is no longer. */
  #lost: EngineFault | null = null;
  #attempts = 0;

  constructor(reason: EngineReason) {
    this.reason = reason;
  }

  async load(model: ModelEntry, onProgress: (progress: LoadProgress) => void): Promise<void> {
    await this.unload();
    const attempt = ++this.#attempts;
    const release = await holdDevice();
    if (attempt !== this.#attempts) {
      release();
      throw unloaded();
    }
    this.#release = release;
    askToKeep();
    const worker = new Worker(new URL("./webgpu.worker.ts", import.meta.url), { type: "module", name: "model" });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    worker.onerror = (event) => {
      // Without this, a worker that cannot start would be waited for in vain.
      event.preventDefault();
      this.#lose({ code: "unknown", message: event.message || "The engine's worker did not start." });
    };
    try {
      await this.#ask<void>({ kind: "load", model, page: document.baseURI }, (message, resolve) => {
        if (message.kind === "progress") onProgress(message.progress);
        if (message.kind === "loaded") resolve();
      });
    } catch (fault) {
      await this.unload();
      throw fault;
    }
  }

  async generate(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    onText: (added: string) => void,
  ): Promise<Generated> {
    return this.#ask<Generated>({ kind: "generate", messages, options }, (message, resolve) => {
      if (message.kind === "text") onText(message.added);
      if (message.kind === "done") resolve(message.generated);
    });
  }

  stop(): void {
    this.#worker?.postMessage({ kind: "stop" } satisfies ToWorker);
  }

  memoryBytes(): number | null {
    return this.#memory;
  }

  async unload(): Promise<void> {
    this.#attempts += 1;
    this.#lost = null;
    this.#close(unloaded());
  }

  #ask<T>(message: ToWorker, onMessage: (message: FromWorker, resolve: (value: T) => void) => void): Promise<T> {
    if (this.#worker === null) throw this.#lost ?? new EngineFault("unknown", "No model is loaded.");
    if (this.#asked !== null) throw new EngineFault("unknown", "The engine is busy.");
    const worker = this.#worker;
    return new Promise<T>((resolve, reject) => {
      const done = (value: T): void => {
        this.#asked = null;
        resolve(value);
      };
      this.#asked = { onMessage: (heard) => onMessage(heard, done), reject };
      worker.postMessage(message);
    });
  }

  #hear(message: FromWorker): void {
    if (message.kind === "memory") this.#memory = message.bytes;
    else if (message.kind === "lost") this.#lose(message.fault);
    else if (message.kind === "fault") this.#refuse(new EngineFault(message.fault.code, message.fault.message));
    else this.#asked?.onMessage(message);
  }

  #refuse(fault: EngineFault): void {
    const asked = this.#asked;
    this.#asked = null;
    asked?.reject(fault);
  }

  #lose({ code, message }: FaultMessage): void {
    this.#lost = new EngineFault(code, message);
    this.#close(this.#lost);
  }

  #close(fault: EngineFault): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#memory = null;
    this.#release?.();
    this.#release = null;
    this.#refuse(fault);
  }
}

function unloaded(): EngineFault {
  return new EngineFault("unknown", "The model was unloaded.");
}
