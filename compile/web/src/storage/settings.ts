/** The reader's settings: validated whenever they are read, kept in localStorage so that the theme is there at once. */
import type { EngineKind } from "../engine/types";
import { isLanguage, type Language } from "../i18n/language";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly passages: number;
  readonly system: string;
  readonly useSources: boolean;
  /** Null lets the page choose. */
  readonly engine: EngineKind | null;
  /** Id of the model; null for the bundle's first. */
  readonly model: string | null;
  readonly theme: Theme;
  /** Null follows the browser. */
  readonly language: Language | null;
}

export const DEFAULTS: Settings = {
  temperature: 0.3,
  topP: 0.9,
  maxTokens: 512,
  passages: 4,
  system: "",
  useSources: true,
  engine: null,
  model: null,
  theme: "system",
  language: null,
};

export type NumberSetting = "temperature" | "topP" | "maxTokens" | "passages";

/** Least, most and step of each number. */
export const LIMITS: Readonly<Record<NumberSetting, { least: number; most: number; step: number }>> = {
  temperature: { least: 0, most: 2, step: 0.1 },
  topP: { least: 0.05, most: 1, step: 0.05 },
  maxTokens: { least: 16, most: 4096, step: 16 },
  passages: { least: 1, most: 10, step: 1 },
};

/** Characters of the system text. */
export const LONGEST_SYSTEM = 4000;

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const WHOLE: readonly NumberSetting[] = ["maxTokens", "passages"];

export function isValidNumber(name: NumberSetting, value: unknown): value is number {
  const { least, most } = LIMITS[name];
  return (
    typeof value === "number" && value >= least && value <= most && (!WHOLE.includes(name) || Number.isInteger(value))
  );
}

/** Settings from data of unknown shape: what is missing or out of bounds takes its default. */
export function validated(data: unknown): Settings {
  const given: Record<string, unknown> = typeof data === "object" && data !== null ? { ...data } : {};
  const number = (name: NumberSetting): number => {
    const value = given[name];
    return isValidNumber(name, value) ? value : DEFAULTS[name];
  };
  return {
    temperature: number("temperature"),
    topP: number("topP"),
    maxTokens: number("maxTokens"),
    passages: number("passages"),
    system: typeof given.system === "string" ? given.system.slice(0, LONGEST_SYSTEM) : DEFAULTS.system,
    useSources: typeof given.useSources === "boolean" ? given.useSources : DEFAULTS.useSources,
    engine: given.engine === "webgpu" || given.engine === "wasm" ? given.engine : null,
    model: typeof given.model === "string" ? given.model : null,
    theme: THEMES.find((theme) => theme === given.theme) ?? DEFAULTS.theme,
    language: isLanguage(given.language) ? given.language : null,
  };
}

const KEY = "malmoi.settings";

/** Read the settings; a browser that keeps nothing gives the defaults. */
export function readSettings(): Settings {
  return validated(readItem(KEY));
}

export function writeSettings(settings: Settings): void {
  writeItem(KEY, settings);
}

/** Another tab's settings, but for what this tab runs: its model is loaded, and another's window would not fit it. */
export function followed(own: Settings, other: Settings): Settings {
  return { ...other, model: own.model, engine: own.engine };
}

/** Call `onChange` when another tab changes the settings. */
export function watchSettings(onChange: (settings: Settings) => void): void {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) onChange(readSettings());
  });
}

/** JSON in localStorage, or null: a browser may forbid it, or hold what is no JSON. */
export function readItem(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Store JSON; what cannot be kept is forgotten with the tab. */
export function writeItem(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is switched off or full: the setting holds until the tab closes.
  }
}
