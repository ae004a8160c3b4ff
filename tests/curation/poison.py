"""A step that cannot work on some texts, as a fault in a library would have it."""

from collections.abc import Callable, Sequence

from curation.steps.base import BatchJudge, Given, Outcome, Params, Sees, Step

POISON = "독사과"


class PoisonParams(Params):
    """``alone`` is false for a step that only a whole batch upsets."""

    alone: bool = True


def step(sees: Sees, instead: Callable[[], None] = lambda: None) -> Step[PoisonParams]:
    """Make the step, seeing what it is told to; ``instead`` is done before it raises."""

    def make(params: PoisonParams, _: Given) -> BatchJudge:
        def judge(texts: Sequence[str]) -> Sequence[Outcome]:
            for text in texts:
                if POISON in text and (params.alone or len(texts) > 1):
                    instead()
                    raise ValueError(f"cannot work on {text[:20]!r}")
            return list(texts)

        return judge

    return Step(name="tender", summary="raises on some texts", params=PoisonParams, sees=sees, make=make)
