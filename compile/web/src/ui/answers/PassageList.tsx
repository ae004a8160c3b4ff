/** The passages of an answer, each a button that opens it. */
import { language, type MessageKey, t } from "../../i18n";
import type { Passage } from "../../search/types";
import { describe } from "../../storage/exporting";

interface Props {
  readonly passages: readonly Passage[];
  /** Which of them to show, counted from 1. */
  readonly numbers: readonly number[];
  readonly label: MessageKey;
  readonly onOpen: (n: number) => void;
}

export function PassageList({ passages, numbers, label, onOpen }: Props) {
  return (
    <section class="passages" aria-label={t(label)}>
      <p class="passages-label">{t(label)}</p>
      <ol>
        {numbers.map((n) => {
          const passage = passages[n - 1];
          return (
            passage && (
              <li key={n}>
                <button type="button" onClick={() => onOpen(n)}>
                  <span class="passage-number">{n}</span>
                  <span class="passage-title">{describe(passage, language.value)}</span>
                </button>
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}
