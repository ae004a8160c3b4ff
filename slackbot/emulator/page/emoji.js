// The emoji that the page offers are drawn, so that no font is needed; others are characters or names.

import { el, icon } from "/page/dom.js";

const DRAWN = {
  "+1": "up", thumbsup: "up", "-1": "unliked", thumbsdown: "unliked", eyes: "eye", books: "book",
  white_check_mark: "check", tada: "spark", hourglass: "wait", hourglass_flowing_sand: "wait", zap: "bolt",
};
const CHARACTERS = {
  heart: "❤️", pray: "🙏", smile: "😄", thinking_face: "🤔", warning: "⚠️", x: "❌", bulb: "💡", memo: "📝",
  mag: "🔍", lock: "🔒", wave: "👋", speech_balloon: "💬", question: "❓", fire: "🔥", rocket: "🚀",
};

/** Offered on messages; `books` saves the thread where the bot keeps its usual policy. */
export const OFFERED = ["+1", "books", "white_check_mark", "tada"];

export function emoji(name) {
  const plain = name.split("::")[0];
  if (DRAWN[plain]) return el("span", { class: `emoji emoji-${DRAWN[plain]}`, role: "img", "aria-label": plain }, icon(DRAWN[plain]));
  return el("span", { class: "emoji" }, CHARACTERS[plain] ?? `:${plain}:`);
}
