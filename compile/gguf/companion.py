"""Whether a GGUF that goes along for browsers without WebGPU holds the model of the bundle."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from compile.formats.checkpoint import Weights
from compile.gguf.config import architecture_of, config_of
from compile.gguf.reading import GgufFile, is_gguf
from compile.models import Architecture

# What the processor's engine takes of one file: https://github.com/ngxson/wllama, "Limitations".
_LARGEST: Final = 2 * 2**30
# The shape of a model, in words.
_SHAPE: Final = {
    "layers": "layers",
    "hidden": "numbers a token",
    "intermediate": "numbers in a feed-forward layer",
    "heads": "heads",
    "kv_heads": "heads of keys and values",
    "head_dim": "numbers a head",
    "vocab": "tokens",
}
_NORM, _NORM_THERE = "model.norm.weight", "output_norm.weight"
# Files keep norms unquantised, in float16 at least.
_CLOSE: Final = 1e-2


def require_same_model(gguf: Path, architecture: Architecture, model: Path) -> None:
    """Compare the shape of two models, and the weights of their last norm, which no GGUF has quantised.

    A model and one that was fine-tuned from it by an adapter are not told apart: their norms are the same.

    Parameters
    ----------
    gguf
        The file that goes along.
    architecture, model
        What it has to be: a model folder, or a GGUF file.

    Raises
    ------
    ConfigurationError
        When the file is none, is damaged, is too large for a browser, or holds another model.
    """
    file = GgufFile(gguf)
    size = gguf.stat().st_size
    if size > _LARGEST:
        raise file.refusal(
            f"The GGUF has {size / 1e9:.1f} GB, and a browser takes {_LARGEST / 1e9:.1f} GB at most.",
            "Choose one of the same model with smaller weights, as Q4_K_M or Q4_0.",
        )
    fix = "Name the GGUF of this very model; llama.cpp's convert_hf_to_gguf.py makes it from the folder."
    theirs = architecture_of(config_of(file))
    for field, what in _SHAPE.items():
        told, wanted = getattr(theirs, field), getattr(architecture, field)
        if told != wanted:
            raise file.refusal(
                f"The GGUF is of another model: it has {told:,} {what}, and the model {wanted:,}.", fix
            )
    norm = _last_norm(model)
    found = _norm_in(file)
    if found is None or found.shape != norm.shape or not np.allclose(found, norm, rtol=_CLOSE, atol=_CLOSE):
        raise file.refusal(
            "The GGUF is of another model: of the same shape, with other weights in its last norm.", fix
        )


def _last_norm(model: Path) -> NDArray[np.float32]:
    if is_gguf(model):
        found = _norm_in(GgufFile(model))
        return np.empty(0, np.float32) if found is None else found
    weights = Weights(model)
    return np.concatenate(list(weights.blocks([_NORM]))) if _NORM in weights else np.empty(0, np.float32)


def _norm_in(file: GgufFile) -> NDArray[np.float32] | None:
    tensor = file.tensors.get(_NORM_THERE)
    return None if tensor is None else np.asarray(tensor.data, np.float32)
