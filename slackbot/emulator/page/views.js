// Modals that the app opens, and its Home tab.

import { act } from "/page/api.js";
import { rendered } from "/page/blocks.js";
import { el, iconButton, toast } from "/page/dom.js";
import { input } from "/page/inputs.js";
import { say, spoken } from "/page/words.js";

/** Shows the topmost modal of a person; what was filled in stays when the app changes the view. */
export class Modals {
  constructor(app) {
    this.app = app;
    this.sign = "";
    this.fields = new Map();
    this.dialog = el("dialog", { class: "dialog modal" });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    document.body.append(this.dialog);
  }

  show(modals) {
    const view = modals.at(-1);
    const sign = view ? view.id + view.hash + spoken() : "";
    if (sign === this.sign) return;
    const kept = view && this.view?.id === view.id ? this.values() : {};
    this.sign = sign;
    this.view = view;
    this.fields.clear();
    if (!view) {
      this.dialog.close();
      return;
    }
    this.dialog.replaceChildren(this.form(view, kept));
    if (!this.dialog.open) this.dialog.showModal();
  }

  form(view, kept) {
    const place = {
      names: this.app.names,
      use: (element, value) => this.app.use({ view_id: view.id }, element, value),
      field: (block) => this.field(block, kept),
    };
    const title = view.title?.text ?? "";
    this.dialog.setAttribute("aria-label", title);
    this.fault = el("p", { class: "fault", role: "alert" });
    const submit = view.submit && el("button", { class: "button primary", type: "submit" }, view.submit.text);
    const form = el(
      "form",
      { novalidate: true },
      el("header", {}, el("h2", { dir: "auto" }, title), iconButton("close", say("close"), () => this.close())),
      el("div", { class: "view" }, rendered(view.blocks, place), this.fault),
      el("div", { class: "buttons" }, el("button", { class: "button", type: "button", click: () => this.close() }, view.close?.text ?? say("close")), submit),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(view);
    });
    return form;
  }

  field(block, kept) {
    const { element } = block;
    const label = block.label?.text ?? "";
    const field = input(element, { value: kept[element.action_id], label });
    if (!field) return null;
    const fault = el("p", { class: "fault", role: "alert" });
    this.fields.set(element.action_id, { ...field, block, fault });
    const title = el("p", { class: "field-label" }, label, block.optional && el("span", { class: "quiet" }, ` ${say("optional")}`));
    return el("div", { class: "field", role: "group", "aria-label": label }, title, field.node, block.hint && el("p", { class: "quiet small" }, block.hint.text), fault);
  }

  values() {
    return Object.fromEntries([...this.fields].map(([name, field]) => [name, field.value()]));
  }

  async submit(view) {
    let first = null;
    for (const field of this.fields.values()) {
      const empty = [null, ""].includes(field.value()) || field.value()?.length === 0;
      field.fault.textContent = empty && !field.block.optional ? say("missing") : "";
      if (field.fault.textContent) first ??= field;
    }
    if (first) {
      first.control.focus();
      return;
    }
    const given = Object.fromEntries(Object.entries(this.values()).filter(([, value]) => value !== null));
    const answer = await this.app.attempt(() => act("submit", { view_id: view.id, values: given }));
    if (!answer) return;
    this.fault.textContent = answer.acked ? "" : this.app.unacked();
    if (answer.payload?.response_action === "errors") {
      for (const field of this.fields.values()) field.fault.textContent = answer.payload.errors?.[field.block.block_id] ?? "";
    }
  }

  close() {
    if (this.view) this.app.attempt(() => act("close", { view_id: this.view.id }));
  }
}

/** The Home tab; it asks the app for it each time that it is opened. */
export function home(app, view) {
  if (!view) return el("p", { class: "quiet empty" }, say("homeEmpty"));
  const place = {
    names: app.names,
    use: (element, value) => app.use({ view_id: view.id }, element, value),
    field: () => null,
  };
  return el("div", { class: "view" }, rendered(view.blocks, place));
}

/** A dialog that opens a conversation. */
export function newChannel(app) {
  const name = el("input", { class: "text-input", required: true, maxlength: 80, autofocus: true });
  const kind = el("select", { class: "text-input" }, [["channel", "public"], ["group", "private"], ["shared", "sharedKind"]].map(([value, word]) => el("option", { value }, say(word))));
  const withBot = el("input", { type: "checkbox", checked: true });
  const people = app.team().filter((one) => !one.is_bot);
  const boxes = people.map((one) => [one, el("input", { type: "checkbox", checked: true, disabled: one.id === app.me.id })]);
  const dialog = el("dialog", { class: "dialog", "aria-label": say("newChannel"), close: () => dialog.remove() });
  const create = async (event) => {
    event.preventDefault();
    const shared = kind.value === "shared";
    const chosen = boxes.filter(([, box]) => box.checked).map(([one]) => one.id);
    const guests = shared ? app.world.people.filter((one) => one.workspace === app.me.workspace && one.is_stranger).map((one) => one.id) : [];
    const body = { name: name.value.trim().replace(/^#/, "").replace(/\s+/g, "-"), kind: shared ? "channel" : kind.value, bot: withBot.checked, people: [...chosen, ...guests], shared, team: app.me.workspace };
    const made = body.name ? await app.attempt(() => act("channel", body)) : null;
    if (!made) return;
    dialog.close();
    app.wanted = made.id;
    toast(`#${made.name}`);
  };
  const labelled = (word, field) => el("label", { class: "field" }, el("span", { class: "field-label" }, say(word)), field);
  const form = el(
    "form",
    {},
    el("header", {}, el("h2", {}, say("newChannel")), iconButton("close", say("close"), () => dialog.close())),
    el(
      "div",
      { class: "view" },
      labelled("name", name),
      labelled("kind", kind),
      el("div", { class: "field", role: "group", "aria-label": say("people") }, el("p", { class: "field-label" }, say("people")), el("div", { class: "choices" }, boxes.map(([one, box]) => el("label", { class: "choice" }, box, el("span", {}, one.real_name))))),
      el("label", { class: "choice" }, withBot, el("span", {}, say("withBot"))),
    ),
    el("div", { class: "buttons" }, el("button", { class: "button", type: "button", click: () => dialog.close() }, say("cancel")), el("button", { class: "button primary", type: "submit" }, say("create"))),
  );
  form.addEventListener("submit", create);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
}
