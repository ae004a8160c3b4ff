// The page: who looks at what, and the loop that follows the emulator.

import { act, look } from "/page/api.js";
import { Composer } from "/page/composer.js";
import { el, iconButton, toast } from "/page/dom.js";
import { MessageList } from "/page/list.js";
import { itemsOf, tools } from "/page/message.js";
import { typed } from "/page/mrkdwn.js";
import { kindOf, sidebar, titleOf } from "/page/sidebar.js";
import { away, top } from "/page/top.js";
import { TroublePanel } from "/page/trouble.js";
import { Modals, home, newChannel } from "/page/views.js";
import { say, speak, spoken } from "/page/words.js";
import { World } from "/page/world.js";

const LONGEST_WAIT_S = 25;
const REST_MS = 40; // between two readings, so that a burst of changes is drawn together
const COMMAND = /^\/([a-z][\w-]*)(?:\s+([\s\S]*))?$/;

const rest = (ms) => new Promise((resume) => setTimeout(resume, ms));
const byId = (id) => document.getElementById(id);

class App {
  constructor(start) {
    this.start = start;
    this.world = new World();
    this.pressed = new Map();
    this.dismissed = new Set();
    this.read = {};
    this.editing = "";
    this.isHome = false;
    this.isLost = false;
    this.thread = "";
    this.signs = {};
    this.names = {
      user: (id) => this.world.nameOf(id),
      channel: (id) => this.world.conversations.get(id)?.info.name ?? id,
      isMe: (id) => id === this.me.id,
    };
    this.trouble = new TroublePanel(this);
    this.modals = new Modals(this);
    this.build();
  }

  build() {
    const people = () => this.peopleHere();
    this.header = el("header", { class: "top" });
    this.banner = el("div", { class: "banner", role: "status", hidden: true });
    this.list = new MessageList("");
    this.composer = new Composer({ people, send: (text) => this.say(text, "") });
    this.homeView = el("div", { class: "home", hidden: true });
    byId("main").append(this.header, this.banner, this.homeView, this.list.node, this.composer.node);
    byId("app").append(this.trouble.node);
    this.threadHeader = el("header", { class: "top" });
    this.threadList = new MessageList("");
    this.prompts = el("div", { class: "prompts" });
    this.status = el("p", { class: "status", role: "status" });
    this.threadComposer = new Composer({ people, withBroadcast: true, send: (text, broadcast) => this.say(text, this.thread, broadcast) });
    byId("thread").append(this.threadHeader, this.threadList.node, this.prompts, this.status, this.threadComposer.node);
    tools(this, this.list.list, { inThread: false });
    tools(this, this.threadList.list, { inThread: true });
  }

  // What is looked at.

  get bot() {
    return this.world.bot(this.me.workspace);
  }

  get conversation() {
    return this.world.conversations.get(this.channel);
  }

  keyOf(person) {
    const same = this.world.people.filter((one) => one.name === person.name);
    return same.length > 1 ? person.id : person.name;
  }

  conversations() {
    return [...this.world.conversations.values()].filter((one) => one.info.team === this.me.workspace && one.info.members.includes(this.me.id));
  }

  team() {
    return this.world.people.filter((one) => one.workspace === this.me.workspace && one.team_id === this.me.workspace);
  }

  peopleHere() {
    const members = this.conversation?.info.members ?? [];
    const here = this.world.people.filter((one) => members.includes(one.id) && one.id !== this.me.id);
    return [...here].sort((a, b) => (b.id === this.bot.id) - (a.id === this.bot.id));
  }

  isWithBot(info) {
    return info.is_im && info.members.includes(this.me.id) && info.members.includes(this.bot.id);
  }

  whispers(thread) {
    return this.me.ephemerals.filter((one) => one.channel === this.channel && (one.thread_ts || "") === thread && !this.dismissed.has(one.ts));
  }

  pressedIn(ts) {
    return [...this.pressed].filter(([key]) => key.startsWith(`${ts} `)).map(([, value]) => value).join();
  }

  unread(conversation) {
    const from = this.read[conversation.id] ?? "";
    let count = 0;
    for (const { message } of conversation.messages.values()) count += message.ts > from && message.user !== this.me.id;
    return count;
  }

  // Where to go.

  become(key) {
    const people = this.world.people.filter((one) => !one.is_bot);
    this.me = people.find((one) => key && this.keyOf(one) === key) ?? people[0];
    speak(localStorage.getItem("language") ?? (this.me.locale.startsWith("ko") ? "ko" : "en"));
    const stored = sessionStorage.getItem(`read ${this.me.id}`);
    this.read = stored ? JSON.parse(stored) : Object.fromEntries(this.conversations().map((one) => [one.id, [...one.messages.keys()].at(-1) ?? ""]));
    this.pressed.clear();
    this.editing = "";
    const mine = this.conversations();
    if (!mine.some((one) => one.id === this.channel)) {
      this.channel = mine[0]?.id;
      this.thread = "";
    }
    this.turn();
  }

