/** The passage behind a citation: its text, the headings above it, where it is from. */
import { t } from "../../i18n";
import type { Passage } from "../../search/types";
import { Dialog } from "../parts/Dialog";
import { AnswerText } from "./AnswerText";

interface Props {
  readonly n: number;
  readonly passage: Passage;
  readonly onClose: () => void;
}

export function PassageDialog({ n, passage, onClose }: Props) {
  const headings = passage.headings.filter((heading) => heading !== passage.title);
  const isMarkdown = /\.(?:md|markdown)$/i.test(passage.source);
  return (
    <Dialog kind="side" title={t("sources.passage", { n })} onClose={onClose}>
      <article class="passage">
        <h3>{passage.title || t("sources.untitled")}</h3>
        {headings.length > 0 && <p class="passage-path">{headings.join(" › ")}</p>}
        <div class={isMarkdown ? "passage-text" : "passage-text plain"}>
          {isMarkdown ? <AnswerText text={passage.text} passages={[]} /> : passage.text}
        </div>
        <footer class="passage-from">
          {passage.own && <span class="tag">{t("sources.own")}</span>}
          <Origin source={passage.source} />
          {passage.page !== null && <span>{t("sources.page", { page: passage.page })}</span>}
        </footer>
      </article>
    </Dialog>
  );
}

/** Where a passage is from; an address is a link, opened on a click alone. */
function Origin({ source }: { readonly source: string }) {
  if (!source) return null;
  if (!/^https?:\/\//.test(source)) return <span>{source}</span>;
  return (
    <a href={source} target="_blank" rel="noopener noreferrer">
      {source}
    </a>
  );
}
