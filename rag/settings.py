"""How an index ranks and when an answer is refused; `malmoi rag tune` fits these to one's own questions."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Ranking(BaseModel):
    """Parameters of retrieval, kept in the index's manifest.

    The dense weight follows the query's lexical coverage c, falling from ``dense_most`` (c at or
    below ``coverage_low``) to ``dense_least`` (c at or above ``coverage_high``): questions in the
    document's own words are best answered by words, paraphrases by meaning.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    k1: float = Field(default=0.9, gt=0, le=4, description="BM25: how soon repetitions stop counting.")
    b: float = Field(default=0.4, ge=0, le=1, description="BM25: how much a passage's length counts.")
    coverage_low: float = Field(default=0.3, ge=0, le=1)
    coverage_high: float = Field(default=0.8, ge=0, le=1)
    dense_least: float = Field(default=0.3, ge=0, le=1)
    dense_most: float = Field(default=0.9, ge=0, le=1)
    gate: float = Field(default=0.6, ge=0, le=1, description="Below this coverage a question is refused.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.coverage_low > self.coverage_high or self.dense_least > self.dense_most:
            message = "the lower bound is above the upper one"
            raise ValueError(message)
        return self
