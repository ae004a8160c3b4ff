"""Spares `transformers` most of the work of loading a GGUF file, and logs the bar of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from threading import Lock
from typing import Any, Final

_ONE_AT_A_TIME: Final = Lock()


@contextmanager
def read_once() -> Iterator[None]:
    """Let `transformers` read each GGUF file once, and name its tensors once.

    By itself it parses the whole file for the tokenizer, for the configuration and for the weights, and makes
    the table of tensor names anew for every module of the model: three quarters of what loading SmolLM2
    takes. Both follow from their arguments alone. The file must not change meanwhile; nothing of it is kept
    afterwards. Its bar, which no setting of its own switches off, is drawn on a terminal only.
    """
    import gguf  # noqa: PLC0415
    from transformers import modeling_gguf_pytorch_utils  # noqa: PLC0415

    replaced: list[tuple[Any, str, Callable[[Any], Any]]] = [
        (gguf, "GGUFReader", cache),
        (gguf, "get_tensor_name_map", cache),
        # For tqdm, None is: not where standard error is no terminal.
        (modeling_gguf_pytorch_utils, "tqdm", lambda bar: partial(bar, disable=None)),
    ]
    with _ONE_AT_A_TIME, ExitStack() as before:
        for module, name, instead in replaced:
            # Taken from the module at every use: what stands there while a model is loaded is what is used.
            function = getattr(module, name)
            before.callback(setattr, module, name, function)
            setattr(module, name, instead(function))
        yield
