import { describe, expect, test } from "vitest";
import { LANGUAGES, MESSAGES, preferredLanguage, translate } from ".";
import { duration, formatBytes } from "./format";
import { type MessageKey, ko } from "./ko";

const keys = Object.keys(ko) as MessageKey[];
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "").sort();

describe.each(LANGUAGES)("%s", (language) => {
  test("has every sentence and no other", () => {
    expect(Object.keys(MESSAGES[language]).sort()).toEqual([...keys].sort());
  });

  test.each(keys)("%s has a text and Korean's values", (key) => {
    expect(MESSAGES[language][key].trim()).not.toBe("");
    expect(placeholders(MESSAGES[language][key])).toEqual(placeholders(ko[key]));
  });
});

test("only Korean is written in Hangul, only Japanese in kana", () => {
  const written = (language: "ko" | "en" | "ja"): string => Object.values(MESSAGES[language]).join("");
  expect(written("en")).not.toMatch(/[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u);
  expect(written("ja")).not.toMatch(/\p{Script=Hangul}/u);
  expect(written("ko")).not.toMatch(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u);
});

test("Korean sentences keep one polite form", () => {
  // 합니다체 throughout; a sentence that ends in 해요체 other than a request would stand out.
  const odd = keys.filter((key) => /(?<!주세|보세|마세|할까|울까)요[.?!]/.test(ko[key]));
  expect(odd).toEqual([]);
});

test.each([
  [["ko-KR", "en-US"], "ko"],
  [["en-GB", "ko"], "en"],
  [["ja"], "ja"],
  [["fr-FR", "ja-JP"], "ja"],
  [["fr-FR"], "en"],
  [[], "ko"],
] as const)("a browser that asks for %j gets %s", (asked, language) => {
  expect(preferredLanguage(asked)).toBe(language);
});

test("values are filled in, and a missing one stays visible", () => {
  expect(translate("ko", "load.bytes", { loaded: "1 MB", total: "2 MB" })).toBe("2 MB 중 1 MB");
  expect(translate("en", "load.bytes", { loaded: "1 MB" })).toBe("1 MB of {total}");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "1.5 kB"],
  [84_200_000, "84.2 MB"],
  [999_600, "1 MB"],
  [2_684_354_560, "2.7 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes, "en")).toBe(text);
});

test.each([
  [0.2, "time.seconds", { count: 1 }],
  [89, "time.seconds", { count: 89 }],
  [120, "time.minutes", { count: 2 }],
  [7260, "time.hours", { hours: 2, minutes: 1 }],
])("%d seconds", (seconds, key, values) => {
  expect(duration(seconds)).toEqual({ key, values });
});
