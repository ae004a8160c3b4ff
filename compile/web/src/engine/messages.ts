/** What is sent to web-llm in place of what was said, so that the model reads what its chat template writes. */

import type { ChatMessage } from "./types";

/** The part of mlc-chat-config.json's `conv_template` that says where web-llm fills in what was said. */
export interface Placeholders {
  readonly role_templates?: Readonly<Record<string, string>>;
}

/**
 * An empty system message is left out, so that the model has its own; blanks around what was said go where the
 * chat template removes them; and what web-llm's `String.replace` would take for a pattern is doubled.
 */
export function asSent(messages: readonly ChatMessage[], trim: boolean, template: Placeholders): ChatMessage[] {
  return messages
    .map((message) => ({ ...message, content: trim ? message.content.trim() : message.content }))
    .filter((message) => message.role !== "system" || message.content !== "")
    .map((message) => ({ ...message, content: escaped(message, template) }));
}

/**
 * With the system message that web-llm writes where there is none, so that both engines read the same; null where
 * it is not known. An empty one counts as none.
 */
export function withSystem(messages: readonly ChatMessage[], own: string | null): ChatMessage[] {
  const said = messages.filter(({ role, content }) => role !== "system" || content !== "");
  return own && said[0]?.role !== "system" ? [{ role: "system", content: own }, ...said] : said;
}

function escaped({ role, content }: ChatMessage, template: Placeholders): string {
  if (role === "system") return literal(content);
  if (template.role_templates?.[role] === undefined) return content;
  // web-llm takes the first `{function_string}` of a filled role template away.
  return literal(content.replace("{function_string}", "{function_string}{function_string}"));
}

/** Text that `String.replace` puts in as it stands: `$$`, `$&`, `` $` `` and `$'` have meanings there. */
function literal(text: string): string {
  return text.replace(/\$(?=[$&`'])/g, "$$$$");
}

/**
 * Leave out turns, oldest first, until the conversation fits. The system message and the last question stay.
 *
 * `tokens` estimates one message with all that the template writes around it; `room` is what the conversation
 * may take.
 */
export function shortened(
  messages: readonly ChatMessage[],
  tokens: (message: ChatMessage) => number,
  room: number,
): { readonly messages: readonly ChatMessage[]; readonly dropped: number } {
  let kept = { messages, dropped: 0 };
  while (kept.messages.reduce((sum, message) => sum + tokens(message), 0) > room) {
    const shorter = withoutOldest(kept.messages);
    if (shorter === null) break;
    kept = { messages: shorter, dropped: kept.dropped + 1 };
  }
  return kept;
}

/** The conversation without its first question and the answer to it; null when only one question is left. */
export function withoutOldest(messages: readonly ChatMessage[]): readonly ChatMessage[] | null {
  const first = messages.findIndex((message) => message.role !== "system");
  const next = messages.findIndex((message, at) => at > first && message.role === "user");
  if (first < 0 || next < 0) return null;
  return [...messages.slice(0, first), ...messages.slice(next)];
}
