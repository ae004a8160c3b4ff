/** New conversation, the stored ones, the reader's files, the settings. */
import { t } from "../../i18n";
import { Icon, Mark } from "../parts/Icon";
import { isWriting, newConversation } from "../state/conversations";
import { bundle } from "../state/model";
import { documents } from "../state/sources";
import { ConversationList } from "./ConversationList";

interface Props {
  readonly onFiles: () => void;
  readonly onSettings: () => void;
  /** Called when the reader went somewhere: a drawer closes then. */
  readonly onLeft: () => void;
}

export function Sidebar({ onFiles, onSettings, onLeft }: Props) {
  const held = bundle.value;
  return (
    <div class="sidebar-body">
      <div class="brand">
        <Mark />
        <span>{held !== null && typeof held === "object" && held.name ? held.name : t("app.name")}</span>
      </div>
      <button
        type="button"
        class="side-button new"
        disabled={isWriting.value}
        onClick={() => {
          newConversation();
          onLeft();
        }}
      >
        <Icon name="plus" />
        {t("history.new")}
      </button>
      <nav class="history" aria-label={t("history.label")}>
        <ConversationList onOpened={onLeft} />
      </nav>
      <div class="side-foot">
        <button type="button" class="side-button" onClick={onFiles}>
          <Icon name="files" />
          {t("files.label")}
          {documents.value.length > 0 && <span class="count">{documents.value.length}</span>}
        </button>
        <button type="button" class="side-button" onClick={onSettings}>
          <Icon name="settings" />
          {t("settings.label")}
        </button>
      </div>
    </div>
  );
}
