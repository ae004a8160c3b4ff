// The Markdown of `markdown` blocks and streams: paragraphs, headings, lists, quotes, code, tables.

import { el } from "/page/dom.js";
import { link } from "/page/mrkdwn.js";

const INLINE = /`([^`\n]+)`|\*\*(\S(?:[^\n]*?\S)?)\*\*|(?<![\p{L}\p{N}])[*_](\S(?:[^*_\n]*\S)?)[*_](?![\p{L}\p{N}])|~~(\S(?:[^\n]*?\S)?)~~|\[([^[\]\n]+)\]\(([^()\s]+)\)|\\([\\`*_{}[\]()#+\-.!<>~|@])/gu;
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) nodes.push(text.slice(end, found.index));
    end = found.index + found[0].length;
    const [, code, bold, italic, struck, label, url, escaped] = found;
    if (code) nodes.push(el("code", {}, code));
    else if (bold) nodes.push(el("strong", {}, inline(bold)));
    else if (italic) nodes.push(el("em", {}, inline(italic)));
    else if (struck) nodes.push(el("s", {}, inline(struck)));
    else if (label) nodes.push(link(url, label));
    else nodes.push(escaped);
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function table(lines) {
  const [head, , ...rows] = lines;
  const row = (line, tag) => el("tr", {}, cells(line).map((cell) => el(tag, {}, inline(cell))));
  return el("div", { class: "table" }, el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, rows.map((line) => row(line, "td")))));
}

/** The nodes of Markdown; a fence that is not closed yet, as in a stream, goes to the end. */
export function markdown(text) {
  const nodes = [];
  const lines = text.split("\n");
  const isTable = (at) => lines[at]?.includes("|") && /^\s*\|?[\s:|-]*-[\s:|-]*$/.test(lines[at + 1] ?? "") && lines[at + 1].includes("|");
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const fence = line.match(/^\s*(`{3,}|~{3,})/);
    const heading = line.match(/^#{1,6}\s+(.*)$/);
    if (fence) {
      let end = at + 1;
      while (end < lines.length && !lines[end].trim().startsWith(fence[1])) end += 1;
      nodes.push(el("pre", {}, lines.slice(at + 1, end).join("\n")));
      at = end + 1;
    } else if (heading) {
      nodes.push(el("p", { class: "heading" }, inline(heading[1])));
      at += 1;
    } else if (isTable(at)) {
      let end = at + 2;
      while (end < lines.length && lines[end].includes("|")) end += 1;
      nodes.push(table(lines.slice(at, end)));
      at = end;
    } else if (ITEM.test(line)) {
      const ordered = Boolean(line.match(ITEM)[2]);
      const list = el(ordered ? "ol" : "ul", { start: line.match(ITEM)[2] });
      for (; at < lines.length && ITEM.test(lines[at]); at += 1) list.append(el("li", {}, inline(lines[at].match(ITEM)[3])));
      nodes.push(list);
    } else if (/^\s*>/.test(line)) {
      let end = at;
      while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
      nodes.push(el("blockquote", {}, inline(lines.slice(at, end).map((one) => one.replace(/^\s*> ?/, "")).join("\n"))));
      at = end;
    } else if (/^\s*(-{3,}|\*{3,}|_{3,})\s*$/.test(line)) {
      nodes.push(el("hr"));
      at += 1;
    } else if (!line.trim()) {
      at += 1;
    } else {
      let end = at;
      while (end < lines.length && lines[end].trim() && (end === at || !(ITEM.test(lines[end]) || /^\s*(`{3,}|~{3,}|>|#{1,6}\s)/.test(lines[end]) || isTable(end)))) end += 1;
      nodes.push(el("p", {}, inline(lines.slice(at, end).join("\n"))));
      at = end;
    }
  }
  return nodes;
}
