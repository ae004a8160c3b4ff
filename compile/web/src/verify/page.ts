/** The engines that the page's reader talks to, asked as the page asks them, at temperature 0. */

import { chooseEngine, type Bundle, type Engine, type EngineKind, type ModelEntry } from "../engine";
import { describeAdapter } from "./adapter";
import type { Adapter, Answer, Job, Tell } from "./types";

const ANSWERS = { temperature: 0, topP: 1 } as const;
const NO_ADAPTER: Adapter = {
  vendor: "",
  architecture: "",
  description: "the processor",
  fallback: true,
  features: [],
  limits: {},
};

export async function runInPage(job: Job, tell: Tell): Promise<void> {
  const kind: EngineKind = job.engine === "page-wasm" ? "wasm" : "webgpu";
  const adapter = kind === "webgpu" ? await describeAdapter() : NO_ADAPTER;
  const started = performance.now();
  const model = await entryOf(job.record.model_id);
  const engine = await chooseEngine(model, kind);
  if (engine.kind !== kind) {
    throw new Error(`the page chose ${engine.kind} (${engine.reason})`);
  }
  let shaders = performance.now();
  await engine.load(model, ({ phase, loaded, total }) => {
    tell({ kind: "progress", text: `${phase} ${loaded} of ${total}` });
    shaders = phase === "download" || phase === "prepare" ? performance.now() : shaders;
  });
  const ready = performance.now();
  const pipelineMs = kind === "webgpu" ? ready - shaders : 0;
  tell({ kind: "loaded", loaded: { adapter, loadMs: ready - started, pipelineMs } });
  for (const prompt of job.prompts) {
    if (typeof prompt !== "string") {
      throw new Error("the page takes messages");
    }
    tell({ kind: "answer", answer: await ask(engine, prompt, job.count, tell) });
  }
  await engine.unload();
}

async function entryOf(id: string): Promise<ModelEntry> {
  const bundle: Bundle = await (await fetch("page.json")).json();
  const model = bundle.models.find((one) => one.id === id);
  if (model === undefined) {
    throw new Error(`page.json has no model ${id}`);
  }
  return model;
}

async function ask(engine: Engine, content: string, count: number, tell: Tell): Promise<Answer> {
  const options = { ...ANSWERS, maxTokens: count };
  const given = await engine.generate([{ role: "user", content }], options, () => tell({ kind: "token" }));
  return {
    tokens: [],
    text: given.text,
    promptTokens: given.promptTokens,
    completionTokens: given.completionTokens,
    prefillMs: milliseconds(given.promptTokens, given.prefillTokensPerSecond),
    decodeMs: milliseconds(given.completionTokens - 1, given.decodeTokensPerSecond),
  };
}

function milliseconds(tokens: number, perSecond: number): number {
  return perSecond > 0 ? (tokens * 1000) / perSecond : 0;
}
