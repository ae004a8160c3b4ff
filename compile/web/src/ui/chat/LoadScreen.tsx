/** What is shown until a model runs: what it is, how its loading goes, what went wrong and what helps. */
import { type ComponentChildren } from "preact";
import type { LoadProgress, ModelEntry } from "../../engine/types";
import { formatBytes, language, spoken, t } from "../../i18n";
import { Mark } from "../parts/Icon";
import { engine, leaveModel, loadAnew, loadModel, model, type ModelState, modelState, plan, runOn, wasLoaded } from "../state/model";
import { settings } from "../state/settings";
import { ModelPicker } from "./ModelPicker";

/** `isWhole` fills the page; else a stored conversation is below it. */
export function LoadScreen({ isWhole }: { readonly isWhole: boolean }) {
  const entry = model.value;
  const state = modelState.value;
  if (!entry || state.kind === "ready") return null;
  return (
    <section class={isWhole ? "load" : "load is-strip"} aria-label={t("model.label")}>
      <div class="load-card">
        <Mark />
        {state.kind === "idle" && <Start entry={entry} />}
        {state.kind === "loading" && <Loading progress={state.progress} />}
        {state.kind === "failed" && <Failed entry={entry} state={state} />}
      </div>
    </section>
  );
}

function Start({ entry }: { readonly entry: ModelEntry }) {
  const planned = plan.value;
  const bytes = planned?.kind === "wasm" && entry.gguf ? entry.gguf.bytes : entry.bytes;
  const size = formatBytes(bytes, language.value);
  return (
    <>
      <h2>{t("model.introTitle")}</h2>
      <p>{t("model.intro")}</p>
      <ModelPicker />
      <button type="button" class="primary large" onClick={() => void loadModel()}>
        {t("model.start")}
      </button>
      <p class="hushed">{wasLoaded(entry) ? t("model.ready") : t("model.size", { size })}</p>
      {planned && planned.reason !== "webgpu" && <p class="hushed">{t(`reason.${planned.reason}`)}</p>}
    </>
  );
}

function Loading({ progress }: { readonly progress: LoadProgress | null }) {
  const phase = progress ? t(`load.${progress.phase}`) : t("load.choosing");
  const running = engine.value;
  return (
    <>
      <h2>{t("load.title")}</h2>
      <Progress progress={progress} label={phase} />
      <p class="load-phase">
        <span>{phase}</span>
        {progress?.phase === "download" && <Bytes progress={progress} />}
      </p>
      {running && (
        <p class="hushed">
          {t(`engine.${running.kind}`)}: {t(`reason.${running.reason}`)}
        </p>
      )}
      {progress?.phase === "download" && <p class="hushed">{t("load.once")}</p>}
      <button type="button" class="secondary" onClick={() => void leaveModel()}>
        {t("app.cancel")}
      </button>
    </>
  );
}

/** Without a known end the bar only says that something is going on. */
function Progress({ progress, label }: { readonly progress: LoadProgress | null; readonly label: string }) {
  const isKnown = progress !== null && progress.total > 0 && progress.loaded > 0;
  if (!isKnown) return <progress aria-label={label} />;
  return <progress aria-label={label} max={progress.total} value={progress.loaded} />;
}

function Bytes({ progress }: { readonly progress: LoadProgress }) {
  const [loaded, total] = [progress.loaded, progress.total].map((bytes) => formatBytes(bytes, language.value));
  const left = progress.secondsLeft === null ? "" : ` · ${t("load.left", { time: spoken(progress.secondsLeft) })}`;
  return (
    <span>
      {t("load.bytes", { loaded: loaded ?? "", total: total ?? "" })}
      {left}
    </span>
  );
}

type Failure = Extract<ModelState, { kind: "failed" }>;

function Failed({ entry, state }: { readonly entry: ModelEntry; readonly state: Failure }) {
  const canUseProcessor = entry.gguf !== null && settings.value.engine !== "wasm" && PROCESSOR_HELPS.has(state.code);
  return (
    <>
      <div role="alert">
        <h2>{t("load.failed")}</h2>
        <p>{t(`fault.${state.code}`)}</p>
      </div>
      <ModelPicker />
      <div class="row">
        <Remedy code={state.code} />
        {canUseProcessor && (
          <button type="button" class="secondary" onClick={() => runOn("wasm")}>
            {t("fault.useProcessor")}
          </button>
        )}
      </div>
      <Detail>{state.detail}</Detail>
    </>
  );
}

const PROCESSOR_HELPS: ReadonlySet<Failure["code"]> = new Set(["device-lost", "memory", "unknown", "no-engine"]);

function Remedy({ code }: { readonly code: Failure["code"] }) {
  if (code === "damaged") {
    return (
      <button type="button" class="primary" onClick={() => void loadAnew()}>
        {t("fault.clear")}
      </button>
    );
  }
  return (
    <button type="button" class="primary" onClick={() => void loadModel()}>
      {t(code === "device-lost" ? "fault.reload" : "app.retry")}
    </button>
  );
}

function Detail({ children }: { readonly children: ComponentChildren }) {
  if (!children) return null;
  return (
    <details class="detail">
      <summary>{t("fault.detail")}</summary>
      <pre>{children}</pre>
    </details>
  );
}
