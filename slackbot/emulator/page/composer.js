// Where people write. Enter sends, but not while a syllable is being composed.

import { el, iconButton } from "/page/dom.js";
import { say, spoken } from "/page/words.js";

const TALLEST = 200;
let numbers = 0;

export class Composer {
  /** `send(text, broadcast)` gives whether the text was taken; `people()` are those who can be named. */
  constructor({ send, people, withBroadcast = false }) {
    this.sendText = send;
    this.people = people;
    this.drafts = new Map();
    this.key = "";
    this.choices = [];
    this.chosen = 0;
    const id = `completions-${++numbers}`;
    this.field = el("textarea", { rows: 1, dir: "auto", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" });
    this.completions = el("div", { class: "completions", role: "listbox", id, hidden: true });
    this.button = iconButton("send", "", () => this.send(), { class: "icon-button send" });
    this.broadcast = el("input", { type: "checkbox" });
    this.broadcastWords = el("span");
    this.hint = el("p", { class: "hint" });
    this.node = el(
      "div",
      { class: "composer" },
      this.completions,
      el("div", { class: "box" }, this.field, this.button),
      withBroadcast && el("label", { class: "broadcast" }, this.broadcast, this.broadcastWords),
      !withBroadcast && this.hint,
    );
    this.field.addEventListener("input", () => this.wrote());
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.complete([]), 150));
  }

  /** Write somewhere else: what was being written there comes back. */
  turnTo(key, placeholder) {
    if (this.key !== key) {
      this.drafts.set(this.key, this.field.value);
      this.key = key;
      this.field.value = this.drafts.get(key) ?? "";
      this.grow();
    }
    const told = placeholder + spoken();
    if (this.told === told) return;
    this.told = told;
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.button.setAttribute("aria-label", say("send"));
    this.button.title = say("send");
    this.broadcastWords.textContent = say("broadcast");
    this.hint.textContent = say("hint");
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    const key = this.key;
    this.field.value = "";
    this.grow();
    const taken = await this.sendText(text, this.broadcast.checked);
    if (!taken && this.key === key && !this.field.value) this.field.value = text;
    if (taken) this.broadcast.checked = false;
    this.grow();
  }

  pressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.choices.length && ["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key)) {
      event.preventDefault();
      if (event.key === "Escape") this.complete([]);
      else if (event.key === "ArrowDown") this.point(this.chosen + 1);
      else if (event.key === "ArrowUp") this.point(this.chosen - 1);
      else this.take(this.choices[this.chosen]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  wrote() {
    this.grow();
    const found = this.field.value.slice(0, this.field.selectionStart).match(/(?:^|\s)@([\p{L}\p{N}._-]*)$/u);
    if (!found) return this.complete([]);
    const begun = found[1].toLowerCase();
    const fits = (person) => person.name.startsWith(begun) || person.real_name.toLowerCase().startsWith(begun);
    const named = this.people().filter(fits).slice(0, 6);
    return this.complete(named.length === 1 && named[0].name === begun ? [] : named);
  }

  complete(people) {
    this.choices = people;
    this.completions.hidden = !people.length;
    this.field.setAttribute("aria-expanded", String(people.length > 0));
    this.completions.replaceChildren(
      ...people.map((person, at) =>
        el("div", { role: "option", id: `${this.completions.id}-${at}`, pointerdown: (event) => (event.preventDefault(), this.take(person)) }, el("strong", {}, `@${person.name}`), " ", el("span", { class: "quiet", dir: "auto" }, person.real_name)),
      ),
    );
    if (people.length) this.point(0);
    else this.field.removeAttribute("aria-activedescendant");
  }

  point(at) {
    this.chosen = (at + this.choices.length) % this.choices.length;
    [...this.completions.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === this.chosen)));
    this.field.setAttribute("aria-activedescendant", `${this.completions.id}-${this.chosen}`);
  }

  take(person) {
    const end = this.field.selectionStart;
    const start = this.field.value.lastIndexOf("@", end - 1);
    this.field.setRangeText(`@${person.name} `, start, end, "end");
    this.complete([]);
    this.field.focus();
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
  }
}
