"""What a step is: a pure function from a text to the text to keep, or to the reason to drop it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """Parameters of a step as they stand in a recipe; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class Drop:
    """Why a record leaves; ``score`` is the measured value that decided, where there is one."""

    reason: str
    score: float | None = None


Judge = Callable[[str], str | Drop]
"""Text in; the text to keep (changed or not) or a :class:`Drop` out."""

ParamsT = TypeVar("ParamsT", bound=Params)

Sees = Literal["strings", "record", "release"]
"""What a step is handed.

``strings``: every string of a record by itself, and what it gives back replaces the string;
``record``: the record's text as one string, which it judges and leaves as it is;
``release``: nothing; the step compares records with each other, and the engine carries it out.
"""


@dataclass(frozen=True, slots=True)
class Step(Generic[ParamsT]):
    """A step as a recipe names it.

    ``make`` gives the function for a set of parameters; a step that sees the ``release`` has none.
    """

    name: str
    summary: str
    params: type[ParamsT]
    sees: Sees
    make: Callable[[ParamsT], Judge] | None = None
