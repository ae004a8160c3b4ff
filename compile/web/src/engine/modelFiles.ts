/** Stores a model's files where web-llm looks for them, so that it finds all of them and fetches none. */

import type { WEBLLM_CACHES } from "./cacheNames";
import { faultOf } from "./faults";
import { fetchInto, fetchWhole, isWhole } from "./fetching";
import { Meter } from "./meter";
import { recordOf, shardsOf, tokenizerOf, type ChatConfig, type ModelRecord, type Shard } from "./records";
import { checkRoom } from "./room";
import type { LoadProgress, ModelEntry } from "./types";

type CacheName = (typeof WEBLLM_CACHES)[number];

type OnProgress = (progress: LoadProgress) => void;

const PARALLEL = 4;
// With a whole copy here, an answer that takes longer is not waited for.
const PATIENCE_MS = 6_000;

/** A model whose files are all stored. */
export interface Stored {
  readonly record: ModelRecord;
  readonly config: ChatConfig;
  readonly library: Blob;
  readonly bytes: number;
}

interface Small {
  readonly cache: CacheName;
  readonly url: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The files besides the shards: they change together. */
interface Smalls {
  readonly record: ModelRecord;
  readonly config: ChatConfig;
  readonly shards: readonly Shard[];
  readonly library: Blob;
  readonly files: readonly Small[];
}

type Read = (cache: CacheName, url: string) => Promise<Small>;

/**
 * Fetch what is missing of a model, and what changed on the host; what is damaged is fetched again.
 *
 * Without a connection the stored files serve, where they are complete. Throws EngineFault.
 */
export async function storeModel(model: ModelEntry, page: string, onProgress: OnProgress): Promise<Stored> {
  try {
    return await store(model, page, onProgress);
  } catch (error) {
    // What else goes wrong is content that cannot be read.
    throw faultOf(error, "damaged");
  }
}

async function store(model: ModelEntry, page: string, onProgress: OnProgress): Promise<Stored> {
  const stored = await readSmalls(model, page, fromCache).catch(() => null);
  const fresh = stored === null ? await firstSmalls(model, page, onProgress) : await newestSmalls(stored, model, page);
  await storeShards(fresh, stored === null ? sizeOf(fresh) : 0, onProgress);
  for (const { cache, url, data } of fresh === stored ? [] : fresh.files) {
    await (await caches.open(cache)).put(url, new Response(data));
  }
  await dropOthers(fresh);
  const { record, config, library } = fresh;
  return { record, config, library, bytes: fresh.shards.reduce((sum, shard) => sum + shard.nbytes, 0) };
}

function firstSmalls(model: ModelEntry, page: string, onProgress: OnProgress): Promise<Smalls> {
  // How much the shards are is not known yet; the bundle says what all of it is.
  const meter = new Meter("download", model.bytes);
  return readSmalls(model, page, fromHost((added) => onProgress(meter.add(added))));
}

function newestSmalls(stored: Smalls, model: ModelEntry, page: string): Promise<Smalls> {
  return readSmalls(model, page, fromHost(() => undefined, PATIENCE_MS)).catch(() => stored);
}

function sizeOf({ files }: Smalls): number {
  return files.reduce((sum, { data }) => sum + data.length, 0);
}

async function readSmalls(model: ModelEntry, page: string, read: Read): Promise<Smalls> {
  const appConfig = await read("webllm/config", new URL("app-config.json", page).href);
  const record = recordOf(parsed(appConfig), model, page);
  const [chat, tensors, library] = await Promise.all([
    read("webllm/config", new URL("mlc-chat-config.json", record.model).href),
    read("webllm/model", new URL("tensor-cache.json", record.model).href),
    read("webllm/wasm", record.model_lib),
  ]);
  const config = parsed(chat) as ChatConfig;
  const tokenizer = await read("webllm/model", new URL(tokenizerOf(config), record.model).href);
  if (tokenizer.url.endsWith(".json")) parsed(tokenizer);
  if (!WebAssembly.validate(library.data)) throw new Error(`${library.url} is no WebAssembly.`);
  const files = [appConfig, chat, tensors, library, tokenizer];
  return { record, config, shards: shardsOf(parsed(tensors)), library: new Blob([library.data]), files };
}

async function fromCache(cache: CacheName, url: string): Promise<Small> {
  const response = await (await caches.open(cache)).match(url);
  if (response === undefined) throw new Error(`${url} is not stored.`);
  return { cache, url, data: new Uint8Array(await response.arrayBuffer()) };
}

/** Reads from the host: once within `patience` milliseconds, or else several times. */
function fromHost(onBytes: (added: number) => void, patience?: number): Read {
  return async (cache, url) => ({ cache, url, data: await fetchWhole(url, onBytes, patience) });
}

function parsed(small: Small): unknown {
  return JSON.parse(new TextDecoder().decode(small.data));
}

/** `before` are the bytes of this load that came already. */
async function storeShards({ record, shards }: Smalls, before: number, onProgress: OnProgress): Promise<void> {
  const cache = await caches.open("webllm/model");
  const total = before + shards.reduce((sum, shard) => sum + shard.nbytes, 0);
  if (before === 0) onProgress({ phase: "prepare", loaded: 0, total, secondsLeft: null });
  const missing: Shard[] = [];
  for (const shard of shards) {
    const key = new URL(shard.dataPath, record.model).href;
    const expected = { bytes: shard.nbytes, md5: shard.md5sum };
    if (await isWhole(cache, key, expected)) continue;
    await cache.delete(key);
    missing.push(shard);
  }
  if (missing.length === 0) return;
  const bytes = missing.reduce((sum, shard) => sum + shard.nbytes, 0);
  await checkRoom(bytes);
  const meter = new Meter("download", total, total - bytes);
  const stop = new AbortController();
  const waiting = missing.values();
  const fetchThem = async (): Promise<void> => {
    for (const shard of waiting) {
      const key = new URL(shard.dataPath, record.model).href;
      const expected = { bytes: shard.nbytes, md5: shard.md5sum };
      const onBytes = (added: number): void => onProgress(meter.add(added));
      await fetchInto(cache, key, key, expected, { onBytes, signal: stop.signal });
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, fetchThem));
  } catch (error) {
    // What is whole stays, so that the next attempt goes on from here.
    stop.abort(error);
    throw error;
  }
}

/** Delete shards of an earlier version of the model. */
async function dropOthers({ record, shards, files }: Smalls): Promise<void> {
  const kept = new Set(shards.map((shard) => new URL(shard.dataPath, record.model).href));
  for (const { url } of files) kept.add(url);
  const cache = await caches.open("webllm/model");
  for (const { url } of await cache.keys()) {
    if (url.startsWith(record.model) && !kept.has(url)) await cache.delete(url);
  }
}
