/** What the page asks of whatever runs the model: WebGPU through web-llm, or the processor through wllama. */

export type EngineKind = "webgpu" | "wasm";

/** Why this engine runs and not the other; the page has a sentence for each. */
export type EngineReason =
  | "webgpu" // there is an adapter that can do what the model needs
  | "no-webgpu" // the browser has no WebGPU
  | "no-adapter" // it has, but gives no adapter
  | "no-shader-f16" // the adapter cannot compute in float16, which the model needs
  | "buffer-limit" // the adapter's buffers are too small
  | "chosen"; // the reader chose it

/** A model of the bundle, as `page.json` lists it. `model` and `gguf` are addresses relative to the page. */
export interface ModelEntry {
  readonly id: string;
  readonly name: string;
  /** Folder that holds `resolve/main/`. */
  readonly model: string;
  /** Bytes to download. */
  readonly bytes: number;
  /** Tokens of a conversation. */
  readonly context: number;
  /** Features that the adapter must have. */
  readonly requiredFeatures: readonly string[];
  /** Bytes of the largest buffer. */
  readonly bufferBytes: number;
  /** What the tokenizer's template does that web-llm does not: white space around a message is removed. */
  readonly trimMessages: boolean;
  /** `md5` where the bundle states it: what is downloaded is then held against it. */
  /** SPDX id or the model's own words; empty when it is not known. */
  readonly licence?: string;
  readonly gguf: { readonly file: string; readonly bytes: number; readonly md5?: string } | null;
}

/** `page.json`: what the bundle holds. */
export interface Bundle {
  readonly name: string;
  readonly version: string;
  readonly models: readonly ModelEntry[];
  /** The exported passages, or null: the page then answers from the model and one's own files. */
  readonly search: { readonly folder: string; readonly passages: number } | null;
}

/** How far a load is: bytes, and in the phase of the shaders their number. */
export interface LoadProgress {
  readonly phase: "download" | "prepare" | "shaders" | "ready";
  readonly loaded: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface GenerateOptions {
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly seed?: number;
}

export interface Generated {
  readonly text: string;
  readonly finish: "stop" | "length" | "aborted";
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly prefillTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
  /** Turns, oldest first, that were left out so that the conversation fits into the model's context. */
  readonly droppedTurns: number;
}

/** A fault that the page shows: `code` chooses the sentence and the remedy. */
export class EngineFault extends Error {
  constructor(
    readonly code:
      | "download" // broken off or refused: try again
      | "quota" // no room left in the browser's storage
      | "damaged" // a file is not what the bundle says: remove the copy and load again
      | "memory" // the model does not fit
      | "device-lost" // the graphics device went away
      | "other-tab" // another tab holds the device
      | "no-engine" // neither engine can run this model here
      | "too-long" // the question alone does not fit into the model's context
      | "unknown",
    message: string,
  ) {
    super(message);
    this.name = "EngineFault";
  }
}

export interface Engine {
  readonly kind: EngineKind;
  readonly reason: EngineReason;
  load(model: ModelEntry, onProgress: (progress: LoadProgress) => void): Promise<void>;
  /** Answer; `onText` gets what is added. One answer at a time. */
  generate(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    onText: (added: string) => void,
  ): Promise<Generated>;
  /** End the answer that is being written; what there is stays. */
  stop(): void;
  /** Bytes that the model takes in memory, where it is known. */
  memoryBytes(): number | null;
  unload(): Promise<void>;
}