  openChannel(id) {
    this.isHome = false;
    this.channel = id;
    this.thread = "";
    this.turn();
    this.composer.field.focus();
  }

  openThread(ts) {
    this.thread = ts;
    this.turn();
    this.threadComposer.field.focus();
  }

  closeThread() {
    this.thread = "";
    this.turn();
    this.composer.field.focus();
  }

  /** Another conversation is shown: the lists begin anew, the address says where we are. */
  turn() {
    const shown = `${this.me.id} ${this.channel} ${spoken()}`;
    if (this.shown !== shown) this.list.clear();
    if (this.shownThread !== shown + this.thread) this.threadList.clear();
    this.shown = shown;
    this.shownThread = shown + this.thread;
    this.editing = "";
    const query = new URLSearchParams({ as: this.keyOf(this.me) });
    if (this.isHome) query.set("home", "1");
    else if (this.channel) query.set("in", this.channel);
    if (this.thread) query.set("thread", this.thread);
    history.replaceState(null, "", `?${query}`);
    this.showMenu(false);
    this.render();
  }

  showMenu(isOpen) {
    document.body.classList.toggle("menu-open", isOpen);
  }

  async openDirect() {
    const found = this.conversations().find((one) => this.isWithBot(one.info));
    const made = found ?? (await this.attempt(() => act("channel", { name: this.me.name, kind: "im", people: [this.me.id], team: this.me.workspace })));
    if (made) this.wanted = made.id;
    this.render();
  }

  async openHome() {
    this.isHome = true;
    this.thread = "";
    this.turn();
    await this.attempt(() => act("home", { user: this.me.id, team: this.me.workspace }));
  }

  async openAssistant() {
    const viewing = this.conversation && !this.isWithBot(this.conversation.info) ? this.channel : "";
    const made = await this.attempt(() => act("assistant", { user: this.me.id, viewing, team: this.me.workspace }));
    if (made) [this.wanted, this.wantedThread] = [made.channel, made.ts];
    this.render();
  }

  newChannel() {
    newChannel(this);
  }

  toggleTrouble() {
    this.trouble.toggle();
    this.showMenu(false);
    this.render();
    if (this.trouble.isOpen) this.trouble.node.querySelector("button.break").focus();
  }

  switchLanguage() {
    localStorage.setItem("language", spoken() === "ko" ? "en" : "ko");
    speak(localStorage.getItem("language"));
    if (this.trouble.isOpen) this.trouble.say();
    this.turn();
  }

  // What a person does.

  async attempt(work) {
    try {
      return await work();
    } catch (error) {
      toast(say("failed", { reason: error.message }));
      return null;
    }
  }

  unacked() {
    return say("unacked", { seconds: this.world.trouble.settings.ack_timeout });
  }

  async say(text, thread, broadcast = false) {
    const command = thread ? null : text.match(COMMAND);
    if (command) return this.command(command[1], command[2] ?? "");
    const body = { channel: this.channel, user: this.me.id, text: typed(text, this.peopleHere()), thread_ts: thread, broadcast };
    return Boolean(await this.attempt(() => act("say", body)));
  }

  async command(name, text) {
    const answer = await this.attempt(() => act("command", { channel: this.channel, user: this.me.id, command: `/${name}`, text }));
    if (answer && !answer.acked) toast(this.unacked());
    return Boolean(answer);
  }

  /** Use an element of a message or of a view. */
  async use(place, element, value) {
    const team = this.me.workspace;
    const answer = await this.attempt(() => act("click", { ...place, action_id: element.action_id, value, user: this.me.id, team }));
    if (!answer) return;
    if (!answer.acked) toast(this.unacked());
    else if (place.ts && element.type === "feedback_buttons") this.pressed.set(`${place.ts} ${element.action_id}`, value);
    this.render();
  }

  dismiss(ts) {
    this.dismissed.add(ts);
    this.render();
  }

  // What is seen.

  render() {
    this.me = this.world.person(this.me.id);
    const [channel, thread] = [this.wanted, this.wantedThread];
    const arrived = this.world.conversations.get(channel);
    if (arrived && (!thread || arrived.messages.has(thread))) {
      this.wanted = this.wantedThread = undefined;
      this.openChannel(channel);
      if (thread) this.openThread(thread);
      return;
    }
    if (this.thread && !this.conversation?.messages.has(this.thread)) this.thread = "";
    this.seen();
    document.title = say("title");
    this.redraw("sidebar", byId("sidebar"), () => sidebar(this), [this.conversations().map((one) => [one.info, this.unread(one)]), this.isHome, this.world.connections, this.trouble.isOpen]);
    this.renderBanner();
    this.renderMain();
    this.renderThread();
    this.modals.show(this.me.modals);
    if (this.trouble.isOpen) this.trouble.show();
  }

