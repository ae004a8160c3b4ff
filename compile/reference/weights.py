"""A bundle's weights under the names of transformers, as the page computes with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from compile.formats import ShardReader, quantisation_named
from compile.formats.converting import stored_tensors
from compile.formats.quantisation import dequantise
from compile.models import Architecture, Parameter, parameters_of
from curation.errors import ConfigurationError


class BundleWeights:
    """The weights of a bundle's model folder, whose architecture is known from the model itself.

    Parameters
    ----------
    folder
        Shards and mlc-chat-config.json.
    architecture
        That of the model which the bundle was made from.

    Raises
    ------
    UserError
        When a file is absent or damaged, or the bundle was made from another model.
    """

    def __init__(self, folder: Path, architecture: Architecture) -> None:
        self._folder = folder
        self._shards = ShardReader(folder)
        self._parameters = parameters_of(architecture)
        config = _chat_config(folder)
        self._quantisation = quantisation_named(str(config.get("quantization")))
        self._require_same(config, architecture)

    def tensors(self) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Give each tensor by its name in transformers, one parameter after another."""
        for parameter in self._parameters:
            whole = self._whole(parameter).astype(np.float32)
            first = 0
            for name, shape in parameter.sources.items():
                yield name, whole[first : first + shape[0]]
                first += shape[0]

    def _whole(self, parameter: Parameter) -> NDArray[Any]:
        names = [name for name, _, _ in stored_tensors(parameter, self._quantisation)]
        first, *scales = map(self._shards.read, names)
        return dequantise(first, scales[0], parameter.shape[1]) if scales else first

    def _require_same(self, config: dict[str, Any], architecture: Architecture) -> None:
        for field, ours, theirs in _told(config, architecture):
            if ours != theirs:
                raise self._other(f"{field} is {theirs}, and {ours} in the model")
        expected = {
            name: (list(shape), dtype)
            for parameter in self._parameters
            for name, shape, dtype in stored_tensors(parameter, self._quantisation)
        }
        found = {
            name: (record["shape"], record["dtype"]) for name, (_, record) in self._shards.records.items()
        }
        for name in expected.keys() ^ found.keys():
            raise self._other(
                f"the tensor {name} is in {'the model' if name in expected else 'the bundle'} alone"
            )
        for name, what in expected.items():
            if found[name] != what:
                raise self._other(f"the tensor {name} is {found[name]}, and {what} in the model")

    def _other(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"The bundle was not made from this model: {what}.",
            where=str(self._folder),
            fix="Name the model that it was made from, or compile this one.",
        )


def _told(config: dict[str, Any], model: Architecture) -> Iterator[tuple[str, Any, Any]]:
    """What weights do not show: fields that change the computation alone."""
    inner = config.get("model_config") or {}
    yield "model_type", model.model_type, config.get("model_type")
    yield "rope_theta", model.rope_theta, inner.get("rope_theta")
    yield "rms_norm_eps", model.norm_eps, inner.get("rms_norm_eps")
    yield "num_attention_heads", model.heads, inner.get("num_attention_heads")
    scaling = inner.get("rope_scaling") or {}
    factor = None if model.rope_scaling is None else model.rope_scaling.factor
    yield "the factor of rope_scaling", factor, scaling.get("factor")


def _chat_config(folder: Path) -> dict[str, Any]:
    path = folder / "mlc-chat-config.json"
    try:
        config = orjson.loads(path.read_bytes())
        if not isinstance(config, dict):
            raise ValueError("an object is expected")
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The bundle's configuration cannot be read: {error}",
            where=str(path),
            fix="Convert the model again, or copy the whole folder again.",
        ) from error
    return config
