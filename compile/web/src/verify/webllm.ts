/** The model in web-llm, without the page: prompts as tokens, its sampler on the GPU at temperature 0. */

import { MLCEngine, type ModelRecord } from "@mlc-ai/web-llm";
import { describeAdapter } from "./adapter";
import { tokensOf, type Answer, type Job, type Tell } from "./types";

const GREEDY = {
  temperature: 0,
  top_p: 1,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
};

export async function runInWebLlm(job: Job, tell: Tell): Promise<void> {
  const adapter = await describeAdapter();
  const started = performance.now();
  // Shaders are compiled when the last shard is in memory.
  let shaders = started;
  const engine = new MLCEngine({
    // web-llm takes a folder's whole address only.
    appConfig: { model_list: [{ ...(job.record as ModelRecord), model: whole(job.record.model) }] },
    logLevel: "WARN",
    initProgressCallback: ({ text }) => {
      tell({ kind: "progress", text });
      if (text.startsWith("Loading model from cache")) {
        shaders = performance.now();
      }
    },
  });
  await engine.reload(job.record.model_id, GREEDY);
  const ready = performance.now();
  tell({ kind: "loaded", loaded: { adapter, loadMs: ready - started, pipelineMs: ready - shaders } });
  for (const prompt of job.prompts) {
    await engine.resetChat();
    tell({ kind: "answer", answer: await follow(engine, tokensOf(prompt), job.count, tell) });
  }
  await engine.unload();
}

function whole(address: string): string {
  return new URL(address, document.baseURI).href;
}

/** Tokens after tokens, by the engine's own prefill, decode and sampler. */
async function follow(
  engine: MLCEngine,
  prompt: readonly number[],
  count: number,
  tell: Tell,
): Promise<Answer> {
  const started = performance.now();
  let next = await engine.forwardTokensAndSample([...prompt], true);
  tell({ kind: "token" });
  const read = performance.now();
  const tokens = [next];
  while (tokens.length < count) {
    next = await engine.forwardTokensAndSample([next], false);
    tokens.push(next);
    tell({ kind: "token" });
  }
  const decodeMs = performance.now() - read;
  return {
    tokens,
    text: null,
    promptTokens: prompt.length,
    completionTokens: count,
    prefillMs: read - started,
    decodeMs,
  };
}
