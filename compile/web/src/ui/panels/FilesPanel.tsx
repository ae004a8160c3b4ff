/** The reader's own files: add, list, remove. They stay in the browser. */
import { formatNumber, language, t } from "../../i18n";
import { Dialog } from "../parts/Dialog";
import { Icon } from "../parts/Icon";
import { addFiles, bundlePassages, documents, reading, removeDocument } from "../state/sources";

export const ACCEPTED = ".txt,.md,.markdown,.pdf,text/plain,text/markdown,application/pdf";

export function FilesPanel({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog kind="side" title={t("files.label")} onClose={onClose}>
      <p class="promise">{t("files.local")}</p>
      <label class="file-add">
        <input
          type="file"
          class="unseen"
          accept={ACCEPTED}
          multiple
          onChange={(event) => {
            void addFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
        <Icon name="plus" />
        <span>{t("files.add")}</span>
        <small>{t("files.drop")}</small>
      </label>
      <ul class="files">
        {documents.value.map((document) => (
          <li key={document.id}>
            <Icon name="file" />
            <span class="file-name">{document.name}</span>
            {document.pages.length > 1 && <small>{t("files.pages", { count: document.pages.length })}</small>}
            <button
              type="button"
              class="quiet"
              aria-label={t("files.remove", { name: document.name })}
              onClick={() => void removeDocument(document)}
            >
              <Icon name="trash" />
            </button>
          </li>
        ))}
        {reading.value.map((name) => (
          <li key={name} class="hushed">
            {t("files.reading", { name })}
          </li>
        ))}
      </ul>
      {documents.value.length === 0 && reading.value.length === 0 && <p class="hushed">{t("files.empty")}</p>}
      {bundlePassages.value > 0 && (
        <p class="hushed">{t("files.bundle", { count: formatNumber(bundlePassages.value, language.value) })}</p>
      )}
    </Dialog>
  );
}
