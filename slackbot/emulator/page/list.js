// A list of messages that changes only where something changed, and stays at its end unless
// somebody scrolled up.

import { el, icon } from "/page/dom.js";
import { say } from "/page/words.js";

const NEAR_END = 32;

export class MessageList {
  constructor(label) {
    this.items = new Map(); // key → {node, sign}
    this.sticks = true;
    this.endTop = 0; // where scrolling to the end led to
    this.list = el("div", { class: "messages", role: "log", "aria-label": label, "aria-relevant": "additions" });
    this.scroller = el("div", { class: "scroller", tabindex: "0" }, this.list);
    this.below = el("button", { type: "button", class: "below", hidden: true, click: () => this.toEnd() }, icon("down"), el("span"));
    this.node = el("div", { class: "list" }, this.scroller, this.below);
    this.scroller.addEventListener("scroll", () => this.looked(), { passive: true });
    new ResizeObserver(() => this.sticks && this.toEnd()).observe(this.scroller);
    this.scroller.addEventListener("keydown", (event) => this.walk(event));
  }

  /** Begin anew, as when another conversation is opened. */
  clear() {
    this.items.clear();
    this.list.replaceChildren();
    this.sticks = true;
    this.below.hidden = true;
  }

  /** Show `items`: {key, sign, make} in order; `make` is called where the sign is another one. */
  show(items) {
    this.looked(); // the event of a scroll may still be on its way
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    const there = new Set(items.map((item) => item.key));
    for (const [key, { node }] of this.items) {
      if (!there.has(key)) {
        node.remove();
        this.items.delete(key);
      }
    }
    let cursor = this.list.firstElementChild;
    let added = false;
    for (const { key, sign, make } of items) {
      const known = this.items.get(key);
      if (known && known.sign === sign) {
        if (known.node === cursor) cursor = cursor.nextElementSibling;
        else this.list.insertBefore(known.node, cursor);
        continue;
      }
      const node = make();
      this.items.set(key, { node, sign });
      if (known) {
        if (known.node === cursor) cursor = cursor.nextElementSibling;
        known.node.replaceWith(node);
        if (focused && known.node.contains(focused)) refocus(node, focused);
      } else {
        this.list.insertBefore(node, cursor);
        added = true;
      }
    }
    if (this.sticks) this.toEnd();
    else if (added) {
      this.below.lastElementChild.textContent = say("newBelow");
      this.below.hidden = false;
    }
  }

  toEnd() {
    this.sticks = true;
    this.below.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.endTop = this.scroller.scrollTop;
  }

  looked() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    // A pane that became lower is not at its end either, but nobody scrolled.
    this.sticks = isAtEnd || (this.sticks && scrollTop >= this.endTop);
    if (isAtEnd) this.below.hidden = true;
  }

  /** Up and down go from message to message. */
  walk(event) {
    if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const last = [...this.list.children].findLast((one) => one.matches(".message"));
    if (event.target === this.scroller && last) {
      event.preventDefault();
      last.focus();
      return;
    }
    const current = event.target.matches(".message") ? event.target : null;
    if (!current) return;
    const step = event.key === "ArrowUp" ? "previousElementSibling" : "nextElementSibling";
    let next = current[step];
    while (next && !next.matches(".message")) next = next[step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

/** What had the focus was made anew: give it to its successor. */
function refocus(node, focused) {
  const { action, value } = focused.dataset;
  const same = action ? [...node.querySelectorAll("[data-action]")].find((one) => one.dataset.action === action && one.dataset.value === value) : null;
  (same ?? node).focus({ preventScroll: true });
}
