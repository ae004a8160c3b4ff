/** One answer: its text, the passages behind it, how it ended and what can be done with it. */
import { useComputed } from "@preact/signals";
import { useState } from "preact/hooks";
import { formatBytes, formatNumber, language, t } from "../../i18n";
import { noteOf } from "../../storage/exporting";
import type { Answer, Figures } from "../../storage/types";
import { citationsOf } from "../asking/citations";
import { Icon } from "../parts/Icon";
import { answerAgain, type Draft, draft } from "../state/answering";
import { isWriting } from "../state/conversations";
import { modelState } from "../state/model";
import { say, sayFault } from "../state/notices";
import { AnswerText } from "./AnswerText";
import { PassageDialog } from "./PassageDialog";
import { PassageList } from "./PassageList";

export function AnswerView({ answer, isLast }: { readonly answer: Answer; readonly isLast: boolean }) {
  const [opened, setOpened] = useState<number | null>(null);
  // Only the answer that grows is drawn again with each word.
  const growing = useComputed(() => (draft.value?.id === answer.id ? draft.value : null)).value;
  const text = growing?.text || answer.text;
  const passage = opened === null ? undefined : answer.passages[opened - 1];
  return (
    <article class="answer" aria-label={t("chat.answer")} aria-busy={growing !== null}>
      {answer.covered ? (
        text && <AnswerText text={text} passages={answer.passages} onOpen={setOpened} />
      ) : (
        <p class="not-covered">{t("sources.none")}</p>
      )}
      {growing ? <Waiting draft={growing} hasPassages={answer.passages.length > 0} /> : <Ending answer={answer} />}
      {/* Reading them may take long: what is being read can be opened meanwhile. */}
      {growing?.stage === "reading" && answer.passages.length > 0 && (
        <PassageList
          passages={answer.passages}
          numbers={answer.passages.map((_, index) => index + 1)}
          label="sources.used"
          onOpen={setOpened}
        />
      )}
      {!growing && answer.passages.length > 0 && (
        <Sources answer={answer} onOpen={setOpened} />
      )}
      {!growing && answer.state !== "writing" && <Actions answer={answer} isLast={isLast} />}
      {passage && opened !== null && <PassageDialog n={opened} passage={passage} onClose={() => setOpened(null)} />}
    </article>
  );
}

/** The passages that are cited; where the model cites nothing itself, those that it was given, called no more than that. */
function Sources({ answer, onOpen }: { readonly answer: Answer; readonly onOpen: (n: number) => void }) {
  const { passages, covered, text } = answer;
  const all = passages.map((_, index) => index + 1);
  if (!covered) return <PassageList passages={passages} numbers={all} label="sources.nearest" onOpen={onOpen} />;
  const cited = citationsOf(text, passages.length).sort((one, other) => one - other);
  const label = cited.length > 0 ? "sources.cited" : "sources.used";
  return <PassageList passages={passages} numbers={cited.length > 0 ? cited : all} label={label} onOpen={onOpen} />;
}

function Waiting({ draft: { stage }, hasPassages }: { readonly draft: Draft; readonly hasPassages: boolean }) {
  if (stage === "writing") return <span class="caret" aria-hidden="true" />;
  const reading = hasPassages ? "chat.thinking" : "chat.thinkingPlain";
  const key = { searching: "chat.searching", reading, stopping: "chat.stopping" } as const;
  return (
    <p class="waiting">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {t(key[stage])}
    </p>
  );
}

function Ending({ answer }: { readonly answer: Answer }) {
  if (answer.state === "writing") return <p class="waiting">{t("chat.elsewhere")}</p>;
  const note = noteOf(answer);
  if (note) {
    return (
      <p class={answer.state === "failed" ? "ending fault" : "ending"}>
        {t(note)} {answer.fault && t(`fault.${answer.fault}`)}
      </p>
    );
  }
  return answer.covered && !answer.text.trim() ? <p class="ending">{t("chat.emptyAnswer")}</p> : null;
}

function Actions({ answer, isLast }: { readonly answer: Answer; readonly isLast: boolean }) {
  const canAnswer = isLast && !isWriting.value && modelState.value.kind === "ready";
  return (
    <div class="actions">
      {answer.covered && answer.text && (
        <button type="button" class="quiet" aria-label={t("chat.copy")} title={t("chat.copy")} onClick={() => copy(answer.text)}>
          <Icon name="copy" />
        </button>
      )}
      {isLast && (
        <button
          type="button"
          class="quiet"
          aria-label={t("chat.regenerate")}
          title={t("chat.regenerate")}
          disabled={!canAnswer}
          onClick={() => void answerAgain()}
        >
          <Icon name="again" />
        </button>
      )}
      {isLast && !answer.covered && (
        <button type="button" class="secondary small" disabled={!canAnswer} onClick={() => void answerAgain(false)}>
          {t("sources.askAnyway")}
        </button>
      )}
      {answer.figures && <FiguresLine figures={answer.figures} />}
    </div>
  );
}

function FiguresLine({ figures }: { readonly figures: Figures }) {
  const parts = [
    t(`engine.${figures.engine}`),
    t("chat.tokens", { count: formatNumber(figures.completionTokens, language.value) }),
    t("chat.tokensPerSecond", { rate: formatNumber(figures.decodeTokensPerSecond, language.value, 1) }),
  ];
  if (figures.memoryBytes !== null) {
    parts.push(t("chat.memory", { size: formatBytes(figures.memoryBytes, language.value) }));
  }
  if (figures.droppedTurns) {
    parts.push(t("chat.dropped", { count: formatNumber(figures.droppedTurns, language.value) }));
  }
  if (figures.isLoop) parts.push(t("chat.loop"));
  return <span class="figures">{parts.join(" · ")}</span>;
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say("chat.copied");
  } catch {
    sayFault("chat.copyFailed");
  }
}
