// One message, and what can be done with it.

import { act } from "/page/api.js";
import { rendered } from "/page/blocks.js";
import { el, icon, iconButton, toast } from "/page/dom.js";
import { OFFERED, emoji } from "/page/emoji.js";
import { openMenu } from "/page/menu.js";
import { mrkdwn, retyped, typed } from "/page/mrkdwn.js";
import { clock, day, dayKey, fullTime, say, spoken } from "/page/words.js";

const TOGETHER_S = 300;

/** The items of a list: days, messages, and what only this person sees, by time. */
export function itemsOf(app, messages, whispers, { inThread }) {
  const items = [];
  const all = whispers.length ? [...messages, ...whispers].sort((a, b) => (a.ts < b.ts ? -1 : 1)) : messages;
  let before = null;
  for (const message of all) {
    const today = dayKey(message.ts);
    if (!before || today !== dayKey(before.ts)) items.push(separator(message.ts, today));
    const joins = before && follows(before, message, today);
    items.push(whispers.includes(message) ? whisper(app, message) : said(app, message, { inThread, joins }));
    before = message;
  }
  return items;
}

function follows(before, message, today) {
  const near = Number(message.ts) - Number(before.ts) < TOGETHER_S && dayKey(before.ts) === today;
  return near && before.user === message.user && !before.channel && !message.channel && before.subtype !== "tombstone" && !(before.reply_count > 0);
}

function separator(ts, today) {
  const make = () => el("div", { class: "day" }, el("span", {}, day(ts)));
  return { key: `day ${today}`, sign: `${today} ${spoken()}`, make };
}

function said(app, message, { inThread, joins }) {
  const conversation = app.conversation;
  const entry = conversation.messages.get(message.ts);
  const replies = inThread ? [] : (conversation.indexed.replies.get(message.ts) ?? []);
  const editing = app.editing === message.ts;
  const status = inThread ? "" : (app.world.status(conversation.id, message.ts)?.status ?? "");
  const pressed = app.pressedIn(message.ts);
  const last = replies.at(-1)?.ts ?? "";
  const sign = editing ? "editing" : [entry.version, replies.length, last, status, pressed, joins, app.me.id, spoken()].join(" ");
  return { key: message.ts, sign, make: () => node(app, message, { replies, status, editing, joins, inThread }) };
}

function whisper(app, message) {
  const sign = JSON.stringify([message, app.pressedIn(message.ts), spoken()]);
  const make = () => {
    const note = el("p", { class: "only-you" }, icon("eye"), el("span", {}, say("onlyYou")), el("button", { type: "button", class: "link", click: () => app.dismiss(message.ts) }, say("dismiss")));
    return frame(app, { ...message, user: app.bot.id }, { joins: false, private: true }, note, content(app, message));
  };
  return { key: `whisper ${message.ts}`, sign, make };
}

function node(app, message, { replies, status, editing, joins, inThread }) {
  if (message.subtype === "tombstone") return frame(app, message, { joins: false }, el("p", { class: "quiet" }, say("deleted")), repliesLine(app, message, replies, status));
  if (message.subtype === "assistant_app_thread") {
    const title = app.world.status(app.conversation.id, message.ts)?.title;
    return frame(app, message, { joins: false }, el("p", { class: "assistant-mark" }, icon("spark"), title || say("assistantThread")), repliesLine(app, message, replies, status));
  }
  return frame(
    app,
    message,
    { joins },
    message.subtype === "thread_broadcast" && !inThread && el("p", { class: "quiet small" }, el("button", { type: "button", class: "link", click: () => app.openThread(message.thread_ts) }, say("inThread"))),
    editing ? editor(app, message) : content(app, message),
    reactions(app, message),
    repliesLine(app, message, replies, status),
  );
}

function frame(app, message, { joins, private: isPrivate = false }, ...inside) {
  const name = app.world.nameOf(message.user);
  const isBot = Boolean(message.bot_id || app.world.person(message.user)?.is_bot);
  const classes = ["message", joins && "joins", isPrivate && "private", message.streaming && "streaming"].filter(Boolean).join(" ");
  const attributes = { class: classes, tabindex: "-1", "data-ts": message.ts, role: "article", "aria-label": `${name}, ${fullTime(message.ts)}`, "aria-busy": message.streaming ? "true" : null };
  const time = el("time", { title: fullTime(message.ts), datetime: new Date(message.ts * 1000).toISOString() }, clock(message.ts));
  const head = !joins && el("p", { class: "head" }, el("strong", { dir: "auto" }, name), isBot && el("span", { class: "badge" }, say("appMark")), time);
  return el("div", attributes, joins ? el("div", { class: "gutter" }, time) : avatar(message.user, name, isBot), el("div", { class: "body" }, head, inside));
}

export function avatar(id, name, isBot) {
  let sum = 0;
  for (const letter of id ?? "") sum = (sum * 31 + letter.charCodeAt(0)) % 6;
  return el("div", { class: isBot ? "avatar bot" : `avatar tone-${sum}`, "aria-hidden": "true" }, [...name][0] ?? "?");
}

