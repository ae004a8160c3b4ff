"""Records that say exactly the same: the first in recipe order stays."""

from typing import Literal

from curation.steps.base import Params, Step

Scope = Literal["release", "config", "source"]


class ExactDedupParams(Params):
    """Within what records are compared: the whole release, one configuration, or one source."""

    scope: Scope = "release"


EXACT_DEDUP = Step(
    name="exact_dedup",
    summary="drops records whose text (or task and messages) was seen before; the first one stays",
    params=ExactDedupParams,
    sees="release",
)
