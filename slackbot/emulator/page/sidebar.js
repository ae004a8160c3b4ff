// Who I am, the conversations that I am in, the app.

import { el, icon, iconButton } from "/page/dom.js";
import { avatar } from "/page/message.js";
import { say } from "/page/words.js";

const KINDS = { is_im: "chat", is_group: "lock", is_mpim: "chat" };

export function kindOf(info) {
  const found = Object.keys(KINDS).find((name) => info[name]);
  if (found) return KINDS[found];
  return info.is_ext_shared ? "shared" : "hash";
}

/** What a conversation is called for the person who looks at it. */
export function titleOf(app, info) {
  if (!info.is_im && !info.is_mpim) return info.name;
  const others = info.members.filter((member) => member !== app.me.id);
  return others.map((member) => app.world.nameOf(member)).join(", ") || info.name;
}

export function sidebar(app) {
  const mine = app.conversations();
  const direct = (one) => one.info.is_im || one.info.is_mpim;
  const row = (one) => channelRow(app, one);
  const chat = mine.some((one) => app.isWithBot(one.info)) ? null : entry("chat", app.bot.real_name, () => app.openDirect());
  const workspace = app.world.workspaces.find((one) => one.id === app.me.workspace);
  return [
    el("header", { class: "workspace" }, el("strong", { dir: "auto" }, workspace.name), iconButton("close", say("closeMenu"), () => app.showMenu(false), { class: "icon-button narrow-only" })),
    who(app),
    el(
      "nav",
      { "aria-label": say("channels") },
      el("h2", {}, say("channels"), iconButton("plus", say("newChannel"), () => app.newChannel())),
      el("ul", {}, mine.filter((one) => !direct(one)).map(row)),
      el("h2", {}, say("direct")),
      el("ul", {}, mine.filter(direct).map(row), chat),
      el("h2", {}, say("app")),
      el("ul", {}, entry("home", say("home"), () => app.openHome(), app.isHome), entry("spark", say("assistant"), () => app.openAssistant())),
    ),
    foot(app),
  ];
}

function who(app) {
  const people = app.world.people.filter((one) => !one.is_bot);
  const choose = el(
    "select",
    { "aria-label": say("me"), "data-action": "me", change: () => app.become(choose.value) },
    app.world.workspaces.map((workspace) =>
      el("optgroup", { label: workspace.name }, people.filter((one) => one.workspace === workspace.id).map((one) => el("option", { value: app.keyOf(one), selected: one.id === app.me.id }, `${one.real_name} (${one.locale.slice(0, 2)})`))),
    ),
  );
  return el("label", { class: "who" }, avatar(app.me.id, app.me.real_name, false), choose);
}

function entry(drawn, words, click, isCurrent = false, unread = 0) {
  const count = unread > 0 && el("span", { class: "count", "aria-label": say("unread", { n: unread }) }, String(Math.min(unread, 99)));
  const attributes = { type: "button", class: unread ? "channel unread" : "channel", "aria-current": isCurrent ? "page" : null, "data-action": `open ${words}`, click };
  return el("li", {}, el("button", attributes, icon(drawn), el("span", { class: "name", dir: "auto" }, words), count));
}

function channelRow(app, conversation) {
  const isCurrent = !app.isHome && app.conversation?.id === conversation.id;
  const open = () => app.openChannel(conversation.id);
  return entry(kindOf(conversation.info), titleOf(app, conversation.info), open, isCurrent, isCurrent ? 0 : app.unread(conversation));
}

function foot(app) {
  const connections = app.world.connections;
  return el(
    "footer",
    {},
    !app.start.request_url && el("p", { class: connections ? "connection on" : "connection" }, connections ? say("connected", { n: connections }) : say("away")),
    el("button", { type: "button", class: "foot", id: "show-trouble", "data-action": "trouble", "aria-expanded": String(app.trouble.isOpen), "aria-controls": "trouble", click: () => app.toggleTrouble() }, icon("bolt"), say("trouble")),
    el("button", { type: "button", class: "foot", "data-action": "language", lang: say("language") === "English" ? "en" : "ko", click: () => app.switchLanguage() }, say("language")),
  );
}
