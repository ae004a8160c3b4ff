/**
 * The service worker: the page opens without a connection, from one version that is there as a whole.
 *
 * Models are not its own: the engines store them, checked, in caches of theirs.
 */

import { BundleData } from "./data";
import { fetchChecked, isolated } from "./kept";
import { isForFew, kindOf, type Shell, type ToServiceWorker } from "./shell";

/** Put in when the page is built. */
declare const __SHELL__: Shell;

const worker = self as unknown as ServiceWorkerGlobalScope;
const shell = __SHELL__;
const scope = worker.registration.scope;
// Several bundles may live in folders of one host.
const name = (what: string): string => `malmoi ${what} ${new URL(scope).pathname}`;
const SHELLS = `${name("shell")} `;
const CURRENT = SHELLS + shell.version;
const LATER = name("later");
const DATA = name("data");
const data = new BundleData(DATA, scope);
const PAGE = "index.html";
const PARALLEL = 8;

const addressOf = (path: string): string => new URL(path, scope).href;
const pathOf = (url: string): string => decodeURI(url.slice(scope.length).replace(/[?#].*$/, ""));

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));

worker.addEventListener("message", (event) => {
  const asked = event.data as ToServiceWorker;
  if (asked.kind === "activate") event.waitUntil(worker.skipWaiting());
  if (asked.kind === "keep") event.waitUntil(keep(asked.urls.map(pathOf).filter((path) => Object.hasOwn(shell.later, path))));
  if (asked.kind === "complete") {
    const done = complete().then(
      () => event.ports[0]?.postMessage(true),
      () => event.ports[0]?.postMessage(false),
    );
    event.waitUntil(done);
  }
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || request.headers.has("range") || !request.url.startsWith(scope)) return;
  const path = pathOf(request.url);
  switch (kindOf(path, request.mode === "navigate", shell)) {
    case "page":
      return event.respondWith(fromShell(PAGE).then(isolated));
    case "shell":
      return event.respondWith(fromShell(path).then(isolated));
    case "later":
      return event.respondWith(fromLater(path).then(isolated));
    case "data":
      return event.respondWith(data.newest(request, () => void data.complete().catch(() => undefined)));
    case "search":
      return event.respondWith(data.copied(request));
    case "other":
      // Pages that are not of the shell are isolated too; everything else is none of our business.
      if (request.mode === "navigate") event.respondWith(fetch(request).then(isolated));
  }
});

/** All files of this version, or none of it: then the version before stays. */
async function install(): Promise<void> {
  const before = (await caches.keys()).filter((key) => key.startsWith(SHELLS) && key !== CURRENT);
  const cache = await caches.open(CURRENT);
  try {
    await Promise.all(
      Object.entries(shell.files).map(async ([path, sha256]) => {
        const old = path.startsWith("assets/") ? await fromEarlier(before, addressOf(path)) : undefined;
        await cache.put(addressOf(path), old ?? (await fetchShell(path, sha256)));
      }),
    );
  } catch (error) {
    await caches.delete(CURRENT);
    throw error;
  }
}

/** A file with a hash in its name is the same in every version. */
async function fromEarlier(names: readonly string[], url: string): Promise<Response | undefined> {
  for (const key of names) {
    const found = await (await caches.open(key)).match(url);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A bundle may have a name and icons of its own, and hosts add to HTML: the page has to start this version. */
async function fetchShell(path: string, sha256: string): Promise<Response> {
  const response = await fetchChecked(addressOf(path), path.startsWith("assets/") ? sha256 : null);
  if (path !== PAGE) return response;
  const html = await response.clone().text();
  if (!Object.keys(shell.files).some((file) => /^assets\/index-.*\.js$/.test(file) && html.includes(file))) {
    throw new Error("The page is of another version.");
  }
  return response;
}

async function activate(): Promise<void> {
  for (const key of await caches.keys()) {
    if (key.startsWith(SHELLS) && key !== CURRENT) await caches.delete(key);
  }
  const later = await caches.open(LATER);
  for (const { url } of await later.keys()) if (!Object.hasOwn(shell.later, pathOf(url))) await later.delete(url);
  await worker.clients.claim();
}

/** From the cache; what the browser lost of it is fetched again. */
async function fromShell(path: string): Promise<Response> {
  const cache = await caches.open(CURRENT);
  const found = await cache.match(addressOf(path)).catch(() => undefined);
  if (found !== undefined) return found;
  const response = await fetchShell(path, shell.files[path]!);
  await cache.put(addressOf(path), response.clone()).catch(() => undefined);
  return response;
}

async function fromLater(path: string): Promise<Response> {
  const cache = await caches.open(LATER);
  const found = await cache.match(addressOf(path)).catch(() => undefined);
  if (found !== undefined) return found;
  const response = await fetchChecked(addressOf(path), shell.later[path]!);
  await cache.put(addressOf(path), response.clone()).catch(() => undefined);
  return response;
}

async function keep(paths: readonly string[]): Promise<void> {
  const waiting = paths.values();
  const keepThem = async (): Promise<void> => {
    for (const path of waiting) await fromLater(path);
  };
  await Promise.all(Array.from({ length: PARALLEL }, keepThem));
}

async function complete(): Promise<void> {
  await data.complete();
  await keep(Object.keys(shell.later).filter((path) => !isForFew(path)));
}
