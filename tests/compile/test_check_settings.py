"""Faults of configuration, tokenizer, records and adapter: each is named, and nothing else is."""

from pathlib import Path

import pytest

from tests.compile.check_bundles import edit, sri
from tests.compile.check_harms import (
    APP,
    CHAT,
    TOKENIZER,
    Seeded,
    assert_named,
    duplicate,
    in_chat,
    in_record,
    in_rope,
    in_template,
    in_tokenizer,
    limit,
    rename_key,
)
from tests.compile.check_variants import Variant

F16 = Variant(quantization="q4f16_1")
HASHED = Variant(integrity="sha256")
SCALED = Variant(scaling={"rope_type": "linear", "factor": 2.0})

SEEDED = {
    "an old conv_template": Seeded(
        Variant(),
        in_chat(lambda value: value.update(conv_template="llama-2")),
        CHAT,
        "conv_template",
        "malformed: the name 'llama-2'",
    ),
    "no place for the user's words": Seeded(
        Variant(),
        in_template(lambda value: value["role_templates"].update(user="")),
        CHAT,
        "conv_template.role_templates.user",
        "malformed: it has no {user_message}",
    ),
    "no end of an answer": Seeded(
        Variant(),
        in_template(lambda value: value.update(stop_str=[], stop_token_ids=[])),
        CHAT,
        "conv_template.stop_token_ids",
        "empty",
    ),
    "a chunk larger than the context": Seeded(
        Variant(),
        in_chat(lambda value: value.update(prefill_chunk_size=1024)),
        CHAT,
        "prefill_chunk_size",
        "contradiction: a chunk of 1,024 tokens does not fit a window of 512",
    ),
    "a context larger than was compiled": Seeded(
        Variant(),
        in_record(lambda record: record.update(overrides={"context_window_size": 2048})),
        APP,
        "model_list.0.overrides.context_window_size",
        "contradiction: 2,048 tokens here, model.wasm was compiled for 512",
    ),
    "both windows": Seeded(
        Variant(),
        in_chat(lambda value: value.update(sliding_window_size=256)),
        CHAT,
        "sliding_window_size",
        "contradiction",
    ),
    "no word on a sliding window": Seeded(
        Variant(),
        in_chat(lambda value: value.pop("sliding_window_size")),
        CHAT,
        "sliding_window_size",
        "missing",
    ),
    "a sliding window without a sink": Seeded(
        Variant(sliding=True),
        in_chat(lambda value: value.update(attention_sink_size=-1)),
        CHAT,
        "attention_sink_size",
        "missing: a sliding window needs",
    ),
    "local_id": Seeded(
        Variant(),
        rename_key("local_id", "model_id"),
        APP,
        "model_list.0.local_id",
        "malformed: web-llm now calls this model_id",
    ),
    "model_lib_url": Seeded(
        Variant(),
        rename_key("model_lib_url", "model_lib"),
        APP,
        "model_list.0.model_lib_url",
        "malformed: web-llm now calls this model_lib",
    ),
    "q4f16 for an adapter without shader-f16": Seeded(
        F16,
        lambda folder: edit(folder, "adapter.json", lambda value: value.update(features=["subgroups"])),
        "adapter.json",
        "features",
        "contradiction: q4f16_1 needs shader-f16, which this adapter lacks",
    ),
    "q4f16 that asks for nothing": Seeded(
        F16,
        in_record(lambda record: record.update(required_features=[])),
        APP,
        "model_list.0.required_features",
        "missing: q4f16_1 needs shader-f16",
    ),
    "a hash cut short": Seeded(
        HASHED,
        in_record(lambda record: record["integrity"].update(config="sha256-AAAA")),
        APP,
        "model_list.0.integrity.config",
        "malformed",
    ),
    "the hash of something else": Seeded(
        HASHED,
        in_record(lambda record: record["integrity"].update(model_lib=sri(b"other", "sha384"))),
        APP,
        "model_list.0.integrity.model_lib",
        "contradiction: model.wasm has another hash",
    ),
    "a storage buffer": Seeded(
        Variant(),
        limit(1000),
        "adapter.json",
        "limits.maxStorageBufferBindingSize",
        "contradiction: the key-value cache of a layer takes 131,072 bytes, a storage buffer holds 1,000",
    ),
    "an announced buffer": Seeded(
        Variant(),
        in_record(lambda record: record.update(buffer_size_required_bytes=1 << 28)),
        APP,
        "model_list.0.buffer_size_required_bytes",
        "contradiction: 268,435,456 bytes are announced",
    ),
    "RoPE in the new form alone": Seeded(
        Variant(),
        in_rope(lambda model: model.pop("rope_theta")),
        CHAT,
        "model_config.rope_theta",
        "missing: the base would be taken for 10,000 instead of 100000",
    ),
    "RoPE in two minds": Seeded(
        Variant(),
        in_rope(lambda model: model.update(rope_theta=10000.0)),
        CHAT,
        "model_config.rope_theta",
        "contradiction: rope_theta 10000, rope_parameters.rope_theta 100000",
    ),
    "RoPE scaling in the new form alone": Seeded(
        SCALED,
        in_rope(lambda model: model.pop("rope_scaling")),
        CHAT,
        "model_config.rope_scaling",
        "missing: rope_parameters scale by 'linear'",
    ),
    "another RoPE factor": Seeded(
        SCALED,
        in_rope(lambda model: model["rope_scaling"].update(factor=4.0)),
        CHAT,
        "model_config.rope_scaling.factor",
        "contradiction: 4.0 here, 2.0 in rope_parameters",
    ),
    "llama3 without its frequencies": Seeded(
        Variant(rope_form="mlc", scaling={"rope_type": "llama3", "factor": 8.0}),
        lambda folder: None,
        CHAT,
        "model_config.rope_scaling.low_freq_factor",
        "missing: scaling 'llama3' needs it",
    ),
    "a stop token that is none": Seeded(
        Variant(),
        in_template(lambda value: value.update(stop_token_ids=[2, 128009])),
        CHAT,
        "conv_template.stop_token_ids",
        "contradiction: the tokenizer has no token 128009",
    ),
    "an end of text that is none": Seeded(
        Variant(),
        in_chat(lambda value: value.update(eos_token_id=[2, 500])),
        CHAT,
        "eos_token_id",
        "contradiction: the tokenizer has no token 500",
    ),
    "an added token twice": Seeded(
        Variant(),
        in_tokenizer(duplicate),
        TOKENIZER,
        "added_tokens",
        "malformed: 2 tokens have the content '<|im_end|>'",
    ),
    "a larger tokenizer": Seeded(
        Variant(),
        in_tokenizer(lambda value: value["added_tokens"].append({"id": 96, "content": "<|new|>"})),
        CHAT,
        "vocab_size",
        "contradiction: the tokenizer has the id 96, the model 96 tokens",
    ),
}
# What breaks more than one promise, and how many more.
MORE = {"llama3 without its frequencies": 2}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_named(tmp_path: Path, name: str) -> None:
    assert_named(tmp_path, SEEDED[name], others=MORE.get(name, 0))
