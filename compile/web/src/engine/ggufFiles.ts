/** Stores a GGUF in parts, so that a download that was broken off goes on where it was, and gives it as one file. */

import { GGUF_CACHE } from "./cacheNames";
import { fetchInto, isWhole, md5Of, NoRanges } from "./fetching";
import { Meter } from "./meter";
import { checkRoom } from "./room";
import { EngineFault, type LoadProgress, type ModelEntry } from "./types";

const PART = 32 * 2 ** 20;

type Gguf = NonNullable<ModelEntry["gguf"]>;
type OnProgress = (progress: LoadProgress) => void;

/** Fetch what is missing of the file. Throws EngineFault. */
export async function storeGguf(
  gguf: Gguf,
  page: string,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Blob> {
  const url = new URL(gguf.file, page).href;
  // Without a secure connection there is no storage; the file is then fetched each time.
  if (typeof caches === "undefined") return fetchBlob(url, gguf, onProgress, signal);
  const cache = await caches.open(GGUF_CACHE);
  const parts = partsOf(url, gguf);
  const whole = { key: keyOf(url, gguf), from: 0, to: gguf.bytes };
  if (await isThere(cache, whole)) return joined(cache, [whole]);
  const missing = [];
  for (const part of parts) if (!(await isThere(cache, part))) missing.push(part);
  if (missing.length === 0) return joined(cache, parts);
  const bytes = missing.reduce((sum, { from, to }) => sum + to - from, 0);
  await checkRoom(bytes);
  const meter = new Meter("download", gguf.bytes, gguf.bytes - bytes);
  const onBytes = (added: number): void => onProgress(meter.add(added));
  try {
    for (const { key, from, to } of missing) {
      await fetchInto(cache, url, key, { bytes: to - from }, { onBytes, signal, range: [from, to] });
    }
    const file = await checked(cache, gguf, joined(cache, parts));
    await dropOthers(cache, url, parts);
    return file;
  } catch (error) {
    if (!(error instanceof NoRanges)) throw error;
  }
  const again = new Meter("download", gguf.bytes);
  await fetchInto(cache, url, whole.key, gguf, { onBytes: (added) => onProgress(again.add(added)), signal });
  await dropOthers(cache, url, [whole]);
  return joined(cache, [whole]);
}

interface Part {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** An address of its own for each version: a model that was trained again has the size of the one before. */
function keyOf(url: string, { md5 }: Gguf): string {
  return md5 === undefined ? url : `${url}?md5=${md5}`;
}

/** Parts under addresses of their own; size and sum are in them, so that another version's parts are not mixed in. */
export function partsOf(url: string, gguf: Gguf): Part[] {
  const { bytes } = gguf;
  const key = keyOf(url, gguf);
  const count = Math.ceil(bytes / PART);
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [at * PART, Math.min(bytes, (at + 1) * PART)];
    return { key: `${key}${key === url ? "?" : "&"}bytes=${from}-${to - 1}/${bytes}`, from, to };
  });
}

/** Delete an earlier version of the file. */
async function dropOthers(cache: Cache, url: string, kept: readonly Part[]): Promise<void> {
  const keys = new Set(kept.map(({ key }) => key));
  for (const one of await cache.keys()) {
    if (one.url.replace(/\?.*$/, "") === url && !keys.has(one.url)) await cache.delete(one);
  }
}

function isThere(cache: Cache, { key, from, to }: Part): Promise<boolean> {
  return isWhole(cache, key, { bytes: to - from });
}

async function joined(cache: Cache, parts: readonly Part[]): Promise<Blob> {
  return new Blob(await Promise.all(parts.map(async ({ key }) => (await cache.match(key))!.blob())));
}

/** Held against the bundle's sum once, when it came; a file that differs does not stay. */
async function checked(cache: Cache, gguf: Gguf, blob: Promise<Blob>): Promise<Blob> {
  if (gguf.md5 === undefined || (await md5Of(await blob)) === gguf.md5) return blob;
  for (const { url } of await cache.keys()) if (url.includes(gguf.file)) await cache.delete(url);
  throw new EngineFault("damaged", `${gguf.file}: its MD5 is not the bundle's.`);
}

async function fetchBlob(url: string, gguf: Gguf, onProgress: OnProgress, signal: AbortSignal): Promise<Blob> {
  const meter = new Meter("download", gguf.bytes);
  const response = await fetch(url, { signal }).catch(() => null);
  if (!response?.ok || response.body === null) throw new EngineFault("download", `${url} cannot be fetched.`);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks);
    chunks.push(value);
    onProgress(meter.add(value.length));
  }
}
