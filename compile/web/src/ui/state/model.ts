/** The bundle, its models, and the engine that runs one of them. */
import { computed, effect, signal } from "@preact/signals";
import {
  type Bundle,
  type Engine,
  EngineFault,
  type EngineKind,
  type EngineReason,
  type LoadProgress,
  type ModelEntry,
} from "../../engine/types";
import { readItem, writeItem } from "../../storage/settings";
import { readBundle } from "./bundle";
import { changeSettings, settings } from "./settings";

export type ModelState =
  | { readonly kind: "idle" }
  | { readonly kind: "loading"; readonly progress: LoadProgress | null }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly code: EngineFault["code"]; readonly detail: string };

export const bundle = signal<Bundle | "missing" | "damaged" | null>(null);
export const engine = signal<Engine | null>(null);
export const modelState = signal<ModelState>({ kind: "idle" });

export const models = computed<readonly ModelEntry[]>(() =>
  bundle.value !== null && typeof bundle.value === "object" ? bundle.value.models : [],
);

/** The model that the reader chose, or the bundle's first. */
export const model = computed<ModelEntry | null>(
  () => models.value.find((one) => one.id === settings.value.model) ?? models.value[0] ?? null,
);

export interface Plan {
  readonly kind: EngineKind;
  readonly reason: EngineReason;
}

/** What would run the model, known before anything is downloaded; null where nothing can, or it is not known yet. */
export const plan = signal<Plan | null>(null);

/** Ask the browser what it can do, for as long as the page is open. */
export function planAhead(): void {
  effect(() => {
    const entry = model.value;
    const { engine: chosen } = settings.value;
    if (entry) void planFor(entry, chosen).then((found) => {
      if (entry === model.value && chosen === settings.value.engine) plan.value = found;
    });
  });
}

async function planFor(entry: ModelEntry, chosen: EngineKind | null): Promise<Plan | null> {
  if (chosen === "wasm" && entry.gguf) return { kind: "wasm", reason: "chosen" };
  const { askGraphics, reasonOf } = await import("../../engine/choosing");
  const reason = reasonOf(await askGraphics(), entry);
  if (reason === "webgpu") return { kind: "webgpu", reason: chosen === "webgpu" ? "chosen" : reason };
  return entry.gguf ? { kind: "wasm", reason } : null;
}

const LOADED = "malmoi.loaded";

/** Whether this browser has loaded a model before: its files are then here, and it starts by itself. */
export function wasLoaded(entry: ModelEntry): boolean {
  const loaded = readItem(LOADED);
  return Array.isArray(loaded) && loaded.includes(entry.id);
}

function rememberLoaded(id: string, isLoaded: boolean): void {
  const loaded = readItem(LOADED);
  const others = Array.isArray(loaded) ? loaded.filter((one) => one !== id) : [];
  writeItem(LOADED, isLoaded ? [...others, id] : others);
}

/** Read what the bundle holds; a model that was loaded before starts at once. */
export async function openBundle(): Promise<void> {
  bundle.value = null;
  bundle.value = await readBundle();
  if (model.value && wasLoaded(model.value)) void loadModel();
}

export function chooseModel(id: string): void {
  if (id === model.value?.id) return;
  changeSettings({ model: id });
  if (model.value && wasLoaded(model.value)) void loadModel();
  else void leaveModel();
}

/** Run the model another way; null lets the page choose. */
export function runOn(kind: EngineKind | null): void {
  changeSettings({ engine: kind });
  if (modelState.value.kind !== "idle") void loadModel();
}

// Each load has a number; what an abandoned one reports is ignored.
let attempt = 0;

export async function loadModel(): Promise<void> {
  const entry = model.value;
  if (!entry) return;
  attempt += 1;
  const mine = attempt;
  const isMine = (): boolean => mine === attempt;
  modelState.value = { kind: "loading", progress: null };
  try {
    await release();
    const { chooseEngine } = await import("../../engine");
    const chosen = await chooseEngine(entry, settings.value.engine ?? "auto");
    if (!isMine()) return;
    engine.value = chosen;
    await chosen.load(entry, (progress) => {
      if (isMine()) modelState.value = { kind: "loading", progress };
    });
    if (!isMine()) return;
    rememberLoaded(entry.id, true);
    modelState.value = { kind: "ready" };
  } catch (error) {
    if (!isMine()) return;
    fail(error);
    if (error instanceof EngineFault && error.code === "other-tab") void waitForDevice(isMine);
  }
}

/** Load as soon as the other tab lets go of the model. */
async function waitForDevice(isMine: () => boolean): Promise<void> {
  const { deviceFree } = await import("../../engine");
  await deviceFree();
  if (isMine() && modelState.value.kind === "failed") await loadModel();
}

/** End a load, or let go of a model. */
export async function leaveModel(): Promise<void> {
  attempt += 1;
  modelState.value = { kind: "idle" };
  await release();
}

/** Show a fault of the engine and its remedy. */
export function fail(error: unknown): void {
  const fault = error instanceof EngineFault ? error : null;
  if (!fault || fault.code === "unknown") console.error(error);
  const detail = error instanceof Error ? error.message : String(error);
  modelState.value = { kind: "failed", code: fault?.code ?? "unknown", detail };
}

/** Remove the stored copy of the model and load it anew. */
export async function loadAnew(): Promise<void> {
  const entry = model.value;
  if (!entry) return;
  rememberLoaded(entry.id, false);
  await leaveModel();
  const { forgetModel } = await import("../../engine");
  await forgetModel(entry);
  await loadModel();
}

async function release(): Promise<void> {
  const old = engine.value;
  engine.value = null;
  await old?.unload().catch((error: unknown) => console.error(error));
}
