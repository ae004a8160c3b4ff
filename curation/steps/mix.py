"""How much of each source a release holds: caps, shares, and copies of what is scarce."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from curation.steps.base import Params, Step

OTHERS = "*"
"""In `weights` and `caps`: every value that is not named."""

_Name = Annotated[str, Field(max_length=1_000)]


class MixParams(Params):
    """What is weighed against what, and by which measure.

    ``by``
        what tells records apart: ``source``, ``config``, an attribute, or ``tags.<name>``;
    ``weights``
        the share of each value in the result, in any proportion; ``*`` stands for every value that
        is not named. Without weights only ``caps`` apply;
    ``caps``
        the largest number of different records of a value; ``*`` as in ``weights``;
    ``unit``
        what shares and ``total`` count: characters, or rows. Texts of two sources may differ in
        length by a factor of a hundred, and it is characters that are trained on;
    ``total``
        the size of the result, in units; without it, shares decide the size;
    ``max_copies``
        how often one record may stand in the result: more than 1 allows upsampling;
    ``splits``
        the splits that are mixed; records of others stay as they are;
    ``seed``
        another seed gives another sample.
    """

    by: Annotated[str, Field(min_length=1)] = "source"
    weights: dict[_Name, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    caps: dict[_Name, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    unit: Literal["characters", "rows"] = "characters"
    total: int | None = Field(default=None, ge=1)
    max_copies: int = Field(default=1, ge=1, le=1_000)
    splits: tuple[str, ...] = Field(default=("train",), min_length=1)
    seed: int = Field(default=0, ge=0, lt=1 << 63)

    @model_validator(mode="after")
    def _something_to_do(self) -> "MixParams":
        if not self.weights and not self.caps:
            raise ValueError("give 'weights', 'caps', or both")
        if not self.weights and (self.total is not None or self.max_copies > 1):
            raise ValueError("'total' and 'max_copies' need 'weights': shares say what is sampled")
        if self.weights and not any(self.weights.values()):
            raise ValueError("every weight is 0: nothing would be left")
        return self


MIX = Step(
    name="mix",
    summary="caps, samples and repeats records so that each source has its share",
    params=MixParams,
    sees="release",
)
