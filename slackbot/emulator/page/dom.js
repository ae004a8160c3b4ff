// Elements from data. Text only ever becomes a text node: nothing that stands in a message is parsed.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  hash: "M9.5 4 8 20M16.5 4 15 20M4.5 9H20M4 15h15.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  shared: "M4 8h9M4 16h9M17 5l3 3-3 3M17 13l3 3-3 3",
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
  spark: "M12 3.5 14 10l6.5 2-6.5 2-2 6.5-2-6.5L3.5 12l6.5-2z",
  chat: "M4 5.5h16v11h-9L6.5 20v-3.5H4z",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  dots: "M5 12h.5M11.7 12h.6M18.5 12h.5",
  send: "M4 5.5 20 12 4 18.5 6.5 12zM6.5 12H13",
  bolt: "M13 3.5 5.5 13.5H12l-1 7 7.5-10H12z",
  down: "M12 5v14M6 13l6 6 6-6",
  up: "M7 10.5 11 4c1.5 0 2.3 1 2 2.5l-.7 3.5h5.2c1.2 0 1.9 1 1.6 2.2l-1.5 5.6c-.3.9-1 1.5-2 1.5H7zM7 10.5H4v9h3",
  unliked: "M7 13.5 11 20c1.5 0 2.3-1 2-2.5l-.7-3.5h5.2c1.2 0 1.9-1 1.6-2.2l-1.5-5.6c-.3-.9-1-1.5-2-1.5H7zM7 13.5H4v-9h3",
  menu: "M4 7h16M4 12h16M4 17h16",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  book: "M5 4.5h9a4 4 0 0 1 4 4V20H9a4 4 0 0 1-4-4zM5 16a4 4 0 0 1 4-4h9M9 8h5",
  check: "M5 12.5 10 17.5 19.5 7",
  wait: "M7 4h10M7 20h10M8 4c0 5 8 5 8 10v6M16 4c0 5-8 5-8 10v6",
  eye: "M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
};

/** An element; attributes that are null or false are left out, functions listen to events. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows an icon alone; its name is read aloud and shown on hovering. */
export function iconButton(name, label, click, attributes = {}) {
  const named = { type: "button", class: "icon-button", "aria-label": label, title: label, click };
  return el("button", { ...named, ...attributes }, icon(name));
}

/** Say something in passing; screen readers hear it. */
export function toast(text) {
  const said = el("p", { class: "toast" }, text);
  document.querySelector("#toasts").append(said);
  setTimeout(() => said.remove(), 6000);
}
