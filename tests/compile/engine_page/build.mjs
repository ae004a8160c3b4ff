// Builds the test's page with the page's own settings: `node build.mjs OUT`, run from compile/web.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const web = process.cwd();
const here = dirname(fileURLToPath(import.meta.url));
const { build, loadConfigFromFile } = await import(pathToFileURL(createRequire(`${web}/`).resolve("vite")).href);
const { config } = await loadConfigFromFile({ command: "build", mode: "production" });
config.build.rollupOptions.input = { index: `${here}/index.html`, sw: `${web}/src/sw/sw.ts` };
await build({
  ...config,
  configFile: false,
  logLevel: "error",
  root: here,
  publicDir: false,
  build: { ...config.build, outDir: process.argv[2], emptyOutDir: true },
});
