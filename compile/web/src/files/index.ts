/** The reader's own files: what is read here never leaves the browser. */

import { decodeText } from "./encoding";
import { LIMITS } from "./limits";
import { FileFault, type ReadFile } from "./types";

export { FileFault, LIMITS };

/** Endings of the files that are read, for a file dialogue. */
export const ACCEPTED = [".txt", ".md", ".markdown", ".pdf"] as const;

/** Read a text, Markdown or PDF file. Throws FileFault. */
export const readFile: ReadFile = async (file) => {
  // macOS takes the letters of a name apart; the model reads it as the title of its passages.
  const name = file.name.normalize("NFC");
  const ending = ACCEPTED.find((one) => name.toLowerCase().endsWith(one));
  if (ending === undefined) throw new FileFault("type", `${name} is no text, Markdown or PDF file.`);
  const limit = ending === ".pdf" ? LIMITS.pdf : LIMITS.text;
  if (file.size > limit) throw new FileFault("too-large", `${name} has ${file.size} bytes, ${limit} at most are read.`);
  if (file.size === 0) throw new FileFault("empty", `${name} is empty.`);
  const data = await bytesOf(file);
  const pages =
    ending === ".pdf"
      ? await numbered(data, name)
      : [{ page: null, text: tidied(decodeText(data, name)) }];
  if (pages.every(({ text }) => text.trim() === "")) {
    throw new FileFault(ending === ".pdf" ? "no-text" : "empty", `${name} has no text.`);
  }
  return { name, pages };
};

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    // It was moved or changed since it was chosen.
    throw new FileFault("damaged", `${file.name} cannot be read: ${String(error)}`);
  }
}

async function numbered(data: Uint8Array, name: string): Promise<{ page: number; text: string }[]> {
  const { pdfPages } = await import("./pdf");
  return (await pdfPages(data, name)).map((text, at) => ({ page: at + 1, text: tidied(text) }));
}

/** Letters composed, as the search compares them; line ends of one kind; no control characters. */
function tidied(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");
}
