import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";
import { shellManifest } from "./src/sw/building.ts";

export default defineConfig({
  // Every address is relative: the page works in any folder of any host.
  base: "./",
  plugins: [preact(), shellManifest()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    // The page forbids inline code; nothing may be inlined as data either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", verify: "verify.html", sw: "src/sw/sw.ts" },
      output: {
        // A service worker's scope is its folder, and its address must stay.
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
