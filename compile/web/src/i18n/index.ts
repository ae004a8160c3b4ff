/** What the page says, in Korean, English and Japanese. */
import { computed, signal } from "@preact/signals";
import { en } from "./en";
import { duration } from "./format";
import { ja } from "./ja";
import { ko, type MessageKey, type Messages } from "./ko";
import { type Language, preferredLanguage } from "./language";

export { formatBytes, formatDate, formatNumber } from "./format";
export { isLanguage, type Language, LANGUAGE_NAMES, LANGUAGES, preferredLanguage } from "./language";
export type { MessageKey } from "./ko";

export const MESSAGES: Readonly<Record<Language, Messages>> = { ko, en, ja };

export type Values = Readonly<Record<string, string | number>>;

/** What the reader chose; null follows the browser. */
export const chosenLanguage = signal<Language | null>(null);
export const language = computed<Language>(() => chosenLanguage.value ?? preferredLanguage(navigator.languages ?? []));

/** The sentence of `key` in one language, its `{names}` filled in. */
export function translate(spoken: Language, key: MessageKey, values: Values = {}): string {
  return MESSAGES[spoken][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The sentence of `key` in the reader's language; components that call it follow a change. */
export function t(key: MessageKey, values: Values = {}): string {
  return translate(language.value, key, values);
}

/** A waiting time in words. */
export function spoken(seconds: number): string {
  const { key, values } = duration(seconds);
  return t(key, values);
}