  /** Draw a part anew where what it shows has changed; the focus stays where it was. */
  redraw(name, node, make, about) {
    const sign = JSON.stringify([about, this.me.id, this.channel, this.thread, spoken(), this.world.people.length]);
    if (this.signs[name] === sign) return;
    this.signs[name] = sign;
    const action = node.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    node.replaceChildren(...[make()].flat().filter(Boolean));
    if (action) [...node.querySelectorAll("[data-action]")].find((one) => one.dataset.action === action)?.focus();
  }

  seen() {
    const last = this.isHome || !this.conversation ? "" : [...this.conversation.messages.keys()].at(-1);
    if (!last || this.read[this.channel] === last) return;
    this.read[this.channel] = last;
    sessionStorage.setItem(`read ${this.me.id}`, JSON.stringify(this.read));
  }

  renderBanner() {
    const isAway = !this.world.connections && !this.start.request_url;
    this.banner.hidden = !isAway && !this.isLost;
    this.banner.classList.toggle("lost", this.isLost);
    if (this.banner.hidden) return;
    this.redraw("banner", this.banner, () => (this.isLost ? el("p", {}, say("lost")) : away(this.start)), this.isLost);
  }

  renderMain() {
    const conversation = this.conversation;
    const isHome = this.isHome || !conversation;
    this.homeView.hidden = !isHome;
    this.list.node.hidden = this.composer.node.hidden = isHome;
    this.redraw("top", this.header, () => top(this, isHome), [isHome, conversation?.info]);
    if (isHome) {
      this.redraw("home", this.homeView, () => home(this, this.me.home), this.me.home?.hash);
      return;
    }
    const title = titleOf(this, conversation.info);
    const { roots } = conversation.indexed;
    const items = itemsOf(this, roots, this.whispers(""), { inThread: false });
    this.list.list.setAttribute("aria-label", title);
    this.list.show(items.length ? items : [{ key: "empty", sign: spoken(), make: () => el("p", { class: "quiet empty" }, say("empty")) }]);
    this.composer.turnTo(`${this.me.id} ${this.channel}`, say("say", { place: kindOf(conversation.info) === "chat" ? title : `#${title}` }));
  }

  renderThread() {
    const isOpen = Boolean(this.thread) && !this.isHome;
    byId("thread").hidden = !isOpen;
    document.body.classList.toggle("thread-open", isOpen);
    if (!isOpen) return;
    const { messages, indexed, info } = this.conversation;
    const root = messages.get(this.thread).message;
    const about = this.world.status(this.channel, this.thread);
    const title = about?.title || say(root.subtype === "assistant_app_thread" ? "assistantThread" : "thread");
    this.redraw("thread", this.threadHeader, () => [el("div", { class: "title" }, el("h1", { dir: "auto" }, title), el("p", { class: "quiet small", dir: "auto" }, titleOf(this, info))), iconButton("close", say("closeThread"), () => this.closeThread())], title);
    const replies = indexed.replies.get(this.thread) ?? [];
    this.threadList.list.setAttribute("aria-label", title);
    this.threadList.show(itemsOf(this, [root, ...replies], this.whispers(this.thread), { inThread: true }));
    const suggested = replies.some((one) => one.user === this.me.id) ? null : (about?.suggested ?? this.world.status(this.channel, "")?.suggested);
    const offered = root.subtype === "assistant_app_thread" && suggested;
    const prompt = (one) => el("button", { type: "button", class: "button", dir: "auto", click: () => this.say(one.message, this.thread) }, one.title);
    this.redraw("prompts", this.prompts, () => (offered ? [el("p", { class: "quiet small" }, offered.title || say("suggested")), ...offered.prompts.map(prompt)] : []), offered);
    const status = about?.status ? `${this.bot.real_name}: ${about.status}` : "";
    if (this.status.textContent !== status) this.status.textContent = status;
    this.threadComposer.turnTo(`${this.me.id} ${this.channel} ${this.thread}`, say("reply"));
  }

  /** Follow the emulator for as long as the page is open. */
  async follow() {
    for (;;) {
      try {
        await this.world.follow(this.isLost ? 0 : LONGEST_WAIT_S);
        this.isLost = false;
      } catch {
        this.isLost = true;
        this.world.isWhole = false;
      }
      if (!this.world.person(this.me.id) || !this.conversation) this.become(this.keyOf(this.me));
      else this.render();
      await rest(this.isLost ? 1000 : REST_MS);
    }
  }
}

const app = new App(await look("/page/start"));
const query = new URLSearchParams(location.search);
await app.world.follow(0);
app.channel = query.get("in") ?? undefined;
app.isHome = query.has("home");
app.thread = query.get("thread") ?? "";
app.become(query.get("as"));
await app.follow();
