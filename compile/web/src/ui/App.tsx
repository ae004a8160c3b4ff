/** The page: conversations at the side, the open one or the loading model in the middle. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Conversation } from "./chat/Conversation";
import { LoadScreen } from "./chat/LoadScreen";
import { DropZone } from "./panels/DropZone";
import { FilesPanel } from "./panels/FilesPanel";
import { SettingsPanel } from "./panels/SettingsPanel";
import { Sidebar } from "./panels/Sidebar";
import { Dialog } from "./parts/Dialog";
import { Icon } from "./parts/Icon";
import { Notices } from "./parts/Notices";
import { current } from "./state/conversations";
import { bundle, engine, model, modelState, models, openBundle } from "./state/model";

type Panel = "menu" | "files" | "settings";

/** Below this width the side is a drawer; the style sheet has the same figure. */
const WIDE = "(min-width: 900px)";

export function App() {
  const [panel, setPanel] = useState<Panel | null>(null);
  const isWide = useMedia(WIDE);
  const close = (): void => setPanel(null);
  const sidebar = <Sidebar onFiles={() => setPanel("files")} onSettings={() => setPanel("settings")} onLeft={close} />;
  return (
    <>
      <a class="skip" href="#main">
        {t("app.skip")}
      </a>
      <div class="layout">
        {isWide && <aside class="sidebar">{sidebar}</aside>}
        <main id="main" class="main" tabindex={-1}>
          <header class="top">
            {!isWide && (
              <button type="button" class="quiet" aria-label={t("app.menu")} onClick={() => setPanel("menu")}>
                <Icon name="menu" />
              </button>
            )}
            <h1 class="top-title">{current.value.title || <span class="unseen">{t("app.name")}</span>}</h1>
            <Running onOpen={() => setPanel("settings")} />
          </header>
          <Middle />
        </main>
      </div>
      {panel === "menu" && !isWide && (
        <Dialog kind="start" title={t("history.label")} onClose={close}>
          {sidebar}
        </Dialog>
      )}
      {panel === "files" && <FilesPanel onClose={close} />}
      {panel === "settings" && <SettingsPanel onClose={close} />}
      <DropZone />
      <Notices />
    </>
  );
}

function Middle() {
  const held = bundle.value;
  if (held === null) return <p class="centre hushed">{t("app.loading")}</p>;
  if (typeof held === "string") return <BundleFault which={held} />;
  if (models.value.length === 0) return <p class="centre fault">{t("app.noModels")}</p>;
  // A stored conversation can be read while no model runs.
  const isReading = modelState.value.kind !== "ready" && current.value.messages.length === 0;
  return (
    <>
      {modelState.value.kind !== "ready" && <LoadScreen isWhole={isReading} />}
      {!isReading && <Conversation />}
    </>
  );
}

function BundleFault({ which }: { readonly which: "missing" | "damaged" }) {
  return (
    <div class="centre" role="alert">
      <p class="fault">{t(which === "missing" ? "app.bundleMissing" : "app.bundleDamaged")}</p>
      <button type="button" class="primary" onClick={() => void openBundle()}>
        {t("app.retry")}
      </button>
    </div>
  );
}

/** Which model answers, and on what. */
function Running({ onOpen }: { readonly onOpen: () => void }) {
  const running = engine.value;
  if (!model.value || !running || modelState.value.kind !== "ready") return null;
  const reason = t(`reason.${running.reason}`);
  return (
    <button type="button" class="running" title={reason} onClick={onOpen}>
      <span class="running-name">{model.value.name}</span>
      <span class="tag">{t(`engine.${running.kind}`)}</span>
    </button>
  );
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = (): void => setMatches(list.matches);
    list.addEventListener("change", follow);
    return () => list.removeEventListener("change", follow);
  }, [query]);
  return matches;
}
