"""What is to be built, the adapter it is meant for, and what is found about both."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from compile.conversation import ChatSettings, window_of
from compile.models import Architecture

SHADER_F16: Final = "shader-f16"


@dataclass(frozen=True, slots=True)
class Adapter:
    """What a reader's WebGPU adapter can do.

    ``buffer`` is the size of its largest storage buffer in bytes, and ``memory`` what a page may hope for.
    """

    name: str
    features: tuple[str, ...]
    buffer: int
    memory: int


# The consumer cards with most memory have 32 GB. web-llm asks for buffers of 1 GiB, and the runtime is
# of wasm32, where no buffer reaches 4 GiB on any card.
ANY: Final = Adapter("a reader's card", (SHADER_F16,), buffer=2**30, memory=32 * 10**9)
# Chromium's own, on the processor: what a bundle is tried on.
SOFTWARE: Final = Adapter("SwiftShader", ("subgroups",), buffer=2**30, memory=32 * 10**9)


@dataclass(frozen=True, slots=True)
class Build:
    """What is to be built.

    Parameters
    ----------
    architecture
        The model's.
    chat
        Quantisation, context and prefill chunk.
    out
        The bundle's folder.
    backend
        Ours needs emscripten; ``mlc`` brings its own.
    optimise
        Link with -O3.
    verify
        Try the bundle in a browser.
    page
        The page has to be built by Node.
    gguf
        The model is a GGUF file, which is unpacked into the cache first.
    more
        Bytes that go along: tokenizer, passages, a GGUF for browsers without WebGPU.
    """

    architecture: Architecture
    chat: ChatSettings
    out: Path
    backend: Literal["tvm", "mlc"] = "tvm"
    optimise: bool = True
    verify: bool = True
    page: bool = False
    gguf: bool = False
    more: int = 0

    @property
    def context(self) -> int:
        """How many tokens of a conversation have their keys and values held."""
        return self._windows["context_window_size"]

    @property
    def prefill_chunk(self) -> int:
        """How many tokens are read at once."""
        return self._windows["prefill_chunk_size"]

    @property
    def _windows(self) -> dict[str, int]:
        return window_of(self.architecture, self.chat, str(self.out))


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault or a warning: what, where, and what to do about it."""

    what: str
    where: str
    fix: str
