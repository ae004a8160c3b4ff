/** What a wide character costs each model, learnt from its answers. */
import type { Generated } from "../../engine/types";
import { readItem, writeItem } from "../../storage/settings";
import type { Prompt } from "../asking/prompt";
import { measurePerWide } from "../asking/tokens";
import { model } from "./model";

const RATES = "malmoi.rates";

/** Tokens of a wide character, by model, as answers have shown them. */
export function measuredRates(): Readonly<Record<string, number>> {
  const rates = readItem(RATES);
  if (typeof rates !== "object" || rates === null) return {};
  return Object.fromEntries(Object.entries(rates).filter(([, rate]) => typeof rate === "number"));
}

/** Later turns reuse what the model has read, and then count only what is new: only first turns are measured. */
export function rememberRate(prompt: Prompt, generated: Generated): void {
  if (!model.value || prompt.messages.some((message) => message.role === "assistant")) return;
  const rate = measurePerWide(prompt.messages.map((message) => message.content).join("\n"), generated.promptTokens);
  if (rate !== null) writeItem(RATES, { ...measuredRates(), [model.value.id]: rate });
}
