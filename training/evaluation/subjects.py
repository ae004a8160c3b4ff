"""The two models of a run, of which one is in memory at a time: the base, and what was trained on it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from training.base import ResolvedBase
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.device import precision_of
from training.running.model import load_base


class Subjects:
    """Loads what is asked for, as training saw it: NF4 stays NF4.

    With an adapter there is one model, whose adapter is switched off for the base; a model whose every
    weight was trained takes the place of the base in memory.
    """

    def __init__(self, config: TrainConfig, base: ResolvedBase, folder: RunFolder) -> None:
        self._config = config
        self._base = base
        self._folder = folder
        self._loaded: tuple[str, Any] = ("", None)

    @contextmanager
    def trained(self) -> Iterator[Any]:
        """Give the base with the adapter, or the trained model."""
        yield self._model("adapter" if self._config.method.kind == "full" else "base")

    @contextmanager
    def base(self) -> Iterator[Any]:
        """Give the base alone."""
        model = self._model("base")
        if self._config.method.kind == "full":
            yield model
            return
        with model.disable_adapter():
            yield model

    def _model(self, which: str) -> Any:
        name, model = self._loaded
        if name != which:
            self._loaded = ("", None)
            del model
            _release()
            self._loaded = (which, self._load(which).eval())
        return self._loaded[1]

    def _load(self, which: str) -> Any:
        from peft import PeftModel  # noqa: PLC0415 - seconds to import, and not needed for `full`

        method = self._config.method
        folder = self._folder.adapter if which == "adapter" else self._base.folder
        model = load_base(folder, method, precision_of(self._config.train))
        if method.kind == "full":
            return model
        return PeftModel.from_pretrained(model, str(self._folder.adapter))


def _release() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
