// Block Kit as Slack shows it. `use(element, value)` is what a person does with an element.

import { el, icon } from "/page/dom.js";
import { emoji } from "/page/emoji.js";
import { input } from "/page/inputs.js";
import { markdown } from "/page/markdown.js";
import { link, mention, mrkdwn } from "/page/mrkdwn.js";
import { say } from "/page/words.js";

/** Nodes of the blocks; `place` gives `names`, `use`, and `chosen(element)`: what was pressed last. */
export function rendered(blocks, place) {
  return blocks.map((block) => BLOCKS[block.type]?.(block, place) ?? unknown(block));
}

export function textOf(text, names) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text ?? "", names) : [text.text ?? ""];
}

function unknown(block) {
  return el("p", { class: "quiet" }, `[${block.type}]`);
}

const BLOCKS = {
  section: (block, place) =>
    el(
      "div",
      { class: "section" },
      el(
        "div",
        { class: "words", dir: "auto" },
        textOf(block.text, place.names),
        block.fields?.length && el("div", { class: "fields" }, block.fields.map((one) => el("div", {}, textOf(one, place.names)))),
      ),
      block.accessory && el("div", { class: "accessory" }, element(block.accessory, place)),
    ),
  header: (block) => el("p", { class: "block-header", dir: "auto" }, block.text?.text ?? ""),
  divider: () => el("hr"),
  markdown: (block) => el("div", { class: "words markdown", dir: "auto" }, markdown(block.text ?? "")),
  context: (block, place) =>
    el("div", { class: "context", dir: "auto" }, block.elements.map((one) => (one.type === "image" ? picture(one) : el("span", {}, textOf(one, place.names))))),
  actions: (block, place) => el("div", { class: "actions" }, block.elements.map((one) => element(one, place))),
  context_actions: (block, place) => el("div", { class: "actions" }, block.elements.map((one) => element(one, place))),
  rich_text: (block, place) => el("div", { class: "words", dir: "auto" }, block.elements.map((one) => rich(one, place.names))),
  image: (block) => picture(block),
  table: (block, place) =>
    el("div", { class: "table" }, el("table", {}, el("tbody", {}, (block.rows ?? []).map((row) => el("tr", {}, row.map((cell) => el("td", { dir: "auto" }, cellOf(cell, place.names)))))))),
  plan: (block) => el("p", { class: "heading" }, block.title ?? ""),
  task_card: (block) => el("p", { class: "task" }, `${block.title ?? ""} · ${block.status ?? ""}`),
  input: (block, place) => place.field?.(block) ?? unknown(block),
};

/** Images are not loaded, so that nothing leaves this machine; their address is shown. */
function picture(image) {
  return el("span", { class: "quiet" }, `[${image.alt_text ?? image.type}] `, image.image_url ? link(image.image_url, image.image_url) : "");
}

function cellOf(cell, names) {
  if (cell.type === "rich_text") return cell.elements.map((one) => rich(one, names));
  return String(cell.text ?? cell.value ?? "");
}

const HOLDERS = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" };

function rich(holder, names) {
  const leaves = (holder.elements ?? []).map((one) => (one.elements ? rich(one, names) : leaf(one, names)));
  if (holder.type !== "rich_text_list") return el(HOLDERS[holder.type] ?? "div", { class: HOLDERS[holder.type] ? null : "run" }, leaves);
  const ordered = holder.style === "ordered";
  const indent = Math.min(holder.indent ?? 0, 8);
  return el(ordered ? "ol" : "ul", { class: `indent-${indent}`, start: ordered ? (holder.offset ?? 0) + 1 : null }, leaves.map((one) => el("li", {}, one)));
}

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function leaf(one, names) {
  const bare = LEAVES[one.type]?.(one, names) ?? String(one.text ?? "");
  return Object.entries(STYLES).reduce((inner, [style, tag]) => (one.style?.[style] ? el(tag, {}, inner) : inner), bare);
}

const LEAVES = {
  text: (one) => one.text ?? "",
  link: (one) => link(one.url, one.text || one.url),
  user: (one, names) => mention(`@${names.user(one.user_id)}`, names.isMe(one.user_id)),
  usergroup: (one) => mention(`@${one.usergroup_id}`),
  channel: (one, names) => mention(`#${names.channel(one.channel_id)}`),
  broadcast: (one) => mention(`@${one.range}`),
  emoji: (one) => emoji(one.name),
  date: (one) => one.fallback ?? new Date(one.timestamp * 1000).toLocaleString(),
  color: (one) => one.value,
};

function element(one, place) {
  if (one.type === "feedback_buttons") return feedback(one, place);
  if (one.type === "button" || one.type === "icon_button") return button(one, place);
  if (one.type === "image") return picture(one);
  const field = input(one, { change: (value) => place.use(one, value) });
  return field?.node ?? el("span", { class: "quiet" }, `[${one.type}]`);
}

function button(one, place) {
  const label = one.text?.text ?? one.alt_text ?? "";
  const style = ["primary", "danger"].includes(one.style) ? one.style : "";
  const click = async () => {
    if (one.confirm && !(await asked(one.confirm, place.names))) return;
    if (one.url) window.open(one.url, "_blank", "noopener,noreferrer");
    place.use(one, null);
  };
  const attributes = { type: "button", class: `button ${style}`, "aria-label": one.accessibility_label, "data-action": one.action_id, click };
  return el("button", attributes, label);
}

/** Slack asks before a button with `confirm` acts. */
function asked(confirm, names) {
  return new Promise((answer) => {
    const choose = (yes) => () => {
      dialog.close();
      answer(yes);
    };
    const dialog = el(
      "dialog",
      { class: "dialog", close: () => (dialog.remove(), answer(false)) },
      el("h2", {}, confirm.title?.text ?? ""),
      el("p", {}, textOf(confirm.text, names)),
      el(
        "div",
        { class: "buttons" },
        el("button", { type: "button", class: "button", click: choose(false) }, confirm.deny?.text ?? say("cancel")),
        el("button", { type: "button", class: "button primary", click: choose(true) }, confirm.confirm?.text ?? say("send")),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

function feedback(one, place) {
  const pressed = place.chosen?.(one);
  const make = (button, drawn) =>
    button &&
    el(
      "button",
      {
        type: "button",
        class: "feedback",
        "aria-label": button.accessibility_label ?? button.text?.text,
        "aria-pressed": String(pressed === button.value),
        "data-action": one.action_id,
        "data-value": button.value,
        click: () => place.use(one, button.value),
      },
      icon(drawn),
      el("span", {}, button.text?.text ?? ""),
    );
  return el("div", { class: "feedback-buttons" }, make(one.positive_button, "up"), make(one.negative_button, "unliked"));
}

