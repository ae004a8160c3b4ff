"""Answers as the pages show them: beside each other, with what differs marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from curation.report.texts import differences
from curation.report.words import Both

BEFORE: Final = Both("전", "before")
AFTER: Final = Both("뒤", "after")
MAX_SAMPLES: Final = 12
"""Answers of a set that the page shows; all are in the measurements beside it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Answers to one question, each under its heading, with what differs marked."""

    question: Markup
    sides: Sequence[tuple[Both | str, Markup]]
    note: Both | str


@dataclass(frozen=True, slots=True)
class Samples:
    """Answers of one set, the ones that changed most first."""

    title: Both | str
    samples: Sequence[Sample]
    unshown: int


def before_and_after(before: str, after: str) -> list[tuple[Both | str, Markup]]:
    """Give two answers under their headings, with the words in which they differ marked."""
    left, right = differences(before, after)
    return [(BEFORE, left), (AFTER, right)]
