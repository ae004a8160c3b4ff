import { expect, test } from "vitest";
import { isLeaving, isSending } from "./keys";

const ENTER = { key: "Enter", shiftKey: false, isComposing: false, keyCode: 13 };

test.each([
  [ENTER, true, "Enter alone"],
  [{ ...ENTER, shiftKey: true }, false, "a new line"],
  [{ ...ENTER, isComposing: true }, false, "the end of a syllable"],
  [{ ...ENTER, keyCode: 229 }, false, "the end of a syllable in Safari"],
  [{ ...ENTER, key: "a" }, false, "a letter"],
])("%j sends: %s (%s)", (event, sends) => {
  expect(isSending(event)).toBe(sends);
});

const ESCAPE = { key: "Escape", isComposing: false, keyCode: 27 };

test.each([
  [ESCAPE, true, "Esc alone"],
  [{ ...ESCAPE, isComposing: true }, false, "what is composed is given up"],
  [{ ...ESCAPE, keyCode: 229 }, false, "the same in Safari"],
  [{ ...ESCAPE, key: "a" }, false, "a letter"],
])("%j leaves: %s (%s)", (event, leaves) => {
  expect(isLeaving(event)).toBe(leaves);
});