function content(app, message) {
  const place = {
    names: app.names,
    use: (element, value) => app.use({ channel: app.conversation.id, ts: message.ts }, element, value),
    chosen: (element) => app.pressed.get(`${message.ts} ${element.action_id}`),
  };
  const words = message.blocks?.length ? rendered(message.blocks, place) : [el("div", { class: "words", dir: "auto" }, mrkdwn(message.text, app.names))];
  return [
    words,
    message.edited && message.user !== app.bot.id && el("span", { class: "quiet small" }, ` ${say("edited")}`),
    message.streaming && el("span", { class: "writing" }, say("streaming")),
  ];
}

function reactions(app, message) {
  if (!message.reactions?.length) return null;
  return el(
    "div",
    { class: "reactions" },
    message.reactions.map(({ name, users }) => {
      const mine = users.includes(app.me.id);
      const who = users.map((user) => app.world.nameOf(user)).join(", ");
      const attributes = { type: "button", class: "reaction", "aria-pressed": String(mine), title: `:${name}: ${who}`, "aria-label": `:${name}: ${who}`, "data-action": `react-${name}`, click: () => react(app, message, name) };
      return el("button", attributes, emoji(name), el("span", {}, String(users.length)));
    }),
  );
}

function repliesLine(app, message, replies, status) {
  if (!replies.length && !status) return null;
  const bot = status && el("span", { class: "status-mark" }, `${app.bot.real_name}: ${status}`);
  if (!replies.length) return el("p", { class: "replies" }, bot);
  const faces = [...new Set(replies.map((reply) => reply.user))].slice(0, 4).map((user) => avatar(user, app.world.nameOf(user), user === app.bot.id));
  const open = el(
    "button",
    { type: "button", class: "open-thread", "data-action": "thread", click: () => app.openThread(message.ts) },
    el("span", { class: "faces" }, faces),
    el("strong", {}, say(replies.length === 1 ? "oneReply" : "replies", { n: replies.length })),
    el("span", { class: "quiet small" }, say("last", { time: clock(replies.at(-1).ts) })),
  );
  return el("p", { class: "replies" }, open, bot);
}

function editor(app, message) {
  const people = app.peopleHere();
  const field = el("textarea", { class: "text-input", rows: 3, dir: "auto", "aria-label": say("edit") });
  field.value = retyped(message.text, people);
  const done = () => {
    app.editing = "";
    app.render();
  };
  const save = async () => {
    const text = field.value.trim();
    if (text) await app.attempt(() => act("edit", { channel: app.conversation.id, ts: message.ts, text: typed(text, people) }));
    done();
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") done();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  });
  setTimeout(() => field.focus());
  const cancel = el("button", { type: "button", class: "button", click: done }, say("cancel"));
  return el("div", { class: "editor" }, field, el("div", { class: "buttons" }, cancel, el("button", { type: "button", class: "button primary", click: save }, say("save"))));
}

function react(app, message, name) {
  const remove = Boolean(message.reactions?.find((one) => one.name === name)?.users.includes(app.me.id));
  return app.attempt(() => act("react", { channel: app.conversation.id, ts: message.ts, name, user: app.me.id, remove }));
}

/** The tools of the message under the pointer or the focus; there is one set for a whole list. */
export function tools(app, list, { inThread }) {
  let current = null;
  const show = (event) => {
    const found = event.target.closest?.(".message");
    if (!found || found.querySelector(":scope > .tools")) return;
    const message = app.conversation.messages.get(found.dataset.ts)?.message;
    if (!message || message.subtype === "tombstone" || found.classList.contains("private")) return;
    current?.remove();
    current = toolbar(app, message, inThread);
    found.append(current);
  };
  list.addEventListener("pointerover", show);
  list.addEventListener("focusin", show);
  list.addEventListener("pointerleave", () => {
    if (current && !current.closest(".message")?.contains(document.activeElement)) current.remove();
  });
}

function toolbar(app, message, inThread) {
  const quick = OFFERED.map((name) => el("button", { type: "button", class: "icon-button", title: `:${name}:`, "aria-label": say("react", { name }), click: () => react(app, message, name) }, emoji(name)));
  const reply = !inThread && iconButton("chat", say("startThread"), () => app.openThread(message.thread_ts || message.ts));
  const more = iconButton("dots", say("more"), (event) => openMenu(event.currentTarget, choices(app, message)), { "aria-haspopup": "menu" });
  return el("div", { class: "tools" }, quick, reply, more);
}

function choices(app, message) {
  const mine = message.user === app.me.id;
  const shortcuts = app.world.app.shortcuts.filter((one) => one.type === "message");
  return [
    ...shortcuts.map((one) => ({ label: one.name, note: one.description, icon: "spark", run: () => shortcut(app, message, one.callback_id) })),
    mine && { label: say("edit"), run: () => ((app.editing = message.ts), app.render()) },
    mine && { label: say("remove"), danger: true, run: () => app.attempt(() => act("delete", { channel: app.conversation.id, ts: message.ts })) },
  ].filter(Boolean);
}

async function shortcut(app, message, callback) {
  const answer = await app.attempt(() => act("shortcut", { channel: app.conversation.id, ts: message.ts, callback_id: callback, user: app.me.id }));
  if (answer && !answer.acked) toast(app.unacked());
}
