/** What a key means in a field where Enter sends. */

// Safari ends the composition before it reports the key, and then tells of it by this code alone.
const COMPOSING = 229;

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">;

/** Whether a key is an Esc of the reader's, and not the one that gives up what is being composed. */
export function isLeaving(event: Pick<Pressed, "key" | "isComposing" | "keyCode">): boolean {
  return event.key === "Escape" && !event.isComposing && event.keyCode !== COMPOSING;
}

/** Whether a key sends: Enter alone, and not the Enter that ends a syllable being composed (한글, かな). */
export function isSending(event: Pressed): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== COMPOSING;
}
