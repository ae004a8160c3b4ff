/** One question; the last one can be edited and asked again. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import type { Question } from "../../storage/types";
import { Icon } from "../parts/Icon";
import { askInstead } from "../state/answering";
import { isLeaving, isSending } from "./keys";

interface Props {
  readonly question: Question;
  readonly canEdit: boolean;
}

export function QuestionView({ question, canEdit }: Props) {
  const [isEditing, setEditing] = useState(false);
  if (isEditing && canEdit) return <Editor text={question.text} onClose={() => setEditing(false)} />;
  return (
    <article class="question" aria-label={t("chat.question")}>
      <div class="question-text">{question.text}</div>
      {canEdit && (
        <button type="button" class="quiet" aria-label={t("chat.edit")} title={t("chat.edit")} onClick={() => setEditing(true)}>
          <Icon name="edit" />
        </button>
      )}
    </article>
  );
}

function Editor({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const [edited, setEdited] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = (): void => {
    if (!edited.trim()) return;
    onClose();
    void askInstead(edited);
  };
  const press = (event: KeyboardEvent): void => {
    if (isLeaving(event)) onClose();
    if (!isSending(event)) return;
    event.preventDefault();
    send();
  };
  return (
    <div class="question-editor">
      <textarea
        ref={field}
        rows={3}
        aria-label={t("chat.edit")}
        value={edited}
        onInput={(event) => setEdited(event.currentTarget.value)}
        onKeyDown={press}
      />
      <div class="row end">
        <button type="button" class="secondary" onClick={onClose}>
          {t("app.cancel")}
        </button>
        <button type="button" class="primary" disabled={!edited.trim()} onClick={send}>
          {t("chat.resend")}
        </button>
      </div>
    </div>
  );
}
