/** The bundle's JSON that the engines read, and where a model's files are. */

import { EngineFault, type ModelEntry } from "./types";

/** A record of web-llm's `model_list`. */
export interface ModelRecord {
  readonly model: string;
  readonly model_id: string;
  readonly model_lib: string;
}

/** What is read of mlc-chat-config.json. */
export interface ChatConfig {
  readonly tokenizer_files: readonly string[];
  readonly conv_template: {
    readonly roles: Readonly<Record<string, string>>;
    /** What web-llm writes where a conversation has no system message. */
    readonly system_message?: string;
    readonly role_templates?: Readonly<Record<string, string>>;
  };
}

export interface Shard {
  readonly dataPath: string;
  readonly nbytes: number;
  readonly md5sum: string;
}

/** The model's record with absolute addresses, as the page sees them. */
export function recordOf(appConfig: unknown, model: ModelEntry, page: string): ModelRecord {
  const list = (appConfig as { model_list?: ModelRecord[] }).model_list ?? [];
  const record = list.find((one) => one.model_id === model.id);
  if (record === undefined) throw new EngineFault("damaged", `app-config.json has no record of ${model.id}.`);
  return { ...record, model: folderOf(record.model, page), model_lib: new URL(record.model_lib, page).href };
}

/** The folder with a model's files: web-llm adds `resolve/main/` where there is none. */
export function folderOf(model: string, page: string): string {
  const folder = model.endsWith("/") ? model : `${model}/`;
  return new URL(/.+\/resolve\/.+\//.test(folder) ? folder : `${folder}resolve/main/`, page).href;
}

/** The file that web-llm makes the tokenizer from. */
export function tokenizerOf(config: ChatConfig): string {
  const found = ["tokenizer.json", "tokenizer.model"].find((name) => config.tokenizer_files.includes(name));
  if (found === undefined) throw new EngineFault("damaged", "mlc-chat-config.json names no tokenizer.");
  return found;
}

/** The shards that tensor-cache.json lists. */
export function shardsOf(tensorCache: unknown): readonly Shard[] {
  const { records } = tensorCache as { records?: Shard[] };
  if (!Array.isArray(records)) throw new EngineFault("damaged", "tensor-cache.json lists no shards.");
  return records;
}
