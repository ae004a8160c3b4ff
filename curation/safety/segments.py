"""Long texts in pieces of the length that a classifier of comments knows."""

import re
from collections.abc import Iterator, Sequence

LONGEST = 160
"""Characters of a piece: nine in ten comments of the training corpora are shorter."""

_ENDS = re.compile(r"(?<=[.?!…。？！])\s+|\s*\n\s*")


def segments(text: str) -> list[str]:
    """Cut a text at line breaks and after sentences; neighbours that fit are one piece.

    A sentence longer than a piece is cut at blanks, or where it must be.

    Examples
    --------
    >>> segments("짧은 글이다. 그대로 둔다.")
    ['짧은 글이다. 그대로 둔다.']
    """
    if len(text) <= LONGEST:
        return [text]
    pieces: list[str] = []
    for sentence in _ENDS.split(text):
        for part in _fitting(sentence.strip()):
            if part and pieces and len(pieces[-1]) + 1 + len(part) <= LONGEST:
                pieces[-1] = f"{pieces[-1]} {part}"
            elif part:
                pieces.append(part)
    return pieces or [text[:LONGEST]]


def _fitting(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        cut = sentence.rfind(" ", 1, LONGEST + 1)
        cut = cut if cut > 0 else LONGEST
        yield sentence[:cut].rstrip()
        sentence = sentence[cut:].lstrip()
    yield sentence


def all_segments(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Give the pieces of all texts in order, and for each piece the position of its text."""
    pieces: list[str] = []
    owners: list[int] = []
    for position, text in enumerate(texts):
        cut = segments(text)
        pieces += cut
        owners += [position] * len(cut)
    return pieces, owners
