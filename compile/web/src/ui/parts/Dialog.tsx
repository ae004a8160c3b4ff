/** A modal dialog of the browser's own: it keeps the focus, closes with Esc and gives the focus back. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Icon } from "./Icon";
import { NoticeList } from "./Notices";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** `side` slides in from the edge, `question` is small. */
  readonly kind?: "side" | "start" | "question" | "plain";
}

export function Dialog({ title, onClose, children, kind = "plain" }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return undefined;
    dialog.showModal();
    // Esc closes it. One that is taken away is closed too, to give the focus back; that is not the reader's doing.
    dialog.addEventListener("close", onClose);
    return () => {
      dialog.removeEventListener("close", onClose);
      dialog.close();
    };
  }, []);
  const closeOutside = (event: MouseEvent): void => {
    if (event.target === element.current) onClose();
  };
  return (
    <dialog
      ref={element}
      class={`dialog dialog-${kind}`}
      aria-label={title}
      onMouseDown={closeOutside}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>{title}</h2>
          <button type="button" class="quiet" aria-label={t("app.close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div class="notices" role="status">
          <NoticeList />
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly question: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before what cannot be undone. */
export function Confirm({ title, question, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog kind="question" title={title} onClose={onClose}>
      <p>{question}</p>
      <div class="row end">
        <button type="button" class="secondary" onClick={onClose}>
          {t("app.cancel")}
        </button>
        <button
          type="button"
          class="primary danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {title}
        </button>
      </div>
    </Dialog>
  );
}
