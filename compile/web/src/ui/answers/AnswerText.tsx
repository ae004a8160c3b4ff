/** Markdown as it is shown: an answer, or a passage of a Markdown file. Until the renderer is there it is shown as it stands. */
import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { language, t } from "../../i18n";
import type { Passage } from "../../search/types";
import type { Rendering } from "./markdown";

const renderer = signal<typeof import("./safe") | null>(null);

/** Fetch the renderer ahead of the first answer. */
export async function loadRenderer(): Promise<void> {
  renderer.value = await import("./safe");
}

interface Props {
  readonly text: string;
  readonly passages: readonly Passage[];
  readonly onOpen?: (n: number) => void;
}

export function AnswerText({ text, passages, onOpen }: Props) {
  const blocks = useMemo(() => {
    const rendering: Rendering = {
      passages: passages.length,
      label: (n) => t("sources.open", { n, title: passages[n - 1]?.title || t("sources.untitled") }),
    };
    return renderer.value?.safeBlocks(text, rendering);
  }, [renderer.value, text, passages, language.value]);
  if (!blocks) return <div class="prose plain">{text}</div>;
  const open = (event: MouseEvent): void => {
    const cited = (event.target as Element).closest<HTMLElement>("[data-passage]");
    if (cited) onOpen?.(Number(cited.dataset.passage));
  };
  return (
    <div class="prose" onClick={open}>
      {blocks.map((block, index) => (
        <div key={index} dangerouslySetInnerHTML={{ __html: block.html }} />
      ))}
    </div>
  );
}
