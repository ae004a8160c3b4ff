/** Fetches a file into a cache: whole and checked, or not at all. */

import { Md5 } from "./md5";
import { EngineFault } from "./types";

/** What a file must be; what is not known is not checked. */
export interface Expected {
  readonly bytes?: number;
  readonly md5?: string;
}

export interface Fetched {
  /** Called with the bytes that came, and with a negative number when they have to be fetched again. */
  readonly onBytes?: (added: number) => void;
  readonly signal?: AbortSignal;
  /** Bytes of the file to fetch, the last one excluded; the answer has to be that range. */
  readonly range?: readonly [from: number, to: number];
}

const ATTEMPTS = 5;
// What is whole and yet wrong is hardly ever right the next time.
const ATTEMPTS_AT_DAMAGED = 2;
// Before the second attempt; before each next, twice as long.
const PAUSE_MS = 500;
// A connection that gives nothing for so long is given up and made anew.
const STALLED_MS = 30_000;

/** The server's answer cannot become right by asking again. */
class Refused extends Error {}
/** What came is not the file. */
class Damaged extends Error {}

/** The server does not serve parts of a file. */
export class NoRanges extends Error {}

/**
 * Fetch `url` and put it into `cache` under `key`.
 *
 * Throws EngineFault: `quota`, `download` after several attempts, `damaged` when what came is not what is
 * expected; NoRanges when a range was asked for and the whole file came.
 */
export async function fetchInto(
  cache: Cache,
  url: string,
  key: string,
  expected: Expected,
  { onBytes = () => undefined, signal, range }: Fetched = {},
): Promise<void> {
  await severalTimes(url, signal, async () => {
    let came = 0;
    const counted = (added: number): void => {
      came += added;
      onBytes(added);
    };
    try {
      await attemptInto(cache, url, key, expected, range, signal, counted);
    } catch (error) {
      onBytes(-came);
      throw error;
    }
  });
}

/** Fetch a small file into memory: once within `patience` milliseconds, or else several times. */
export async function fetchWhole(
  url: string,
  onBytes: (added: number) => void,
  patience?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const once = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const response = await fetch(url, { cache: "no-cache", signal: AbortSignal.timeout(patience ?? 4 * STALLED_MS) });
    checkAnswer(response, undefined);
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes(chunk.length);
        controller.enqueue(chunk);
      },
    });
    return new Uint8Array(await new Response(response.body!.pipeThrough(counted)).arrayBuffer());
  };
  return patience === undefined ? severalTimes(url, undefined, once) : once();
}

/** Throws EngineFault when the last attempt fails too. */
async function severalTimes<T>(
  url: string,
  signal: AbortSignal | undefined,
  once: () => Promise<T>,
): Promise<T> {
  let last: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await wait(PAUSE_MS * 2 ** (attempt - 1), signal);
    try {
      return await once();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof NoRanges) throw error;
      if (error instanceof Error && error.name === "QuotaExceededError") throw new EngineFault("quota", error.message);
      last = error;
      if (error instanceof Refused || (error instanceof Damaged && attempt + 1 >= ATTEMPTS_AT_DAMAGED)) break;
    }
  }
  const why = last instanceof Error ? last.message : String(last);
  throw new EngineFault(last instanceof Damaged ? "damaged" : "download", `${url}: ${why}`);
}

async function attemptInto(
  cache: Cache,
  url: string,
  key: string,
  expected: Expected,
  range: Fetched["range"],
  signal: AbortSignal | undefined,
  onBytes: (added: number) => void,
): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALLED_MS);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), STALLED_MS);
  };
  let broken: unknown;
  try {
    const response = await fetch(url, {
      // Neither from the browser's own cache, which may have an older file, nor into it: it is stored once.
      cache: "no-store",
      headers: range === undefined ? {} : { range: `bytes=${range[0]}-${range[1] - 1}` },
      signal: signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal]),
    });
    checkAnswer(response, range);
    const sum = expected.md5 === undefined ? null : new Md5();
    let bytes = 0;
    const checked = response.body!.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          alive();
          sum?.update(chunk);
          bytes += chunk.length;
          onBytes(chunk.length);
          controller.enqueue(chunk);
        },
        flush(controller) {
          // An error here keeps the whole entry out of the cache.
          broken = difference(expected, bytes, sum);
          if (broken !== undefined) controller.error(broken);
        },
      }),
    );
    const headers = new Headers({ "content-type": response.headers.get("content-type") ?? "application/octet-stream" });
    await cache.put(key, new Response(checked, { headers }));
  } catch (error) {
    throw broken ?? (stalled.signal.aborted ? new Error("nothing came for a while") : error);
  } finally {
    clearTimeout(timer);
  }
}

function checkAnswer(response: Response, range: Fetched["range"]): void {
  if (!response.ok || response.body === null) {
    const message = `the server answered ${response.status}`;
    const passing = response.status >= 500 || response.status === 408 || response.status === 429;
    throw passing ? new Error(message) : new Refused(message);
  }
  if (range !== undefined && response.status !== 206) {
    void response.body.cancel();
    throw new NoRanges();
  }
}

function difference(expected: Expected, bytes: number, sum: Md5 | null): Damaged | undefined {
  if (expected.bytes !== undefined && bytes !== expected.bytes) {
    return new Damaged(`${bytes} bytes came, ${expected.bytes} are expected`);
  }
  if (sum !== null && sum.hex() !== expected.md5) {
    return new Damaged("its MD5 is not the bundle's");
  }
  return undefined;
}

/** Whether a cached file is the expected one; it is read to its end where its sum is known. */
export async function isWhole(cache: Cache, key: string, expected: Expected): Promise<boolean> {
  try {
    const blob = await (await cache.match(key))?.blob();
    if (blob === undefined || (expected.bytes !== undefined && blob.size !== expected.bytes)) return false;
    return expected.md5 === undefined || (await md5Of(blob)) === expected.md5;
  } catch {
    // The browser itself found the entry broken.
    return false;
  }
}

export async function md5Of(blob: Blob): Promise<string> {
  const sum = new Md5();
  for (const reader = blob.stream().getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return sum.hex();
    sum.update(value);
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}
