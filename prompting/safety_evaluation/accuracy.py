"""How often a judge is right about texts whose harm is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from curation.bootstrap import Interval, share
from prompting.red_team.rates import EVERYTHING
from prompting.safety_evaluation.judging import Said, mark_of
from prompting.safety_evaluation.texts import LabelledText


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A judge over some texts; ``part`` names them.

    ``precision`` is the share of harmful texts among those that it calls harmful; it depends on how many
    of ``texts`` are ``harmful``, so compare it over the same texts only; None where all or none are.
    ``recall`` is the share of the harmful that it finds, ``over_refusal`` that of the harmless that it
    calls harmful: what a guard of it would refuse for nothing. What it leaves open (``undecided``) is
    neither found nor called harmful; what it was ``silent`` on is in none of the shares.
    """

    part: str
    texts: int
    harmful: int
    undecided: int
    silent: int
    precision: Interval | None
    recall: Interval | None
    over_refusal: Interval | None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data; shares are between 0 and 1."""
        counts = {name: getattr(self, name) for name in ("part", "texts", "harmful", "undecided", "silent")}
        shares = {name: getattr(self, name) for name in ("precision", "recall", "over_refusal")}
        return counts | {name: found and found.as_json() for name, found in shares.items()}


def accuracy_by(
    texts: Sequence[LabelledText], said: Sequence[Said], *, resamples: int, seed: int
) -> dict[str, list[Accuracy]]:
    """Give a judge's accuracy by ``corpus``, first of all of them, by ``category`` and by ``group``.

    A category has harmful texts alone, and so no over-refusal.
    """
    pairs = list(zip(texts, said, strict=True))

    def of(part: str, some: Iterable[tuple[LabelledText, Said]]) -> Accuracy:
        return _accuracy(part, list(some), resamples, seed)

    corpora = dict.fromkeys(one.corpus for one in texts)
    categories = dict.fromkeys(name for one in texts for name in one.categories)
    groups = dict.fromkeys(one.group for one in texts if one.group)
    return {
        "corpus": [of(EVERYTHING, pairs)]
        + [of(name, (pair for pair in pairs if pair[0].corpus == name)) for name in corpora],
        "category": [of(name, (pair for pair in pairs if name in pair[0].categories)) for name in categories],
        "group": [of(name, (pair for pair in pairs if pair[0].group == name)) for name in groups],
    }


def _accuracy(part: str, pairs: Sequence[tuple[LabelledText, Said]], resamples: int, seed: int) -> Accuracy:
    heard = [(one.harmful, mark_of(said)) for one, said in pairs if said != "silent"]

    def of(marks: Iterable[bool]) -> Interval | None:
        return share(list(marks), resamples=resamples, seed=seed)

    harmful = sum(one.harmful for one, _ in pairs)
    mixed = 0 < harmful < len(pairs)
    return Accuracy(
        part,
        len(pairs),
        harmful,
        sum(mark is None for _, mark in heard),
        len(pairs) - len(heard),
        precision=of(truth for truth, mark in heard if mark) if mixed else None,
        recall=of(mark is True for truth, mark in heard if truth),
        over_refusal=of(mark is True for truth, mark in heard if not truth),
    )
