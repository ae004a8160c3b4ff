"""What a library is compiled for."""

from dataclasses import dataclass
from typing import Literal

from compile.models import Architecture

Adapter = Literal["software", "gpu"]


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """What a person may choose, as it stands in the bundle's mlc-chat-config.json.

    Parameters
    ----------
    quantisation
        Name of MLC's, as q4f32_1.
    context
        Tokens of a conversation.
    prefill_chunk
        Tokens read at once, at most.
    optimise
        Link small and slowly; otherwise quickly, for trials.
    adapter
        What the products are cut for: a graphics card, or a processor that stands in for one. Both run
        everywhere.
    """

    quantisation: str
    context: int
    prefill_chunk: int
    optimise: bool = True
    adapter: Adapter = "gpu"


def attention_window(architecture: Architecture, settings: LibrarySettings) -> int | None:
    """How many tokens each one attends to, itself included; None for all.

    Within its window a model that slides attends to everything, as any other.
    """
    window = architecture.sliding_window
    return window if window is not None and window < settings.context else None
