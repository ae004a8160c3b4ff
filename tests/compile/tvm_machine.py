"""A built library on this machine's processor: TVM's virtual machine, driven as web-llm drives it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from compile.formats import ShardReader

PAGE = 16


class Machine:
    """Runs the functions of a module built for llvm on the weights of a folder of shards."""

    def __init__(self, built: Any, weights: Path) -> None:
        import tvm
        from tvm import relax
        from tvm_ffi import Shape

        self._tvm, self._shape = tvm, Shape
        self._device = tvm.cpu()
        self._vm = relax.VirtualMachine(built, self._device)
        self.described = str(self._vm["_metadata"]())
        self.metadata = json.loads(self.described)
        reader = ShardReader(weights)
        self._params = [
            tvm.runtime.tensor(np.ascontiguousarray(reader.read(one["name"])), self._device)
            for one in self.metadata["params"]
        ]
        sizes = (1, self.metadata["context_window_size"], self.metadata["prefill_chunk_size"], PAGE, 0)
        self._cache = self._vm["create_tir_paged_kv_cache"](*(Shape([size]) for size in sizes))

    def read(self, ids: Sequence[int], chunk: int | None = None) -> np.ndarray:
        """Begin a conversation with a prompt, ``chunk`` tokens at a time; scores of the token after it."""
        self._state("clear")
        self._state("add_sequence", 0)
        step = chunk or self.metadata["prefill_chunk_size"]
        return [self._forward(ids[at : at + step]) for at in range(0, len(ids), step)][-1]

    def greedy(self, prompt: Sequence[int], count: int) -> list[int]:
        """The likeliest tokens after a prompt."""
        tokens = [int(self.read(prompt).argmax())]
        while len(tokens) < count:
            tokens.append(int(self._forward(tokens[-1:]).argmax()))
        return tokens

    def _forward(self, ids: Sequence[int]) -> np.ndarray:
        given = self._tvm.runtime.tensor(np.array(ids, np.int32), self._device)
        embedded = self._vm["embed"](given, self._params).numpy()
        x = self._tvm.runtime.tensor(embedded[None], self._device)
        self._state("begin_forward", self._shape([0]), self._shape([len(ids)]))
        found = self._vm["prefill" if len(ids) > 1 else "decode"](x, self._cache, self._params)
        self._state("end_forward")
        logits: np.ndarray = found[0].numpy()
        assert logits.dtype == np.float32
        return logits[0, 0]

    def _state(self, name: str, *arguments: Any) -> None:
        self._tvm.get_global_func(f"vm.builtin.kv_state_{name}")(self._cache, *arguments)
