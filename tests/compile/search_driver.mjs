// Runs the page's search over an exported folder: node search_driver.mjs SCRIPT FOLDER rank|tokens < texts.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [script, folder, what] = process.argv.slice(2);
const { Search } = await import(pathToFileURL(script).href);
const search = await Search.open(async (name) => new Uint8Array(readFileSync(join(folder, name))));
const texts = JSON.parse(readFileSync(0, "utf8"));
const found = texts.map((text) =>
  what === "tokens" ? search.tokens(text) : search.rank(text, 10).map(({ number, score }) => [number, score]),
);
process.stdout.write(JSON.stringify(found));
