// Slack's own markup, and what people type in it. Names are looked up, never parsed.

import { el } from "/page/dom.js";
import { emoji } from "/page/emoji.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
// Marks count only at the edge of a word, as in Slack: *굵게*는 stays as it is.
const INLINE = new RegExp(
  "(?<code>`[^`\\n]+`)|(?<control><[^<>\\n]+>)|:(?<emoji>[a-z0-9_+-]{1,40}):" +
    ["\\*", "_", "~"]
      .map((mark, at) => `|(?<![\\p{L}\\p{N}${mark}])${mark}(?<m${at}>\\S(?:[^\\n]*?\\S)?)${mark}(?![\\p{L}\\p{N}${mark}])`)
      .join(""),
  "gu",
);
const TAGS = { m0: "strong", m1: "em", m2: "s" };

export function unescape(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (found) => ENTITIES[found]);
}

export function escape(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A link that opens elsewhere; anything but a web or mail address is shown as text. */
export function link(url, label) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return el("span", {}, label === url ? label : `${label} (${url})`);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url, dir: "auto" }, label);
}

export function mention(label, mine = false) {
  return el("span", { class: mine ? "mention mine" : "mention", dir: "auto" }, label);
}

function control(inner, names) {
  const [target, label = ""] = inner.split("|", 2);
  const shown = unescape(label);
  if (target.startsWith("@")) return mention(`@${shown || names.user(target.slice(1))}`, names.isMe(target.slice(1)));
  if (target.startsWith("#")) return mention(`#${shown || names.channel(target.slice(1))}`);
  if (target.startsWith("!")) return mention(shown || `@${target.slice(1).split("^")[0]}`);
  return link(unescape(target), shown || unescape(target));
}

function inline(text, names) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) nodes.push(unescape(text.slice(end, found.index)));
    end = found.index + found[0].length;
    const { code, control: inner, emoji: name } = found.groups;
    const mark = Object.keys(TAGS).find((key) => found.groups[key] !== undefined);
    if (code) nodes.push(el("code", {}, unescape(code.slice(1, -1))));
    else if (inner) nodes.push(control(inner.slice(1, -1), names));
    else if (name) nodes.push(emoji(name));
    else nodes.push(el(TAGS[mark], {}, inline(found.groups[mark], names)));
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

/** The nodes of mrkdwn: fences, quotes, and the marks inside lines. */
export function mrkdwn(text, names) {
  const nodes = [];
  text.split(/```(?:\n)?([\s\S]*?)```/).forEach((part, at) => {
    if (at % 2) {
      nodes.push(el("pre", {}, unescape(part.replace(/\n$/, ""))));
      return;
    }
    const quoted = /^(?:(?:&gt;|>) ?.*(?:\n|$))+/gm;
    let end = 0;
    for (const found of part.matchAll(quoted)) {
      if (!found[0]) continue;
      nodes.push(...inline(part.slice(end, found.index), names));
      const inner = found[0].replace(/^(?:&gt;|>) ?/gm, "").replace(/\n$/, "");
      nodes.push(el("blockquote", {}, inline(inner, names)));
      end = found.index + found[0].length;
    }
    nodes.push(...inline(part.slice(end), names));
  });
  return nodes;
}

/** What a person typed, as Slack sends it on: escaped, with people and addresses marked. */
export function typed(text, people) {
  const byName = new Map(people.map((person) => [person.name, person.id]));
  return escape(text)
    .replace(/(?<![\w.])@([\p{L}\p{N}._-]+)/gu, (whole, name) => (byName.has(name) ? `<@${byName.get(name)}>` : whole))
    .replace(/(?<![<|\w])https?:\/\/[^\s<>|]+/g, (url) => `<${url}>`);
}

/** What stood in the composer when a message was written. */
export function retyped(text, people) {
  const byId = new Map(people.map((person) => [person.id, person.name]));
  return unescape(
    text
      .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, id) => (byId.has(id) ? `@${byId.get(id)}` : whole))
      .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1"),
  );
}
