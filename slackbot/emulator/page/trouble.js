// The panel that breaks things, with what goes out to the bot and what it calls.

import { act } from "/page/api.js";
import { el, iconButton, toast } from "/page/dom.js";
import { say } from "/page/words.js";

const POST = "chat.postMessage";
const fail = (kind, more = {}) => () => act("fail", { method: POST, kind, ...more });
const disconnect = (reason) => () => act("disconnect", { reason });

const ACTS = {
  limited: fail("ratelimited", { seconds: 2 }),
  down: fail("unavailable"),
  lostReply: fail("lost_reply"),
  reset: fail("reset"),
  refresh: disconnect("refresh_requested"),
  closeSocket: disconnect("close"),
  abort: disconnect("abort"),
  refuse: () => act("settings", { refuse_connections: 30 }),
  streams: () => act("close_streams"),
};

export class TroublePanel {
  constructor(app) {
    this.app = app;
    this.node = el("section", { class: "trouble", id: "trouble", hidden: true });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  toggle() {
    this.node.hidden = this.isOpen;
    document.querySelector("#show-trouble").setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.say();
  }

  /** Write the panel in the language of now. */
  say() {
    this.waiting = el("p", { class: "small waiting", role: "status" });
    this.events = el("ol", { class: "log", tabindex: "0", "aria-label": say("events") });
    this.calls = el("ol", { class: "log", tabindex: "0", "aria-label": say("calls") });
    const verbs = ["redeliver", ...Object.keys(ACTS)].map((name) =>
      el("button", { type: "button", class: "break", "data-break": name, click: () => this.run(name) }, el("strong", {}, say(name)), el("small", {}, say(`${name}Why`))),
    );
    this.node.setAttribute("aria-label", say("trouble"));
    this.node.replaceChildren(
      el("header", {}, el("h2", {}, say("trouble")), el("p", { class: "quiet small" }, say("troubleIntro")), iconButton("close", say("close"), () => this.app.toggleTrouble())),
      this.waiting,
      el("div", { class: "columns" }, el("div", { class: "breaks" }, verbs), el("div", {}, el("h3", {}, say("events")), this.events), el("div", {}, el("h3", {}, say("calls")), this.calls)),
    );
    this.show();
  }

  async run(name) {
    const last = this.app.world.sent().findLast((one) => one.kind === "events_api");
    if (name === "redeliver" && !last) {
      toast(say("noEvents"));
      return;
    }
    const done = await this.app.attempt(name === "redeliver" ? () => act("redeliver", { event_id: last.id }) : ACTS[name]);
    if (done) toast(say("done", { what: say(name) }));
  }

  show() {
    const { recent, trouble } = this.app.world;
    const { faults, refusing_connections: refusing } = trouble;
    const parts = faults.map((one) => say("pending", { what: `${one.method} ${one.next.kind} ×${one.waiting}` }));
    if (refusing > 0) parts.push(say("refusing", { n: Math.ceil(refusing) }));
    this.waiting.textContent = parts.join(" · ");
    fill(this.events, this.app.world.sent(), (one) => [
      el("code", {}, one.id.startsWith("Ev") ? one.id : one.id.slice(0, 8)),
      el("span", {}, one.what),
      one.times > 1 && el("span", { class: "times" }, say("delivered", { n: one.times })),
      el("span", { class: one.acked_at === null ? "bad" : "quiet" }, one.acked_at === null ? say("waiting") : say("acked", { ms: Math.max(0, Math.round((one.acked_at - one.sent_at) * 1000)) })),
    ]);
    fill(this.calls, recent.calls, (one) => [
      el("code", {}, one.method),
      el("span", { class: one.ok && !one.fault ? "quiet" : "bad" }, [one.status, one.error || one.fault].filter(Boolean).join(" ")),
    ]);
  }
}

function fill(list, entries, row) {
  const newest = [...entries].reverse();
  list.replaceChildren(...(newest.length ? newest.map((one) => el("li", {}, row(one))) : [el("li", { class: "quiet" }, say("noEvents"))]));
}
