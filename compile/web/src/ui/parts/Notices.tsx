/** Short messages, and the live region in which a screen reader hears of finished answers. */
import { t } from "../../i18n";
import { announcement, dismiss, notices } from "../state/notices";
import { Icon } from "./Icon";

/** At the page's edge; what is behind a dialog is not heard. */
export function Notices() {
  return (
    <>
      <div class="notices is-floating" role="status">
        <NoticeList />
      </div>
      <div class="unseen" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}

/** The messages themselves; a dialog shows them too, for it covers those at the edge. */
export function NoticeList() {
  return (
    <>
      {notices.value.map((notice) => (
        <div key={notice.id} class={notice.isFault ? "notice fault" : "notice"}>
          <span>{t(notice.key, notice.values)}</span>
          {notice.action && (
            <button type="button" class="link" onClick={notice.action.run}>
              {t(notice.action.key)}
            </button>
          )}
          <button type="button" class="quiet" aria-label={t("notice.dismiss")} onClick={() => dismiss(notice.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </>
  );
}
