"""What a step is: a pure function from texts to the texts to keep, or to the reasons to drop them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Tag = str | float | int | bool
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


class Params(BaseModel):
    """Parameters of a step as they stand in a recipe; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class Drop:
    """Why a record leaves.

    ``score`` is the measured value that decided, where there is one; ``detail`` what a person
    wants to see beside it, such as the words that overlap with an evaluation set.
    """

    reason: str
    score: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """The text to keep, and what was found out on the way; a plain ``str`` is short for it.

    ``score``
        the measured value, for the report's distribution of kept against dropped rows;
    ``counts``
        how often each rule changed or found something;
    ``tags``
        facts about the record, for the release's ``tags`` column: ``{"language": "ko"}``;
    ``rewritten``
        the text says something else than before (a correction, a cut), so that the release
        must hold both versions.
    """

    text: str
    score: float | None = None
    counts: Mapping[str, int] = field(default_factory=_nothing)
    tags: Mapping[str, Tag] = field(default_factory=_nothing)
    rewritten: bool = False


Outcome = str | Keep | Drop
Judge = Callable[[str], Outcome]
"""One text in, its outcome out."""

BatchJudge = Callable[[Sequence[str]], Sequence[Outcome]]
"""Texts in, the outcome of each out, in order: what the engine calls."""


def each(judge: Judge) -> BatchJudge:
    """Judge the texts of a batch one by one."""
    return lambda texts: [judge(text) for text in texts]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a step needs besides its parameters; the engine finds it and hands it over.

    ``files``
        paths relative to the data folder: a trained model, a table;
    ``evaluation_sets``
        names under the recipe's ``evaluation_sets``;
    ``signatures``
        names of signature indexes that other releases left;
    ``secrets``
        environment variables; their values decide the result and stand nowhere in it.
    """

    files: tuple[str, ...] = ()
    evaluation_sets: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the engine found for a step's :class:`Needs`, by the names used there.

    An evaluation set is a list of Parquet files with a column ``text``; a signature index is one
    folder for each release that saved into it, without the release that is being made.
    """

    files: Mapping[str, Path] = field(default_factory=_nothing)
    evaluation_sets: Mapping[str, Sequence[Path]] = field(default_factory=_nothing)
    signatures: Mapping[str, Sequence[Path]] = field(default_factory=_nothing)
    secrets: Mapping[str, str] = field(default_factory=_nothing)


ParamsT = TypeVar("ParamsT", bound=Params)

Sees = Literal["strings", "everything", "record", "release"]
"""What a step is handed.

``strings``: every string of a record by itself, and what it gives back replaces the string;
``everything``: the same, and the values of the source's attributes as well;
``record``: the record's text as one string; when a text record comes back changed, the change
stays; of an instruction record only the judgement counts;
``release``: nothing; the step compares records with each other (:mod:`curation.comparisons`).
"""


@dataclass(frozen=True, slots=True)
class Step(Generic[ParamsT]):
    """A step as a recipe names it.

    ``make`` gives the function for a set of parameters; a step that sees the ``release`` has none.
    ``threads`` is true when the function spreads a batch over all cores by itself, as Kiwi does.
    ``about`` gives facts for the manifest and the report, such as how well a model judges.
    """

    name: str
    summary: str
    params: type[ParamsT]
    sees: Sees
    make: Callable[[ParamsT, Given], BatchJudge] | None = None
    needs: Callable[[ParamsT], Needs] | None = None
    threads: bool = False
    about: Callable[[ParamsT, Given], Mapping[str, Any]] | None = None
