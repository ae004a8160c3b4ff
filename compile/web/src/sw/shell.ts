/** What the service worker knows of the page's own files: written into sw.js when the page is built. */

export interface Shell {
  /** Changes when any file does. */
  readonly version: string;
  /** Files by their address relative to sw.js, with the SHA-256 of their bytes: what the page needs to open. */
  readonly files: Readonly<Record<string, string>>;
  /** The same for files that are fetched when they are wanted, or when there is time. */
  readonly later: Readonly<Record<string, string>>;
}

/** Large files that most readers never want: the processor's engine. Kept once a page has used them. */
export function isForFew(name: string): boolean {
  return name.endsWith(".wasm");
}

/** What sw.js is asked by a page. */
export type ToServiceWorker =
  /** Take over now. */
  | { readonly kind: "activate" }
  /** Fetch what is missing for working without a connection; answered on the port when all is there. */
  | { readonly kind: "complete" }
  /** Keep these files, which the page uses, of those for few. */
  | { readonly kind: "keep"; readonly urls: readonly string[] };

/** Which of the service worker's rules an address falls under. */
export type Kind = "page" | "shell" | "later" | "data" | "search" | "other";

/** `path` is relative to the scope, without query. */
export function kindOf(path: string, isNavigation: boolean, shell: Shell): Kind {
  if (isNavigation) return path === "" || path === "index.html" ? "page" : "other";
  if (Object.hasOwn(shell.files, path)) return "shell";
  if (Object.hasOwn(shell.later, path)) return "later";
  if (path === "page.json" || /^search\/([^/]+\/)*index\.json$/.test(path)) return "data";
  return path.startsWith("search/") ? "search" : "other";
}
