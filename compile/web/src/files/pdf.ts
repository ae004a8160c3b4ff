/** The text of a PDF by page: pdf.js, with its worker and the maps of East Asian fonts from this origin. */

import { getDocument, PDFWorker, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import Worker_ from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker";
import { LIMITS } from "./limits";
import { FileFault } from "./types";

const MAPS = import.meta.glob<string>("../../node_modules/pdfjs-dist/cmaps/*.bcmap", {
  query: "?url",
  import: "default",
  eager: true,
});

/** Fetches what pdf.js needs besides: maps of characters. Fonts are for drawing, which is not done here. */
class Maps {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const address = kind === "cMapUrl" ? MAPS[`../../node_modules/pdfjs-dist/cmaps/${filename}`] : undefined;
    if (address === undefined) throw new Error(`${filename} is not part of the page.`);
    return new Uint8Array(await (await fetch(new URL(address, import.meta.url))).arrayBuffer());
  }
}

/** Text of each page, from the first. Throws FileFault. */
export async function pdfPages(data: Uint8Array, name: string): Promise<string[]> {
  const port = new Worker_();
  // Its declaration has only null for the port.
  const worker = new PDFWorker({ port: port as unknown as null });
  try {
    const document = await open(data, name, worker);
    if (document.numPages > LIMITS.pages) {
      throw new FileFault("too-large", `${name} has ${document.numPages} pages, ${LIMITS.pages} at most are read.`);
    }
    const pages: string[] = [];
    for (let number = 1; number <= document.numPages; number++) pages.push(await pageText(document, number));
    return pages;
  } finally {
    worker.destroy();
    port.terminate();
  }
}

async function open(data: Uint8Array, name: string, worker: PDFWorker): Promise<PDFDocumentProxy> {
  try {
    return await getDocument({
      data,
      worker,
      BinaryDataFactory: Maps,
      useWorkerFetch: false,
      // Given so that pdf.js asks for maps at all; `Maps` knows where they are.
      cMapUrl: "./",
      disableFontFace: true,
      useSystemFonts: false,
      isOffscreenCanvasSupported: false,
      enableXfa: false,
      verbosity: 0,
    }).promise;
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") throw new FileFault("locked", `${name} needs a password.`);
    throw new FileFault("damaged", `${name} cannot be read as a PDF: ${String(error)}`);
  }
}

/** A page that is broken has no text; the others still have. */
async function pageText(document: PDFDocumentProxy, number: number): Promise<string> {
  try {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
  } catch {
    return "";
  }
}
