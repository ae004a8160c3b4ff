// Asks, and shows the answer as it is written, its sources beside it. Whatever comes out of documents is
// put into the page as text, never as HTML.

import { objects, post } from "/static/api.js";

const MARK = /\[(\d{1,3})\]/g;
const byId = (id) => document.getElementById(id);
const form = byId("ask");
const question = byId("question");

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function say(word, values = {}) {
  const found = [...byId("words").querySelectorAll("dt")].find((one) => one.textContent === word);
  return found.nextElementSibling.textContent.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function status(text, busy = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("busy", busy);
}

const listed = (name) => form.elements[name].value.split(",").map((one) => one.trim()).filter(Boolean);

function asked() {
  const groups = listed("groups");
  return {
    question: question.value,
    index: form.elements.index.value,
    groups: groups.length ? groups : null,
    sources: listed("sources"),
    since: form.elements.since.value,
    until: form.elements.until.value,
  };
}

/** A sentence with its marks as buttons; `known` numbers have a source to open. */
function sentence(text, known) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(MARK)) {
    if (!known(Number(found[1]))) continue;
    parts.push(text.slice(end, found.index));
    const number = Number(found[1]);
    parts.push(el("button", { type: "button", class: "cite", "aria-label": say("source_n", { n: number }), click: () => open(number) }, String(number)));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

function open(number) {
  const source = byId(`source-${number}`);
  if (!source) return;
  source.open = true;
  source.querySelector("summary").focus({ preventScroll: true });
  source.querySelector("summary").scrollIntoView({ block: "nearest" });
  const passage = source.querySelector(".passage");
  const mark = source.querySelector("mark");
  if (!mark) return;
  // Within the passage first, so that the answer stays where it is if it can.
  passage.scrollTop = mark.offsetTop - passage.clientHeight / 3;
  mark.scrollIntoView({ block: "nearest" });
}

/** The passage with the quoted part marked. `start` and `end` count code points, as Python does. */
function passage(citation, found) {
  if (!found) return el("div", { class: "passage" }, say("hidden_passage"));
  const letters = [...found.text];
  const part = (from, to) => letters.slice(from, to).join("");
  const quoted = el("mark", {}, part(citation.start, citation.end));
  return el("div", { class: "passage", tabindex: "0" }, part(0, citation.start), quoted, part(citation.end));
}

function source(citation, passages) {
  const where = [citation.source, citation.place].filter(Boolean).join(", ");
  const summary = el("summary", {}, el("strong", {}, `[${citation.n}] `), el("span", { class: "from" }, where), el("span", { class: "quote" }, citation.quote.trim().replace(/\s+/g, " ")));
  return el("details", { id: `source-${citation.n}` }, summary, passage(citation, passages[citation.passage_id]));
}

function showAnswer(said) {
  const answer = byId("answer");
  const numbers = new Set(said.citations.map((one) => one.n));
  answer.replaceChildren(...sentence(said.answer, (number) => numbers.has(number)));
  answer.classList.toggle("refused", said.refused);
  answer.dataset.label = said.refused ? say("refused") : "";
  if (said.refused) answer.prepend(el("span", { class: "aside" }, `${say("refused")}. `));
  byId("sources").replaceChildren(...said.citations.map((one) => source(one, said.passages)));
  if (!said.citations.length) byId("sources").append(el("p", { class: "quiet" }, say("none")));
  byId("trace").hidden = false;
  byId("trace").querySelector("ul").replaceChildren(...said.trace.map((one) => el("li", {}, `${one.node}: ${one.what}`)));
  status(say("done", { seconds: said.seconds.toFixed(1) }));
}

function showFault(fault) {
  status([fault.what, fault.where, fault.fix].filter(Boolean).join(" · "));
  byId("status").setAttribute("data-fault", "");
}

let current = null;

async function ask() {
  current?.abort();
  const mine = (current = new AbortController());
  byId("asked").hidden = false;
  byId("nothing").hidden = true;
  byId("trace").hidden = true;
  byId("answer").replaceChildren();
  byId("answer").classList.remove("refused");
  byId("sources").replaceChildren();
  byId("status").removeAttribute("data-fault");
  byId("stop").hidden = false;
  status(say("thinking"), true);
  try {
    await follow(mine);
  } catch (error) {
    if (mine === current) status(mine.signal.aborted ? say("stopped_answer") : say("cut_off"));
  }
  if (mine === current) byId("stop").hidden = true;
}

async function follow(mine) {
  const response = await post("/ask/answer", asked(), { signal: mine.signal });
  if (!response.headers.get("content-type").includes("json")) return status(await response.text());
  if (!response.ok) return showFault(await response.json());
  for await (const said of objects(response)) {
    if (mine !== current) return null;
    if (said.kind === "answer") return showAnswer(said);
    if (said.kind === "fault") return showFault(said);
    const before = byId("answer").textContent;
    byId("answer").append(before && !before.endsWith("\n") ? `\n${said.text}` : said.text);
    status(say("writing"), true);
  }
  return status(say("cut_off"));
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (question.value.trim()) ask();
  });
  byId("stop").addEventListener("click", () => current?.abort());
  question.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  question.focus();
  if ("atOnce" in form.dataset && question.value.trim()) form.requestSubmit();
}
