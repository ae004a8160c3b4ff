/** Reads `page.json`. */
import type { Bundle } from "../../engine/types";

/** What the bundle holds, or why that is not known. */
export async function readBundle(): Promise<Bundle | "missing" | "damaged"> {
  let data: unknown;
  try {
    const response = await fetch(new URL("page.json", document.baseURI), { cache: "no-cache" });
    if (!response.ok) return "missing";
    data = await response.json();
  } catch (error) {
    return error instanceof SyntaxError ? "damaged" : "missing";
  }
  return isBundle(data) ? data : "damaged";
}

/** Whether data is a bundle's list, as far as the page relies on it. */
export function isBundle(data: unknown): data is Bundle {
  if (!isRecord(data) || typeof data.name !== "string" || !Array.isArray(data.models)) return false;
  const { search } = data;
  if (search !== null && !(isRecord(search) && typeof search.folder === "string")) return false;
  return data.models.every(
    (model) =>
      isRecord(model) &&
      ["id", "name", "model"].every((key) => typeof model[key] === "string") &&
      ["bytes", "context", "bufferBytes"].every((key) => typeof model[key] === "number") &&
      Array.isArray(model.requiredFeatures),
  );
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null;
}
