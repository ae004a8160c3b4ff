import { expect, it } from "vitest";
import { kindOf, type Shell } from "./shell";

const shell: Shell = {
  version: "1",
  files: { "index.html": "a", "assets/index-x.js": "b" },
  later: { "assets/wllama-x.wasm": "c" },
};

it.each([
  ["", true, "page"],
  ["index.html", true, "page"],
  ["verify.html", true, "other"],
  ["index.html", false, "shell"],
  ["assets/index-x.js", false, "shell"],
  ["assets/wllama-x.wasm", false, "later"],
  ["assets/index-older.js", false, "other"],
  ["page.json", false, "data"],
  ["search/index.json", false, "data"],
  ["search/terms.bin", false, "search"],
  ["app-config.json", false, "other"],
  ["constructor", false, "other"],
  ["models/m/resolve/main/params_shard_0.bin", false, "other"],
  ["models/m/m.gguf", false, "other"],
])("%j, navigation %j, is of kind %s", (path, isNavigation, kind) => {
  expect(kindOf(path, isNavigation, shell)).toBe(kind);
});
