/** Which of the page's languages a browser asks for. */

export const LANGUAGES = ["ko", "en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { ko: "한국어", en: "English", ja: "日本語" };

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The first language that both know; English for readers of others, Korean where a browser names none. */
export function preferredLanguage(asked: readonly string[]): Language {
  for (const tag of asked) {
    const base = tag.toLowerCase().split("-")[0];
    if (isLanguage(base)) return base;
  }
  return asked.length > 0 ? "en" : "ko";
}
