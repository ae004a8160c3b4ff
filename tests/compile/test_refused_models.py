"""Models that would compile and then talk nonsense are refused by name, before any long work."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compile.building import Wish, build, describe
from compile.conversation import ChatSettings
from compile.gguf import describe as describe_gguf
from compile.models import architecture_of, require_no_more
from curation.errors import ConfigurationError
from tests.compile.gguf_files import HEAD, Kind, hf_tensors, vocabulary, write
from tests.compile.model_folders import SHAPES, random_tensors, save_folder

QUICK = ChatSettings("q4f32_1", 64, 32)
GRANITE = {
    "embedding_multiplier": 12.0,
    "residual_multiplier": 0.22,
    "attention_multiplier": 0.0078125,
    "logits_scaling": 8.0,
}
OTHERS: dict[str, Any] = {
    "final_logit_softcapping": 30.0,
    "attn_logit_softcapping": 50.0,
    "logit_softcapping": 30,
    "query_pre_attn_scalar": 256,
    "logit_scale": 0.0625,
    "scale_emb": 12,
    "use_post_norm": True,
    "use_qk_norm": True,
    "embedding_multiplier": "twelve",
}


@pytest.mark.parametrize(("field", "value"), [*GRANITE.items(), *OTHERS.items()])
def test_a_factor_that_is_not_computed_is_named(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"The model has '{field}': {value}, which is not") as told:
        architecture_of(save_folder(tmp_path, **{field: value}))
    assert told.value.where == str(tmp_path / "config.json")
    assert "Llama 2 and 3" in told.value.fix


def test_factors_that_change_nothing_are_taken(tmp_path: Path) -> None:
    # As configurations of HyperCLOVA X may have them that compute as Llama does: heads of 10 numbers here.
    neutral: dict[str, Any] = {
        **dict.fromkeys(("embedding_multiplier", "residual_multiplier", "logits_scaling"), 1.0),
        "attention_multiplier": 10**-0.5,
        "query_pre_attn_scalar": 10,
        "final_logit_softcapping": None,
        "use_post_norm": False,
    }
    plain = architecture_of(save_folder(tmp_path / "plain"))
    assert architecture_of(save_folder(tmp_path / "neutral", **neutral)) == plain


@pytest.mark.parametrize(
    "name",
    [
        "model.layers.0.post_norm1.weight",
        "model.layers.0.self_attn.q_norm.weight",
        "model.layers.0.mlp.up_proj.bias",
        "model.layers.1.self_attn.q_proj.weight",
    ],
)
def test_weights_that_would_be_left_out_are_named(tmp_path: Path, name: str) -> None:
    folder = save_folder(tmp_path, random_tensors({**SHAPES, name: (40,)}))
    with pytest.raises(ConfigurationError, match=f"has weights '{name}', which are not built") as told:
        require_no_more(folder, architecture_of(folder))
    assert told.value.where == str(tmp_path / "model.safetensors")


def test_weights_that_nobody_needs_may_be_there(tmp_path: Path) -> None:
    more = {**SHAPES, "model.layers.0.self_attn.rotary_emb.inv_freq": (5,)}
    folder = save_folder(tmp_path, random_tensors(more), tie_word_embeddings=True)
    require_no_more(folder, architecture_of(folder))


def sized(folder: Path, size: int) -> Path:
    """A model whose heads have so many numbers."""
    rows = {"q_proj": 4 * size, "k_proj": 2 * size, "v_proj": 2 * size}
    shapes = {f"model.layers.0.self_attn.{name}.weight": (count, 40) for name, count in rows.items()}
    shapes["model.layers.0.self_attn.o_proj.weight"] = (40, 4 * size)
    return save_folder(folder, random_tensors({**SHAPES, **shapes}), head_dim=size)


@pytest.mark.parametrize("size", [6, 10, 130, 260])
def test_heads_that_the_kernels_do_not_compute_are_refused(tmp_path: Path, size: int) -> None:
    wish = Wish(str(sized(tmp_path / "model", size)), QUICK)
    for start in (describe, build):
        with pytest.raises(ConfigurationError, match=f"A head of the attention has {size} numbers") as told:
            start(wish, tmp_path / "out")
        assert "multiple of 4, up to 256" in told.value.what
        assert "the backend mlc" in told.value.fix
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    other = Wish(str(tmp_path / "model"), QUICK, backend="mlc")
    assert describe(other, tmp_path / "out").architecture.head_dim == size


@pytest.mark.parametrize("size", [4, 12, 256])
def test_other_heads_are_taken(tmp_path: Path, size: int) -> None:
    wish = Wish(str(sized(tmp_path / "model", size)), QUICK)
    assert describe(wish, tmp_path / "out").architecture.head_dim == size


@pytest.mark.parametrize(
    ("key", "value"), [("attention.scale", 0.1), ("logit_scale", 0.25), ("final_logit_softcapping", 30.0)]
)
def test_factors_of_a_gguf_are_named(tmp_path: Path, key: str, value: float) -> None:
    file = write(tmp_path / "model.gguf", Kind(fields={f"llama.{key}": value}))
    with pytest.raises(ConfigurationError, match=f"The model has 'llama.{key}' {value:g}"):
        describe_gguf(file)
    usual = {"llama.attention.scale": HEAD**-0.5, "llama.logit_scale": 1.0}
    assert describe_gguf(write(tmp_path / "usual.gguf", Kind(fields=usual))).parameters


def gguf_folder(folder: Path, **changes: Any) -> Path:
    """The model folder of a GGUF that `write` makes."""
    fields = {
        **{"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "head_dim": HEAD},
        **{"vocab_size": len(vocabulary()), "max_position_embeddings": 512, "tie_word_embeddings": True},
        "rope_theta": 100_000.0,
        **changes,
    }
    return save_folder(folder, hf_tensors(Kind()), **fields)


def test_the_gguf_that_goes_along_must_hold_the_same_model(tmp_path: Path) -> None:
    folder = gguf_folder(tmp_path / "model")
    same = write(tmp_path / "same.gguf", Kind(dtype="Q8_0"))
    alone = describe(Wish(str(folder), QUICK), tmp_path / "out")
    both = describe(Wish(str(folder), QUICK, gguf=same), tmp_path / "out")
    assert both.more == alone.more + same.stat().st_size
    assert describe(Wish(str(same), QUICK, gguf=same), tmp_path / "out").more >= same.stat().st_size
    (tmp_path / "no.gguf").write_text("GIF89a")
    tensors = hf_tensors(Kind())
    tensors["model.norm.weight"] = tensors["model.norm.weight"] * np.float32(1.3)
    other = save_folder(
        tmp_path / "other",
        tensors,
        **{"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "head_dim": HEAD},
        **{"vocab_size": len(vocabulary()), "max_position_embeddings": 512, "tie_word_embeddings": True},
    )
    small = save_folder(tmp_path / "small", head_dim=10)
    refused = {
        (folder, "absent.gguf"): "There is no such file",
        (folder, "no.gguf"): "This is no GGUF file",
        (small, "same.gguf"): "of another model: it has 2 layers, and the model 1",
        (other, "same.gguf"): "of the same shape, with other weights",
    }
    for (model, name), told in refused.items():
        wish = Wish(str(model), ChatSettings("q4f32_1", 64), gguf=tmp_path / name, backend="mlc")
        for start in (describe, build):
            with pytest.raises(ConfigurationError, match=told) as refusal:
                start(wish, tmp_path / "out")
            assert refusal.value.where == str(tmp_path / name)
            assert refusal.value.fix


def test_a_gguf_that_no_browser_takes_is_refused(tmp_path: Path) -> None:
    folder = gguf_folder(tmp_path / "model")
    large = write(tmp_path / "large.gguf")
    with large.open("r+b") as stream:
        stream.truncate(2**31 + 1)
    with pytest.raises(ConfigurationError, match=r"has 2\.1 GB, and a browser takes 2\.1 GB at most"):
        describe(Wish(str(folder), QUICK, gguf=large), tmp_path / "out")
