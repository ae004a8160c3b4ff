/** The stored conversations: open, rename, export, delete. */
import { useState } from "preact/hooks";
import { formatDate, language, t } from "../../i18n";
import { exportJson, exportMarkdown, fileName } from "../../storage/exporting";
import type { Listed } from "../../storage/types";
import { Icon } from "../parts/Icon";
import { Confirm, Dialog } from "../parts/Dialog";
import { saveFile } from "../parts/saving";
import { current, isWriting, listed, openConversation, remove, rename, storedConversations } from "../state/conversations";

export function ConversationList({ onOpened }: { readonly onOpened: () => void }) {
  const [chosen, setChosen] = useState<Listed | null>(null);
  if (listed.value.length === 0) return <p class="hushed pad">{t("history.empty")}</p>;
  return (
    <>
      <ul class="conversations">
        {listed.value.map((one) => (
          <li key={one.id} class={one.id === current.value.id ? "is-open" : undefined}>
            <button
              type="button"
              class="conversation-open"
              aria-current={one.id === current.value.id ? "true" : undefined}
              title={formatDate(one.updated, language.value)}
              disabled={isWriting.value && one.id !== current.value.id}
              onClick={() => {
                if (!isWriting.value) void openConversation(one.id);
                onOpened();
              }}
            >
              {titleOf(one)}
            </button>
            <button
              type="button"
              class="quiet"
              aria-label={t("history.more", { title: titleOf(one) })}
              onClick={() => setChosen(one)}
            >
              <Icon name="more" />
            </button>
          </li>
        ))}
      </ul>
      {chosen && <ConversationDialog listed={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function titleOf(one: Listed): string {
  return one.title || t("history.untitled");
}

function ConversationDialog({ listed: one, onClose }: { readonly listed: Listed; readonly onClose: () => void }) {
  const [title, setTitle] = useState(one.title);
  const [isAsking, setAsking] = useState(false);
  const isBusy = isWriting.value && one.id === current.value.id;
  const save = (event: Event): void => {
    event.preventDefault();
    if (title.trim()) void rename(one.id, title.trim());
    onClose();
  };
  if (isAsking) {
    return (
      <Confirm
        title={t("history.delete")}
        question={t("history.deleteAsk", { title: titleOf(one) })}
        onConfirm={() => void remove(one.id)}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog kind="question" title={titleOf(one)} onClose={onClose}>
      <form class="fields" onSubmit={save}>
        <label>
          <span>{t("history.title")}</span>
          <input type="text" value={title} maxLength={120} onInput={(event) => setTitle(event.currentTarget.value)} />
        </label>
        <div class="row">
          <button type="submit" class="primary" disabled={!title.trim() || isBusy}>
            {t("history.rename")}
          </button>
        </div>
      </form>
      <div class="row wrap">
        <button type="button" class="secondary" onClick={() => void download(one.id, "md")}>
          {t("history.exportMarkdown")}
        </button>
        <button type="button" class="secondary" onClick={() => void download(one.id, "json")}>
          {t("history.exportJson")}
        </button>
        <button type="button" class="secondary danger" disabled={isBusy} onClick={() => setAsking(true)}>
          {t("history.delete")}
        </button>
      </div>
    </Dialog>
  );
}

async function download(id: string, extension: "md" | "json"): Promise<void> {
  const [one] = await storedConversations(id);
  if (!one) return;
  const name = fileName(one.title, extension);
  if (extension === "json") saveFile(name, "application/json", exportJson([one]));
  else saveFile(name, "text/markdown", exportMarkdown(one, language.value));
}
