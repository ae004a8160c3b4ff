/** Files in the service worker's caches: whole and checked, or not there. */

/** Fetch past the browser's own cache where the host has a newer file; throws when what comes is another file. */
export async function fetchChecked(url: string, sha256: string | null): Promise<Response> {
  const response = await fetch(url, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`);
  const data = await response.arrayBuffer();
  if (sha256 !== null && (await sha256Of(data)) !== sha256) throw new Error(`${url} is not the file of this version.`);
  return new Response(data, { headers: { "content-type": response.headers.get("content-type") ?? "" } });
}

export async function sha256Of(data: ArrayBuffer): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", data);
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The response with the headers that isolate a page from others, without which it has no threads. They do no
 * harm here: the page has nothing from elsewhere.
 */
export function isolated(response: Response): Response {
  // A redirection, which the browser follows by itself.
  if (response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-embedder-policy", "require-corp");
  headers.set("cross-origin-resource-policy", "same-origin");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
