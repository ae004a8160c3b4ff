// What stands at the top: where one is, when the bot answers there, and how to start one.

import { el, icon, iconButton, toast } from "/page/dom.js";
import { openMenu } from "/page/menu.js";
import { kindOf, titleOf } from "/page/sidebar.js";
import { say, spoken } from "/page/words.js";

const MODES = [["modeOff", "끔", "off"], ["modeMention", "멘션", "mention"], ["modeRoots", "새글", "roots"], ["modeThreads", "스레드", "threads"]];
const STATUS = { ko: "상태", en: "status" };

/** The title of what is shown: `isHome` or a conversation. */
export function top(app, isHome) {
  const menu = iconButton("menu", say("openMenu"), () => app.showMenu(true), { class: "icon-button narrow-only" });
  if (isHome) return [menu, icon("home"), el("h1", {}, say("home"))];
  const { info } = app.conversation;
  const kind = kindOf(info);
  const word = { hash: "public", lock: "private", shared: "sharedKind", chat: "im" }[kind];
  const about = [say(word), say("members", { n: info.members.length }), !info.is_member && say("botAway")].filter(Boolean).join(" · ");
  const modes = kind !== "chat" && info.is_member && el("button", { type: "button", class: "button small", "aria-haspopup": "menu", "data-action": "mode", click: (event) => chooseMode(app, event.currentTarget) }, say("mode"));
  return [menu, icon(kind), el("div", { class: "title" }, el("h1", { dir: "auto" }, titleOf(app, info)), el("p", { class: "quiet small" }, about)), modes];
}

/** The bot keeps the mode; its own answer says what holds, to this person alone. */
function chooseMode(app, opener) {
  const korean = spoken() === "ko";
  const verb = korean ? "모드" : "mode";
  openMenu(opener, [
    ...MODES.map(([label, ko, en]) => ({ label: say(label), note: `/malmoi ${verb} ${korean ? ko : en}`, run: () => app.command("malmoi", `${verb} ${korean ? ko : en}`) })),
    { label: say("modeStatus"), note: `/malmoi ${STATUS[spoken()]}`, run: () => app.command("malmoi", STATUS[spoken()]) },
  ]);
}

/** No bot is connected: the commands that start one. */
export function away({ api_url: url, bot_token: bot, app_token: app }) {
  const commands = `export SLACK_API_URL=${url}\nexport SLACK_BOT_TOKEN=${bot} SLACK_APP_TOKEN=${app}\nmalmoi slack run`;
  const copy = async () => {
    await navigator.clipboard.writeText(commands);
    toast(say("copied"));
  };
  return [el("p", {}, el("strong", {}, say("away")), " ", say("awayHow")), el("pre", { tabindex: "0" }, commands), el("button", { type: "button", class: "button", "data-action": "copy", click: copy }, icon("copy"), say("copy"))];
}
