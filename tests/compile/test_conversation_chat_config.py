"""mlc-chat-config.json: windows, defaults, RoPE in both forms, the tokenizer's files."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compile.conversation import ChatSettings, chat_config, require_no_slide, write_chat_config
from compile.models.architecture import Architecture, RopeScaling
from curation.errors import ConfigurationError
from training.base import resolve
from training.config import Base

LLAMA = Architecture(
    model_type="llama",
    hidden=64,
    intermediate=192,
    layers=2,
    heads=4,
    kv_heads=2,
    head_dim=16,
    vocab=300,
    norm_eps=1e-6,
    tied=True,
    context=8192,
    sliding_window=None,
    rope_theta=500000.0,
    rope_scaling=None,
    qkv_bias=False,
    output_bias=False,
    qk_norm=False,
)
BYTE_LEVEL = {
    "added_tokens": [{"id": 4, "content": "<s>"}],
    "model": {"vocab": {"a": 0, "b": 3}},
    "normalizer": None,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
    "decoder": {"type": "ByteLevel", "add_prefix_space": True},
}
TEMPLATE = {"name": "from_chat_template", "seps": ["\n"]}


def _config(
    architecture: Architecture = LLAMA,
    *,
    config: dict[str, Any] | None = None,
    generation: dict[str, Any] | None = None,
    tokenizer: dict[str, Any] = BYTE_LEVEL,
    **settings: int,
) -> dict[str, Any]:
    return chat_config(
        architecture,
        config or {},
        generation or {},
        tokenizer,
        conv_template=TEMPLATE,
        settings=ChatSettings("q4f32_1", **settings),
        where="the/model",
    )


@pytest.mark.parametrize(
    ("sliding", "settings", "expected"),
    [
        (None, {}, (4096, -1, -1, 1024)),
        (None, {"context": 512}, (512, -1, -1, 512)),
        (None, {"context": 8192, "prefill_chunk": 8192}, (8192, -1, -1, 8192)),
        # web-llm is never told of a sliding window: the runtime's own rotates no keys then.
        (4096, {}, (4096, -1, -1, 1024)),
        (2048, {}, (4096, -1, -1, 1024)),
        (512, {}, (4096, -1, -1, 1024)),
        (512, {"context": 256, "prefill_chunk": 64}, (256, -1, -1, 64)),
    ],
)
def test_a_context_and_no_rolling_window(
    sliding: int | None, settings: dict[str, int], expected: tuple[int, ...]
) -> None:
    made = _config(replace(LLAMA, sliding_window=sliding), **settings)
    names = ("context_window_size", "sliding_window_size", "attention_sink_size", "prefill_chunk_size")
    assert tuple(made[name] for name in names) == expected
    assert tuple(made["model_config"][name] for name in names) == expected


@pytest.mark.parametrize(
    ("sliding", "settings", "said"),
    [
        (None, {"context": 8193}, "8,193 tokens is asked for, but the model knows 8,192"),
        (None, {"context": 0}, "A context of 0"),
        (
            None,
            {"context": 512, "prefill_chunk": 513},
            "chunk of 513 tokens does not fit into a context of 512",
        ),
        (None, {"prefill_chunk": 0}, "chunk of 0"),
    ],
)
def test_a_window_that_does_not_fit_is_refused(
    sliding: int | None, settings: dict[str, int], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        _config(replace(LLAMA, sliding_window=sliding), **settings)


@pytest.mark.parametrize(("window", "fits"), [(None, True), (512, True), (511, False)])
def test_a_library_of_mlc_never_has_to_slide(window: int | None, fits: bool) -> None:
    model = replace(LLAMA, sliding_window=window)
    settings = ChatSettings("q4f32_1", context=512)
    if fits:
        require_no_slide(model, settings, "model")
        return
    with pytest.raises(ConfigurationError, match="attends to 511 tokens") as raised:
        require_no_slide(model, settings, "model")
    assert "context of 511 at most" in (raised.value.fix or "")


def test_values_come_from_generation_config_first() -> None:
    made = _config(
        config={"temperature": 0.9, "bos_token_id": None, "eos_token_id": 4, "pad_token_id": 3},
        generation={"temperature": 0.6, "eos_token_id": [4, 3], "repetition_penalty": 1.1, "top_k": 20},
    )
    names = ("temperature", "top_p", "repetition_penalty", "presence_penalty", "frequency_penalty")
    assert [made[name] for name in names] == [0.6, 1.0, 1.1, 0.0, 0.0]
    assert (made["eos_token_id"], made["pad_token_id"], made["bos_token_id"]) == ([4, 3], 3, 1)
    assert (made["vocab_size"], made["active_vocab_size"]) == (300, 5)
    assert made["conv_template"] == TEMPLATE
    assert "top_k" not in made


def test_rope_is_written_in_both_forms() -> None:
    plain = _config(config={"rope_parameters": {"rope_theta": 500000.0, "rope_type": "default"}})[
        "model_config"
    ]
    assert plain["rope_theta"] == 500000.0
    assert plain["rope_scaling"] is None
    assert plain["rope_parameters"] == {"rope_theta": 500000.0, "rope_type": "default"}
    scaled = _config(replace(LLAMA, rope_scaling=RopeScaling(32.0, 1.0, 4.0, 8192)))["model_config"]
    scaling = {
        "rope_type": "llama3",
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    assert scaled["rope_scaling"] == scaling
    assert scaled["rope_parameters"] == scaling | {"rope_theta": 500000.0}


PREPEND = {
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}]},
    "pre_tokenizer": None,
    "decoder": {
        "type": "Sequence",
        "decoders": [{"type": "ByteFallback"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}],
    },
}
METASPACE = {
    "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "always"},
    "decoder": {"type": "Metaspace", "prepend_scheme": "always"},
}
NEVER = {
    "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "never"},
    "decoder": {"type": "ByteFallback"},
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("byte_level", False, False)),
        (PREPEND, ("byte_fallback", True, True)),
        (METASPACE, ("byte_fallback", True, True)),
        (NEVER, ("byte_fallback", False, False)),
    ],
)
def test_the_kind_of_tokenizer(fields: dict[str, Any], expected: tuple[str, bool, bool]) -> None:
    assert tuple(_config(tokenizer=BYTE_LEVEL | fields)["tokenizer_info"].values()) == expected


def test_an_added_token_that_stands_twice_is_refused() -> None:
    twice = BYTE_LEVEL | {"added_tokens": [{"id": 4, "content": "<s>"}, {"id": 5, "content": "<s>"}]}
    with pytest.raises(ConfigurationError, match="added token '<s>' twice"):
        _config(tokenizer=twice)


def test_a_list_of_pairs_is_a_vocabulary() -> None:
    unigram = BYTE_LEVEL | {"model": {"vocab": [["a", -1.0]] * 7}, "added_tokens": []}
    assert _config(tokenizer=unigram)["active_vocab_size"] == 7


def test_a_model_folder_becomes_part_of_a_bundle(tmp_path: Path) -> None:
    tiny = resolve(Base(model="tiny")).folder
    made = write_chat_config(tiny, tmp_path / "bundle", TEMPLATE, ChatSettings("q0f32"))
    assert json.loads((tmp_path / "bundle/mlc-chat-config.json").read_text(encoding="utf-8")) == made
    assert made["tokenizer_files"] == ["tokenizer.json", "tokenizer_config.json"]
    for name in made["tokenizer_files"]:
        assert (tmp_path / "bundle" / name).read_bytes() == (tiny / name).read_bytes()
    assert (made["quantization"], made["context_window_size"], made["vocab_size"]) == ("q0f32", 2048, 1536)
    assert (made["eos_token_id"], made["pad_token_id"], made["version"]) == (2, 0, "0.1.0")
    assert made["model_config"]["hidden_size"] == 64
    assert not {"architectures", "dtype", "transformers_version"} & made["model_config"].keys()


def test_paths_of_the_machine_stay_behind(tmp_path: Path) -> None:
    model = shutil.copytree(resolve(Base(model="tiny")).folder, tmp_path / "model")
    told = json.loads((model / "tokenizer_config.json").read_text(encoding="utf-8"))
    # As older versions of transformers wrote them.
    private = {"name_or_path": str(tmp_path), "special_tokens_map_file": str(tmp_path / "special.json")}
    (model / "tokenizer_config.json").write_text(json.dumps({**told, **private}), encoding="utf-8")
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    (model / "config.json").write_text(json.dumps({**config, "_name_or_path": str(tmp_path)}))
    write_chat_config(model, tmp_path / "bundle", TEMPLATE, ChatSettings("q0f32"))
    copied = (tmp_path / "bundle" / "tokenizer_config.json").read_text(encoding="utf-8")
    assert json.loads(copied) == told
    for file in (tmp_path / "bundle").iterdir():
        assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_a_model_without_its_tokenizer_leaves_no_bundle(tmp_path: Path) -> None:
    model = shutil.copytree(resolve(Base(model="tiny")).folder, tmp_path / "model")
    (model / "tokenizer.json").unlink()
    with pytest.raises(ConfigurationError, match=r"no tokenizer\.json"):
        write_chat_config(model, tmp_path / "bundle", TEMPLATE, ChatSettings("q0f32"))
    assert not (tmp_path / "bundle").exists()
    shutil.copyfile(resolve(Base(model="tiny")).folder / "tokenizer.json", model / "tokenizer.json")
    (model / "generation_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"generation_config\.json cannot be read"):
        write_chat_config(model, tmp_path / "bundle", TEMPLATE, ChatSettings("q0f32"))
