/** The field for a question, with what belongs to asking: sources on or off, sending, stopping. */
import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { t } from "../../i18n";
import { Icon } from "../parts/Icon";
import { ask, stopAnswer } from "../state/answering";
import { current, isWriting } from "../state/conversations";
import { modelState } from "../state/model";
import { changeSettings, settings } from "../state/settings";
import { hasSources } from "../state/sources";
import { isSending } from "./keys";

// Kept outside of the component: what was typed stays while a model is loaded.
const typed = signal("");

export function Composer() {
  const field = useRef<HTMLTextAreaElement>(null);
  const isReady = modelState.value.kind === "ready";
  const canSend = isReady && !isWriting.value && typed.value.trim() !== "";
  useEffect(() => grow(field.current), [typed.value]);
  const toField = (): void => {
    // On a touch screen the keyboard would cover the conversation.
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  };
  useEffect(() => {
    if (isReady) toField();
  }, [isReady, current.value.id]);
  const send = (): void => {
    if (!canSend) return;
    const text = typed.value;
    typed.value = "";
    void ask(text);
    // The button that was pressed is about to change, and to be switched off in the end.
    toField();
  };
  const stop = (event: MouseEvent): void => {
    // The second click of two was meant for sending, whose button stood here.
    if (event.detail < 2) stopAnswer();
    toField();
  };
  const press = (event: KeyboardEvent): void => {
    if (!isSending(event)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box">
        <textarea
          ref={field}
          id="question"
          rows={1}
          aria-label={t("chat.question")}
          aria-describedby="composer-hint"
          placeholder={t("chat.placeholder")}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
          onKeyDown={press}
        />
        {isWriting.value ? (
          <button type="button" class="round" aria-label={t("chat.stop")} title={t("chat.stop")} onClick={stop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button type="submit" class="round" aria-label={t("chat.send")} title={t("chat.send")} disabled={!canSend}>
            <Icon name="send" />
          </button>
        )}
      </div>
      <div class="composer-foot">
        {hasSources.value && (
          <label class="switch">
            <input
              type="checkbox"
              checked={settings.value.useSources}
              onChange={(event) => changeSettings({ useSources: event.currentTarget.checked })}
            />
            {t("chat.useSources")}
          </label>
        )}
        <span id="composer-hint">{t("chat.hint")}</span>
      </div>
    </form>
  );
}

/** As tall as its text; the style sheet sets the most. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
