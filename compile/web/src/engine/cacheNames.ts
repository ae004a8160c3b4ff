/** The caches that hold a model. */

/** web-llm 0.2.86 with `cacheBackend: "cache"` keeps a model's files in these, by their addresses. */
export const WEBLLM_CACHES = ["webllm/model", "webllm/config", "webllm/wasm"] as const;

/** Ours, for wllama. */
export const GGUF_CACHE = "malmoi/gguf";
