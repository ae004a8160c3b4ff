/** The page's side of the service worker. */

import type { ToServiceWorker } from "./shell";

const RELOADED = "malmoi.isolated";
const PATIENCE_MS = 5_000;

export interface ServiceWorkerEvents {
  /** A new version is here; `apply` loads it, which the reader should choose. */
  onUpdate(apply: () => void): void;
  /** From now on the page opens without a connection. */
  onOffline?(): void;
}

/**
 * Make the page open without a connection, and tell when it does and when there is a new version.
 *
 * Once, on a host that does not isolate the page and a browser without WebGPU, the page is loaded again: only
 * then does the processor's engine have threads.
 */
export async function startServiceWorker({ onUpdate, onOffline }: ServiceWorkerEvents): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container === undefined) return;
  const registration = await container.register(new URL("sw.js", document.baseURI), { updateViaCache: "none" });
  let isApplying = false;
  const offer = (): void => {
    if (registration.waiting !== null && container.controller !== null) {
      const { waiting } = registration;
      onUpdate(() => {
        isApplying = true;
        say(waiting, { kind: "activate" });
      });
    }
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  let hadController = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    if (isApplying) location.reload();
    // Applied in another tab; this one may be in the middle of an answer.
    else if (hadController) onUpdate(() => location.reload());
    hadController = true;
  });
  await container.ready;
  if (await wantsThreads()) {
    await controlled(container);
    sessionStorage.setItem(RELOADED, "yes");
    location.reload();
    return;
  }
  if (await completed(registration)) onOffline?.();
}

/** Keep files that this page used, of those that are not kept for everyone. */
export async function keepOffline(urls: readonly string[]): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration === undefined) return;
  const { active } = await navigator.serviceWorker.ready;
  say(active, { kind: "keep", urls: urls.map((url) => new URL(url, document.baseURI).href) });
}

function say(worker: ServiceWorker | null, message: ToServiceWorker, transfer: Transferable[] = []): void {
  worker?.postMessage(message, transfer);
}

function completed({ active }: ServiceWorkerRegistration): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === true);
    say(active, { kind: "complete" }, [port2]);
  });
}

async function wantsThreads(): Promise<boolean> {
  if (globalThis.crossOriginIsolated || sessionStorage.getItem(RELOADED) !== null) return false;
  const { gpu } = navigator as Navigator & { readonly gpu?: { requestAdapter(): Promise<object | null> } };
  return (await gpu?.requestAdapter().catch(() => null)) == null;
}

function controlled(container: ServiceWorkerContainer): Promise<void> {
  if (container.controller !== null) return Promise.resolve();
  return new Promise((resolve) => {
    container.addEventListener("controllerchange", () => resolve(), { once: true });
    setTimeout(resolve, PATIENCE_MS);
  });
}
