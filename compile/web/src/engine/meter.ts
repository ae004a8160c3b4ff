/** How much is done, and how long the rest takes at the pace of the last seconds. */

import type { LoadProgress } from "./types";

const WINDOW_MS = 10_000;
// Before that a pace says little.
const SETTLED_MS = 1_000;
// Bytes come in thousands of pieces.
const STEP_MS = 100;

export class Meter {
  readonly #phase: LoadProgress["phase"];
  readonly #total: number;
  readonly #now: () => number;
  readonly #past: { readonly at: number; readonly loaded: number }[];
  #loaded: number;

  /** `there` is what was done before: it counts as loaded, but not towards the pace. */
  constructor(phase: LoadProgress["phase"], total: number, there = 0, now: () => number = () => performance.now()) {
    this.#phase = phase;
    this.#total = total;
    this.#loaded = there;
    this.#now = now;
    this.#past = [{ at: now(), loaded: there }];
  }

  /** Add what was done since; a negative number takes back what has to be done again. */
  add(amount: number): LoadProgress {
    this.#loaded = Math.min(this.#total, this.#loaded + amount);
    const at = this.#now();
    while (this.#past.length > 1 && this.#past[0]!.at < at - WINDOW_MS) this.#past.shift();
    const first = this.#past[0]!;
    if (at - this.#past.at(-1)!.at >= STEP_MS) this.#past.push({ at, loaded: this.#loaded });
    const gained = this.#loaded - first.loaded;
    const passed = at - first.at;
    const known = gained > 0 && passed >= SETTLED_MS;
    const secondsLeft = known ? ((this.#total - this.#loaded) * passed) / gained / 1000 : null;
    return { phase: this.#phase, loaded: this.#loaded, total: this.#total, secondsLeft };
  }
}

/** Tell of progress ten times a second, and of every phase's beginning and end. */
export function throttled(
  tell: (progress: LoadProgress) => void,
  now: () => number = () => performance.now(),
): (progress: LoadProgress) => void {
  let told: { readonly phase: LoadProgress["phase"]; readonly at: number } | null = null;
  return (progress) => {
    const at = now();
    const isDone = progress.loaded >= progress.total;
    if (told !== null && told.phase === progress.phase && !isDone && at - told.at < STEP_MS) return;
    told = { phase: progress.phase, at };
    tell(progress);
  };
}
