"""Sentences that many documents share: they stay in the first document only."""

from pydantic import Field, model_validator

from curation.steps.base import Params, Step
from curation.steps.exact_dedup import Scope


class SentenceDedupParams(Params):
    """Which sentences are cut, and when what is left of a document is too little.

    ``scope``
        within what documents are compared: the release, one configuration, or one source;
    ``min_documents``
        a sentence is cut when at least so many documents have it;
    ``min_characters``
        shorter sentences stay wherever they are; white space does not count;
    ``min_rest``
        a document that was cut and has fewer characters left is dropped; white space does not
        count. Not above ``min_characters``: else a document could be dropped with the one copy
        of a sentence that was to stay.
    """

    scope: Scope = "release"
    min_documents: int = Field(default=3, ge=2)
    min_characters: int = Field(default=20, ge=1)
    min_rest: int = Field(default=10, ge=0)

    @model_validator(mode="after")
    def _nothing_lost(self) -> "SentenceDedupParams":
        if self.min_rest > self.min_characters:
            raise ValueError(
                f"min_rest ({self.min_rest}) is larger than min_characters ({self.min_characters}): "
                "a document could be dropped with the only copy of a sentence"
            )
        return self


SENTENCE_DEDUP = Step(
    name="sentence_dedup",
    summary="cuts sentences that several documents share from all but the first of them (text records)",
    params=SentenceDedupParams,
    sees="release",
)
