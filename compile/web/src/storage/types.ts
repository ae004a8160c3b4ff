/** What the browser keeps: conversations and the reader's own files. */
import type { EngineFault, EngineKind } from "../engine/types";
import type { OwnDocument, Passage } from "../search/types";

export interface Question {
  readonly role: "user";
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** What was measured while an answer was written. */
export interface Figures {
  readonly engine: EngineKind;
  readonly completionTokens: number;
  readonly decodeTokensPerSecond: number;
  readonly memoryBytes: number | null;
  /** Earlier turns, oldest first, that did not fit and were left out. */
  readonly droppedTurns?: number;
  /** It repeated itself, and was ended behind the first time. */
  readonly isLoop?: boolean;
}

export type AnswerState =
  | "writing"
  | "done"
  | "stopped" // by the reader
  | "length" // at the longest answer
  | "broken" // its tab was closed
  | "failed"; // a fault ended it

export interface Answer {
  readonly role: "assistant";
  readonly id: string;
  readonly text: string;
  readonly created: number;
  readonly state: AnswerState;
  /** False where the sources do not answer the question: `passages` are then the nearest ones. */
  readonly covered: boolean;
  /** Passages that the model was given; `[n]` in the text counts them from 1. */
  readonly passages: readonly Passage[];
  readonly figures: Figures | null;
  readonly fault: EngineFault["code"] | null;
}

export type Message = Question | Answer;

export interface Conversation {
  readonly id: string;
  /** Empty until the first question or a name of the reader's. */
  readonly title: string;
  readonly created: number;
  readonly updated: number;
  /** How often it was written; 0 for one that was not stored yet. */
  readonly revision: number;
  readonly messages: readonly Message[];
}

/** A line of the list of conversations. */
export type Listed = Pick<Conversation, "id" | "title" | "updated">;

export interface StoredDocument extends OwnDocument {
  readonly added: number;
}
