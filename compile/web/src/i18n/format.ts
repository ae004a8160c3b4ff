/** Numbers, sizes and times as the reader's language writes them. */
import type { Language } from "./language";
import type { MessageKey } from "./ko";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes in decimal units, as disks and downloads are labelled. */
export function formatBytes(bytes: number, language: Language): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${formatNumber(value, language, digits)} ${UNITS[unit]}`;
}

export function formatNumber(value: number, language: Language, digits = 0): string {
  return value.toLocaleString(language, { maximumFractionDigits: digits });
}

/** A waiting time as a key and its values: seconds below 90, then minutes, then hours. */
export function duration(seconds: number): { key: MessageKey; values: Record<string, number> } {
  if (seconds < 90) return { key: "time.seconds", values: { count: Math.max(1, Math.round(seconds)) } };
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return { key: "time.minutes", values: { count: minutes } };
  return { key: "time.hours", values: { hours: Math.floor(minutes / 60), minutes: minutes % 60 } };
}

export function formatDate(milliseconds: number, language: Language): string {
  return new Date(milliseconds).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}
