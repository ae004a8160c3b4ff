/** What the verifier (compile/verifying) asks of this page, and what it is told. */

/** A model's record in `app-config.json`; addresses are relative to the page. */
export interface ModelRecord {
  readonly model: string;
  readonly model_id: string;
  readonly model_lib: string;
  readonly required_features?: string[];
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** TVM's runtime and web-llm by themselves, and the page's own two engines. */
export type EngineName = "web-runtime" | "web-llm" | "page-webgpu" | "page-wasm";

export interface Job {
  readonly engine: EngineName;
  readonly record: ModelRecord;
  /** Tokens; for the page's engines, messages of its reader. */
  readonly prompts: readonly (readonly number[] | string)[];
  /** Tokens that follow each prompt. */
  readonly count: number;
}

export interface Loaded {
  readonly adapter: Adapter;
  /** Milliseconds: all of the loading, and of it, the shader pipelines. */
  readonly loadMs: number;
  readonly pipelineMs: number;
}

export interface Answer {
  readonly tokens: readonly number[];
  /** The text, where the prompt was a message; it may end before `count` tokens. */
  readonly text: string | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

export interface Adapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly fallback: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** What the page tells, in turn; the verifier puts `report` into the page. */
export type Report =
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "loaded"; readonly loaded: Loaded }
  | { readonly kind: "token" }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

export type Tell = (report: Report) => void;

/** Throws for a message: only the page's engines have a tokenizer to read it with. */
export function tokensOf(prompt: Job["prompts"][number]): readonly number[] {
  if (typeof prompt === "string") {
    throw new Error("this engine takes tokens");
  }
  return prompt;
}
