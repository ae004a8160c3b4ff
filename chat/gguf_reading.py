"""Spares `transformers` most of the work of loading a GGUF file."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Final

_ONE_AT_A_TIME: Final = Lock()


@contextmanager
def read_once() -> Iterator[None]:
    """Let `transformers` read each GGUF file once, and name its tensors once.

    By itself it parses the whole file for the tokenizer, for the configuration and for the weights, and makes
    the table of tensor names anew for every module of the model: three quarters of what loading SmolLM2
    takes. Both follow from their arguments alone. The file must not change meanwhile; nothing of it is kept
    afterwards.
    """
    import gguf  # noqa: PLC0415

    with _ONE_AT_A_TIME:
        # Taken from the package at every use, so what stands there while a model is loaded is what is used.
        before = {name: getattr(gguf, name) for name in ("GGUFReader", "get_tensor_name_map")}
        for name, function in before.items():
            setattr(gguf, name, cache(function))
        try:
            yield
        finally:
            for name, function in before.items():
                setattr(gguf, name, function)
