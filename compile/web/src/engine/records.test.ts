import { expect, it } from "vitest";
import { folderOf, recordOf, shardsOf, tokenizerOf, type ChatConfig } from "./records";
import type { ModelEntry } from "./types";

const PAGE = "https://host/some/folder/index.html";

// As web-llm's cleanModelUrl has it.
it.each([
  ["models/m/", "https://host/some/folder/models/m/resolve/main/"],
  ["models/m", "https://host/some/folder/models/m/resolve/main/"],
  ["https://hub/a/m/resolve/v2", "https://hub/a/m/resolve/v2/"],
  ["https://hub/a/m/resolve/v2/", "https://hub/a/m/resolve/v2/"],
])("%s is at %s", (model, address) => {
  expect(folderOf(model, PAGE)).toBe(address);
});

it("gives web-llm absolute addresses, and keeps the rest of the record", () => {
  const record = { model: "models/m/", model_id: "m", model_lib: "models/m/resolve/main/m.wasm", overrides: { a: 1 } };
  expect(recordOf({ model_list: [record] }, { id: "m" } as ModelEntry, PAGE)).toEqual({
    ...record,
    model: "https://host/some/folder/models/m/resolve/main/",
    model_lib: "https://host/some/folder/models/m/resolve/main/m.wasm",
  });
  expect(() => recordOf({ model_list: [record] }, { id: "n" } as ModelEntry, PAGE)).toThrow("no record of n");
  expect(() => recordOf({}, { id: "n" } as ModelEntry, PAGE)).toThrow("no record of n");
});

it("takes the tokenizer that web-llm takes", () => {
  const config = (tokenizer_files: string[]): ChatConfig => ({ tokenizer_files, conv_template: { roles: {} } });
  expect(tokenizerOf(config(["tokenizer.model", "tokenizer.json"]))).toBe("tokenizer.json");
  expect(tokenizerOf(config(["tokenizer.model"]))).toBe("tokenizer.model");
  expect(() => tokenizerOf(config(["vocab.json"]))).toThrow("no tokenizer");
  expect(() => shardsOf({})).toThrow("no shards");
});
