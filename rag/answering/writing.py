"""Lets a model write, and checks and shows each sentence as soon as it is there."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from langchain_core.messages import AIMessageChunk

from curation.errors import ConfigurationError, UserError
from rag.answering.draft import Draft, Piece
from rag.answering.evidence import Evidence
from rag.citations import Checker, Verified

# What a model may write; one that goes on for ever is stopped.
_MOST_CHARACTERS: Final = 8_000
# What langchain-core says of a model that ends before its first token: an empty answer, no failure.
_NOTHING_CAME: Final = "No generation chunks were returned"


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote and what of it stands.

    ``failure`` says why it broke off, empty when it did not; ``checking`` are the seconds that
    checking took.
    """

    draft: str
    verified: Verified
    failure: str
    checking: float


def write(
    chunks: Iterator[AIMessageChunk],
    evidence: Sequence[Evidence],
    show: Callable[[str], None],
    cancelled: threading.Event,
) -> Written:
    """Read what a model writes to its end, or until it is cancelled, fails, or has written too much.

    Raises
    ------
    ConfigurationError
        When the model cannot work as it is configured.
    """
    checker, draft = Checker(evidence), Draft()
    text, failure, checking, shown = "", "", 0.0, 0

    def check(pieces: Sequence[Piece]) -> None:
        nonlocal checking, shown
        started = time.perf_counter()
        for piece in pieces:
            for sentence in checker.check(piece):
                show(f"\n{sentence}" if shown else sentence)
                shown += 1
        checking += time.perf_counter() - started

    try:
        for part in _texts(chunks):
            text += part
            check(draft.add(part))
            if cancelled.is_set() or len(text) > _MOST_CHARACTERS:
                break
        check(draft.end())
    except _ModelFailedError as error:
        failure = str(error)
    finally:
        chunks.close()  # type: ignore[attr-defined]  # a generator, typed as an iterator
    return Written(text, checker.verified(), failure, checking)


class _ModelFailedError(Exception):
    pass


def _texts(chunks: Iterator[AIMessageChunk]) -> Iterator[str]:
    try:
        for chunk in chunks:
            yield str(chunk.text)
    except ConfigurationError:
        raise
    except UserError as error:
        raise _ModelFailedError(" ".join(filter(None, (error.what, error.where, error.fix)))) from error
    except Exception as error:  # any library's model may stand here
        if str(error) != _NOTHING_CAME:
            raise _ModelFailedError(type(error).__name__) from error
