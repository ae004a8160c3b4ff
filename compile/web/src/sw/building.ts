/** Writes the list of the built files into sw.js. */

import type { Plugin } from "vite";
import type { Shell } from "./shell";

const PLACE = "__SHELL__";
// Not of the page: what verifies a bundle, and the service worker itself.
const LEFT_OUT = /^(verify\.html|sw\.js)$|\.map$|(^|\/)LICENSE/;
const CODE = /\.(js|css|html)$/;
const LATER = /\.(wasm|bcmap)$|(^|\/)pdf[.-]/;

export function shellManifest(): Plugin {
  let out = "";
  let ofVerifier = new Set<string>();
  return {
    name: "shell-manifest",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      const { outDir } = config.build;
      out = outDir.startsWith("/") ? outDir : `${config.root}/${outDir}`;
    },
    generateBundle(_, bundle) {
      const reached = (entry: string): Set<string> => {
        const found = new Set<string>();
        const waiting = Object.values(bundle)
          .filter((one) => one.type === "chunk" && one.isEntry && one.name === entry)
          .map((one) => one.fileName);
        for (const name of waiting) {
          const one = bundle[name];
          if (found.has(name) || one?.type !== "chunk") continue;
          found.add(name);
          waiting.push(...one.imports, ...one.dynamicImports);
        }
        return found;
      };
      const ofPage = reached("index");
      ofVerifier = new Set([...reached("verify")].filter((name) => !ofPage.has(name)));
    },
    async closeBundle() {
      const { fs } = this;
      const read = new Map<string, Uint8Array>();
      const readFolder = async (folder: string): Promise<void> => {
        const entries = await fs.readdir(`${out}/${folder}`, { withFileTypes: true });
        for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
          const name = folder + entry.name;
          if (entry.isDirectory()) await readFolder(`${name}/`);
          else if (!LEFT_OUT.test(name) && !ofVerifier.has(name)) read.set(name, await fs.readFile(`${out}/${name}`));
        }
      };
      await readFolder("");
      const code = [...read].filter(([name]) => CODE.test(name)).map(([, data]) => new TextDecoder().decode(data));
      const files: Record<string, string> = {};
      const later: Record<string, string> = {};
      for (const [name, data] of read) {
        const [, own] = /^assets\/(.*)$/.exec(name) ?? [];
        // An asset that nothing names is the verifier's.
        if (own !== undefined && !code.some((text) => text.includes(own))) continue;
        (LATER.test(name) ? later : files)[name] = await sha256(data);
      }
      const version = (await sha256(new TextEncoder().encode(JSON.stringify([files, later])))).slice(0, 16);
      const shell: Shell = { version, files, later };
      const worker = await fs.readFile(`${out}/sw.js`, { encoding: "utf8" });
      if (!worker.includes(PLACE)) this.error(`sw.js has no ${PLACE}.`);
      await fs.writeFile(`${out}/sw.js`, worker.replace(PLACE, () => JSON.stringify(shell)));
    },
  };
}

async function sha256(data: Uint8Array): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", new Uint8Array(data));
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
