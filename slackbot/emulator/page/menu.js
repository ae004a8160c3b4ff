// A menu beside the button that opened it: arrows move, Escape closes, the focus goes back.

import { el, icon } from "/page/dom.js";

let close = () => {};

/** Open a menu of {label, note, icon, danger, checked, run}. */
export function openMenu(opener, choices) {
  close();
  const pick = (choice) => () => {
    close();
    choice.run();
  };
  const entries = choices.map((choice) =>
    el(
      "button",
      { type: "button", role: "menuitem", class: choice.danger ? "danger" : null, tabindex: "-1", click: pick(choice) },
      choice.icon && icon(choice.icon),
      el("span", {}, choice.label, choice.note && el("small", {}, choice.note)),
    ),
  );
  const menu = el("div", { class: "menu", role: "menu", keydown: (event) => walk(event, entries) }, entries);
  document.body.append(menu);
  const from = opener.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(from.right - box.width, innerWidth - box.width - 8))}px`;
  menu.style.top = `${from.bottom + box.height + 8 > innerHeight ? Math.max(8, from.top - box.height - 4) : from.bottom + 4}px`;
  const outside = (event) => !menu.contains(event.target) && close();
  close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside);
    close = () => {};
    if (opener.isConnected) opener.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", outside);
  entries[0]?.focus();
}

function walk(event, entries) {
  const at = entries.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    entries[(at + step + entries.length) % entries.length].focus();
  } else if (["Escape", "Tab"].includes(event.key)) {
    event.preventDefault();
    close();
  }
}
