"""Train, validation and test: whole groups of records, so that nothing known is asked again."""

import math
from typing import Annotated

from pydantic import Field, field_validator

from curation.steps.base import Params, Step

# What `datasets` takes as the name of a split.
SplitName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$", max_length=64)]
Fraction = Annotated[float, Field(gt=0, le=1)]

_USUAL = {"train": 0.9, "validation": 0.05, "test": 0.05}


class SplitParams(Params):
    """The splits, and what must not be parted.

    ``splits``
        the share of records of each; together 1;
    ``by``
        names of what binds records together: ``split_group``, ``source``, ``config``, an
        attribute, or ``tags.<name>``. Records that have one value in common go to one split;
    ``stratify``
        one such name; each of its values is divided in the proportions of ``splits``;
    ``near_duplicates``
        whether near-duplicates stay together: records whose n-grams have a Jaccard similarity of
        ``similarity`` or more, and records that ``near_dedup`` tagged as one cluster;
    ``seed``
        another seed gives another division.
    """

    splits: dict[SplitName, Fraction] = Field(default_factory=lambda: dict(_USUAL), min_length=1)
    by: tuple[Annotated[str, Field(min_length=1)], ...] = ("split_group",)
    stratify: Annotated[str, Field(min_length=1)] | None = None
    near_duplicates: bool = True
    similarity: float = Field(default=0.7, ge=0.5, le=1)
    seed: int = Field(default=0, ge=0, lt=1 << 63)

    @field_validator("splits")
    @classmethod
    def _whole(cls, value: dict[str, float]) -> dict[str, float]:
        total = math.fsum(value.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares make {total:g} together, not 1")
        return value


SPLIT = Step(
    name="split",
    summary="divides records into splits: groups and near-duplicates stay together",
    params=SplitParams,
    sees="release",
)
