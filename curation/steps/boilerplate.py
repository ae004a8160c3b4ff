"""Copyright notices, by-lines, menus and prompts: tagged, cut, or a reason to drop."""

from typing import Literal

from pydantic import Field

from curation.steps.base import BatchJudge, Drop, Given, Keep, Outcome, Params, Step, each


class BoilerplateParams(Params):
    """What to do.

    ``action``
        ``cut`` takes the lines and tails out (a text of nothing else is dropped), ``tag`` states
        their share of the visible characters, ``drop`` drops texts with a share above ``max``.
    """

    action: Literal["cut", "tag", "drop"] = "cut"
    max: float = Field(default=0.5, ge=0, le=1)


def _make(params: BoilerplateParams, _: Given) -> BatchJudge:
    # Its patterns take a while to compile: only a recipe that uses the step should wait for them.
    from curation.quality.boilerplate import boilerplate, share, without  # noqa: PLC0415

    action, most = params.action, params.max

    def judge(text: str) -> Outcome:
        spans = boilerplate(text)
        if not spans:
            return text
        of_all = round(share(text, spans), 4)
        counts = {"found": len(spans)}
        if action == "drop" and of_all > most:
            return Drop("boilerplate", of_all, text[slice(*spans[0])])
        if action != "cut":
            return Keep(text, score=of_all, counts=counts, tags={"boilerplate": of_all})
        rest = without(text, spans)
        if not rest.strip():
            return Drop("boilerplate", of_all, text[slice(*spans[0])])
        return Keep(rest, score=of_all, counts=counts, rewritten=True)

    return each(judge)


BOILERPLATE = Step(
    name="boilerplate",
    summary="cuts, tags or drops copyright notices, by-lines, menus and prompts",
    params=BoilerplateParams,
    sees="record",
    make=_make,
)
