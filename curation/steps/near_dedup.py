"""Records that say almost the same: the first in recipe order stays."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from curation.steps.base import Given, Needs, Params, Step
from curation.steps.exact_dedup import Scope

# The name of an index is that of a folder.
IndexName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=96)]


class NearDedupParams(Params):
    """What counts as nearly the same, and what becomes of it.

    ``scope``
        within what records are compared: the release, one configuration, or one source;
    ``threshold``
        the Jaccard similarity of two records' n-grams from which they are near-duplicates;
    ``words``, ``characters``
        sizes of the n-grams of words and, for short texts, of characters without white space;
    ``short``
        texts with fewer distinct n-grams of words are compared by characters; 0: none are;
    ``bands``, ``rows``
        the search: pairs are compared that agree in one of ``bands`` bands of ``rows`` minima;
    ``action``
        ``drop`` all but the first of each cluster, or ``tag`` its records with the cluster;
    ``against``
        names of signature indexes of older releases, whose rows come before all others;
    ``save``
        the name under which the signatures of the rows that stay are kept with the release.
    """

    scope: Scope = "release"
    threshold: float = Field(default=0.7, ge=0.3, le=1)
    words: int = Field(default=5, ge=1, le=50)
    characters: int = Field(default=3, ge=1, le=50)
    short: int = Field(default=30, ge=0, le=10_000)
    bands: int = Field(default=30, ge=1, le=500)
    rows: int = Field(default=6, ge=1, le=50)
    action: Literal["drop", "tag"] = "drop"
    against: tuple[IndexName, ...] = ()
    save: IndexName | None = None

    @model_validator(mode="after")
    def _findable(self) -> "NearDedupParams":
        if len(set(self.against)) < len(self.against):
            raise ValueError("against names an index twice")
        found = chance_to_compare(self.threshold, self.bands, self.rows)
        if found < 0.5:
            raise ValueError(
                f"with {self.bands} bands of {self.rows} rows, a pair as similar as the threshold "
                f"({self.threshold}) is found with a probability of {found:.2f}; "
                "take more bands or fewer rows"
            )
        return self


def chance_to_compare(similarity: float, bands: int, rows: int) -> float:
    """Give the probability that two texts of a Jaccard similarity share a band."""
    return float(1 - (1 - similarity**rows) ** bands)


def _needs(params: NearDedupParams) -> Needs:
    return Needs(signatures=params.against)


def _about(params: NearDedupParams, _: Given) -> Mapping[str, Any]:
    chances = {
        f"{similarity:.2f}": round(chance_to_compare(similarity, params.bands, params.rows), 4)
        for similarity in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
    }
    return {"probability that a pair is compared, by Jaccard similarity": chances}


NEAR_DEDUP = Step(
    name="near_dedup",
    summary="drops records that say almost the same as one before (MinHash, then exact Jaccard); "
    "the first one stays",
    params=NearDedupParams,
    sees="release",
    needs=_needs,
    about=_about,
)
