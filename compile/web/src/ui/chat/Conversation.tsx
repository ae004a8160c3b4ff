/** The open conversation. It follows a growing answer unless the reader has scrolled up. */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatNumber, language, t } from "../../i18n";
import { AnswerView } from "../answers/AnswerView";
import { Icon } from "../parts/Icon";
import { draft, stopAnswer } from "../state/answering";
import { current, isWriting, messages } from "../state/conversations";
import { engine, modelState } from "../state/model";
import { bundlePassages, documents, hasSources } from "../state/sources";
import { Composer } from "./Composer";
import { isLeaving } from "./keys";
import { QuestionView } from "./QuestionView";

/** Pixels from the end within which the reader is taken to follow. */
const NEAR = 80;

export function Conversation() {
  const list = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const shown = messages.value;
  useEffect(() => setFollowing(true), [current.value.id, shown.length]);
  useEffect(() => {
    if (!isFollowing) return undefined;
    // Read here and not while drawing: the list is not drawn again with each word.
    return effect(() => {
      if (draft.value || current.value) requestAnimationFrame(() => toEnd(list.current));
    });
  }, [isFollowing]);
  useEffect(() => {
    const stop = (event: KeyboardEvent): void => {
      // A dialog, or an answer of the input method, takes the key for itself.
      if (isLeaving(event) && !document.querySelector("dialog[open]")) stopAnswer();
    };
    document.addEventListener("keydown", stop);
    return () => document.removeEventListener("keydown", stop);
  }, []);
  const follow = (): void => {
    const element = list.current;
    if (element) setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR);
  };
  const lastQuestion = shown.findLastIndex((message) => message.role === "user");
  return (
    <section class="conversation" aria-label={t("chat.label")}>
      <div ref={list} class="messages" tabindex={0} role="log" aria-live="off" aria-label={t("chat.label")} onScroll={follow}>
        {shown.length === 0 ? (
          <Empty />
        ) : (
          <div class="column">
            {shown.map((message, index) =>
              message.role === "user" ? (
                <QuestionView
                  key={message.id}
                  question={message}
                  canEdit={index === lastQuestion && !isWriting.value && modelState.value.kind === "ready"}
                />
              ) : (
                <AnswerView key={message.id} answer={message} isLast={index === shown.length - 1} />
              ),
            )}
          </div>
        )}
      </div>
      {!isFollowing && (
        <button type="button" class="to-end" onClick={() => setFollowing(true)}>
          <Icon name="down" />
          {t("chat.latest")}
        </button>
      )}
      <Composer />
    </section>
  );
}

function Empty() {
  const running = engine.value;
  const count = formatNumber(bundlePassages.value + documents.value.length, language.value);
  return (
    <div class="empty">
      <h2>{t("chat.empty")}</h2>
      <p>{hasSources.value ? t("chat.emptySources", { count }) : t("chat.emptyPlain")}</p>
      <p class="hushed">{t("app.private")}</p>
      {running && running.reason !== "webgpu" && <p class="hushed">{t(`reason.${running.reason}`)}</p>}
    </div>
  );
}

function toEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight;
}
