/** What the page and the worker that holds web-llm say to each other. One thing at a time is asked. */

import type { FaultMessage } from "./faults";
import type { ChatMessage, Generated, GenerateOptions, LoadProgress, ModelEntry } from "./types";

export type ToWorker =
  | { readonly kind: "load"; readonly model: ModelEntry; readonly page: string }
  | { readonly kind: "generate"; readonly messages: readonly ChatMessage[]; readonly options: GenerateOptions }
  | { readonly kind: "stop" };

export type FromWorker =
  | { readonly kind: "progress"; readonly progress: LoadProgress }
  | { readonly kind: "loaded" }
  | { readonly kind: "text"; readonly added: string }
  | { readonly kind: "done"; readonly generated: Generated }
  | { readonly kind: "memory"; readonly bytes: number }
  /** What was asked for failed. */
  | { readonly kind: "fault"; readonly fault: FaultMessage }
  /** The graphics device went away, whatever was going on: this worker is of no more use. */
  | { readonly kind: "lost"; readonly fault: FaultMessage };
