/** The text format in which numbered sources and a question are handed to the model: that of chat/sources.py. */

// What templates of chat models, and our own marks of sources, are made of.
const PROTOCOL =
  /<[|｜]|[|｜]>|<\/?s>|<\/?(?:bos|eos|pad|unk|mask)>|<\/?(?:start|end)_of_turn>|<<\/?SYS>>|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<\/?(?:tool_call|tool_response|tools|function_call|think|system|assistant|user)\b|\[\d{1,3}\]/giu;

const INERT: Readonly<Record<string, string>> = { "<": "＜", ">": "＞", "|": "｜", "[": "［", "]": "］" };

export interface NumberedSource {
  readonly n: number;
  readonly title: string;
  readonly text: string;
}

/** The text with tokens of chat templates and `[1]` in wide characters, which mean nothing to a model. */
export function asData(text: string): string {
  return text.replace(PROTOCOL, (found) => found.replace(/[<>|[\]]/g, (one) => INERT[one] ?? one));
}

/**
 * Sources, numbered from 1, and the question, as one message. The fence grows until no text holds a line that
 * starts with it: a source cannot close its own fence and pose as another one or as the question.
 */
export function renderSources(sources: readonly NumberedSource[], question: string): string {
  const texts = sources.map((source) => asData(source.text));
  const asked = asData(question);
  const fence = fenceFor([...texts, asked]);
  const blocks = sources.map(
    (source, index) => `${fence} source ${source.n}: ${asData(oneLine(source.title))}\n${texts[index]}`,
  );
  return [...blocks, `${fence} question\n${asked}`, `${fence} end`].join("\n");
}

function fenceFor(texts: readonly string[]): string {
  const runs = texts.flatMap((text) => text.match(/^=+/gmu) ?? []);
  const longest = runs.reduce((most, run) => Math.max(most, run.length), 0);
  return "=".repeat(Math.max(3, longest + 1));
}

function oneLine(text: string): string {
  return text.split(/\s+/u).filter(Boolean).join(" ");
}
