/** The library in TVM's own runtime, without web-llm: embed, prefill, decode, and the largest logit. */

import type * as tvmjs from "@mlc-ai/web-runtime";
import runtimeUrl from "@mlc-ai/web-runtime/lib/index.js?url";
import { describeAdapter } from "./adapter";
import { tokensOf, type Answer, type Job, type Tell } from "./types";

const PAGE_SIZE = 16;

interface Metadata {
  readonly params: readonly { readonly name: string }[];
  readonly context_window_size: number;
  readonly sliding_window_size: number;
  readonly attention_sink_size: number;
  readonly prefill_chunk_size: number;
}

/** Fetches each time: a check of the files must not meet those of yesterday. */
const uncached: tvmjs.ArtifactCacheTemplate = {
  async fetchWithCache(url, type, signal) {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) {
      throw new Error(`${url}: ${response.status}`);
    }
    return type === "json" ? response.json() : response.arrayBuffer();
  },
  addToCache: async () => {},
  hasAllKeys: async () => true,
  deleteInCache: async () => {},
};

export async function runInRuntime(job: Job, tell: Tell): Promise<void> {
  const started = performance.now();
  const adapter = await describeAdapter();
  const library = await uncached.fetchWithCache(new URL(job.record.model_lib, document.baseURI).href);
  const runtime = await loadRuntime();
  const tvm = await runtime.instantiate(library, runtime.createPolyfillWASI(), (text) => console.log(text));
  const gpu = await runtime.detectGPUDevice();
  if (gpu === undefined) {
    throw new Error("this browser has no WebGPU");
  }
  tvm.initWebGPU(gpu.device);
  tvm.registerInitProgressCallback(({ text }) => tell({ kind: "progress", text }));
  const folder = new URL("resolve/main/", new URL(job.record.model, document.baseURI)).href;
  await tvm.fetchTensorCache(folder, tvm.webgpu(), { artifactCache: uncached });
  const model = new Model(tvm);
  const compiled = performance.now();
  await model.compileShaders();
  const ready = performance.now();
  tell({ kind: "loaded", loaded: { adapter, loadMs: ready - started, pipelineMs: ready - compiled } });
  for (const prompt of job.prompts) {
    tell({ kind: "answer", answer: await model.answer(tokensOf(prompt), job.count, tell) });
  }
  tvm.dispose();
}

/** The runtime is written for Node too and cannot be bundled; as a script it names itself `tvmjs`. */
async function loadRuntime(): Promise<typeof tvmjs> {
  const script = document.createElement("script");
  script.src = runtimeUrl;
  await new Promise((loaded, failed) => {
    script.addEventListener("load", loaded);
    script.addEventListener("error", () => failed(new Error(`${runtimeUrl} cannot be loaded`)));
    document.head.append(script);
  });
  return (globalThis as unknown as { readonly tvmjs: typeof tvmjs }).tvmjs;
}

class Model {
  private readonly device: tvmjs.DLDevice;
  private readonly machine: tvmjs.VirtualMachine;
  private readonly metadata: Metadata;
  private readonly params: tvmjs.TVMObject;
  private readonly cache: tvmjs.TVMObject;

  constructor(private readonly tvm: tvmjs.Instance) {
    this.device = tvm.webgpu();
    tvm.beginScope();
    this.machine = tvm.detachFromCurrentScope(tvm.createVirtualMachine(this.device));
    this.metadata = JSON.parse(this.machine.getFunction("_metadata")().toString());
    const names = this.metadata.params.map((one) => one.name);
    this.params = tvm.detachFromCurrentScope(tvm.getParamsFromCacheByName(names));
    const sliding = this.metadata.sliding_window_size;
    const window = sliding === -1 ? this.metadata.context_window_size : sliding;
    const sizes = [1, window, this.metadata.prefill_chunk_size, PAGE_SIZE, sliding === -1 ? 0 : 1];
    const create = this.machine.getFunction("create_tir_paged_kv_cache");
    this.cache = tvm.detachFromCurrentScope(create(...sizes.map((size) => tvm.makeShapeTuple([size]))));
    tvm.endScope();
  }

  compileShaders(): Promise<void> {
    return this.tvm.asyncLoadWebGPUPipelines(this.machine.getInternalModule());
  }

  async answer(prompt: readonly number[], count: number, tell: Tell): Promise<Answer> {
    this.beginConversation();
    const started = performance.now();
    const chunk = this.metadata.prefill_chunk_size;
    let next = -1;
    for (let start = 0; start < prompt.length; start += chunk) {
      next = await this.step(prompt.slice(start, start + chunk));
    }
    tell({ kind: "token" });
    const read = performance.now();
    const tokens = [next];
    while (tokens.length < count) {
      next = await this.step([next]);
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

  private beginConversation(): void {
    const { sliding_window_size: window, attention_sink_size: sink } = this.metadata;
    const sequence = this.tvm.scalar(0, "int64");
    this.tvm.beginScope();
    this.builtin("kv_state_clear")(this.cache);
    this.builtin("kv_state_add_sequence")(this.cache, sequence);
    if (window !== -1) {
      const enable = this.builtin("attention_kv_cache_enable_sliding_window_for_seq");
      enable(this.cache, sequence, this.tvm.scalar(window, "int32"), this.tvm.scalar(sink, "int32"));
    }
    this.tvm.endScope();
  }

  /** Read tokens and give the likeliest next one. */
  private async step(tokens: readonly number[]): Promise<number> {
    const { tvm, machine, device } = this;
    tvm.beginScope();
    const ids = tvm.empty([tokens.length], "int32", device).copyFrom([...tokens]);
    const embedded: tvmjs.Tensor = machine.getFunction("embed")(ids, this.params);
    const forward = machine.getFunction(tokens.length > 1 ? "prefill" : "decode");
    this.builtin("kv_state_begin_forward")(
      this.cache,
      tvm.makeShapeTuple([0]),
      tvm.makeShapeTuple([tokens.length]),
    );
    const given = forward(embedded.view([1, ...embedded.shape]), this.cache, this.params);
    this.builtin("kv_state_end_forward")(this.cache);
    const logits: tvmjs.Tensor = given.get(0);
    const copy = tvm.empty(logits.shape, "float32", tvm.cpu()).copyFrom(logits);
    await device.sync();
    const values = copy.toArray();
    tvm.endScope();
    return largest(values);
  }

  private builtin(name: string): tvmjs.PackedFunc {
    return this.tvm.getGlobalFunc(`vm.builtin.${name}`);
  }
}

/** Position of the largest value, the first of equals. Throws where there is none, as with NaN alone. */
function largest(values: ArrayLike<number>): number {
  let best = -1;
  let most = -Infinity;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (value > most) {
      best = at;
      most = value;
    }
  }
  if (best === -1) {
    throw new Error("the logits are no numbers");
  }
  return best;
}
