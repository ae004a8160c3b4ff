"""Whether a model may be published, and under which licence: the terms of its base and its data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datacards.licences import licence
from datacards.terms import MixTerms, Reason, Verdict, combine, may_publish, strictest, terms_of
from training.base import base_terms, resolve
from training.config import TrainConfig
from training.publishing.lineage import Dataset, datasets_of

_LENIENT = {
    "commercial": "allowed",
    "redistribution": "allowed",
    "modification": "allowed",
    "attribution": "not required",
}


@dataclass(frozen=True, slots=True)
class ModelLicence:
    """What the licences of base and data make of a model.

    ``name`` is the licence that it may carry, empty where there is none; ``verdict`` says whether it may
    be published. ``parts`` are pairs of what it came from and under which licence.
    """

    name: str
    verdict: Verdict
    mix: MixTerms
    parts: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Give the licence, the verdict and the reasons as JSON data."""
        return {
            "name": self.name,
            "allowed": self.verdict.allowed,
            "reason": self.verdict.reason,
            "parts": [list(part) for part in self.parts],
            **self.mix.as_json(),
        }


def licence_of(config: TrainConfig, record: Mapping[str, Any]) -> ModelLicence:
    """Decide about the model of a run; base and releases are looked up where they lie."""
    base = resolve(config.base)
    return model_licence((base.name, base.licence), datasets_of(config, record), config.hub.licence)


def model_licence(base: tuple[str, str], datasets: Sequence[Dataset], wanted: str = "") -> ModelLicence:
    """Decide about a model that was made of ``base`` (name, licence) and datasets.

    A model counts as a work made from all of them. A release that somebody permitted to be handed on
    may be part of it, on the other terms of its sources. ``wanted`` is the licence that the model is to
    carry; it may not allow more than the parts do.
    """
    every = [(source.name, source.licence) for one in datasets for source in one.sources]
    asked = [
        (source.name, source.licence) for one in datasets if not one.permission for source in one.sources
    ]
    mix = _mix(base, every)
    name = wanted or _name(base, every, mix)
    return ModelLicence(name, _verdict(_mix(base, asked), mix, wanted), mix, (base, *every))


def _mix(base: tuple[str, str], data: list[tuple[str, str]]) -> MixTerms:
    """Combine base and data; licences that only models have are known to ``training.base`` alone."""
    own = base_terms(base[1])
    if own == terms_of(base[1]):
        return combine([base, *data])
    mix = combine(data)
    whole = strictest([own, mix.terms]) if data else own
    reasons = [one for one in mix.reasons if one.clause == "share_alike"]
    for clause, lenient in _LENIENT.items():
        value = getattr(whole, clause)
        because = [one.sources for one in mix.reasons if (one.clause, one.value) == (clause, value)]
        if value != lenient:
            brings = (base,) if getattr(own, clause) == value else ()
            reasons.append(Reason(clause, value, (*brings, *(source for one in because for source in one))))
    reasons += [Reason("share_alike", name, (base,)) for name in own.share_alike]
    conflicts = mix.conflicts
    if own.share_alike and mix.terms.share_alike:
        both = " and ".join((*own.share_alike, *mix.terms.share_alike))
        conflicts = (*conflicts, f"a work made from all of them cannot carry {both} at once")
    return MixTerms(whole, tuple(reasons), conflicts)


def front_matter(name: str) -> dict[str, str]:
    """Give the fields of a hub card for a licence."""
    if not name:
        return {"license": "unknown"}
    found = licence(name)
    if found.hub != "other":
        return {"license": found.hub}
    slug = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")
    return {"license": "other", "license_name": slug or "other", "license_link": "README.md"}


def _name(base: tuple[str, str], data: list[tuple[str, str]], mix: MixTerms) -> str:
    """Name the licence of the model where it follows from the parts; else all that hold at once."""
    if mix.conflicts:
        return ""
    own = base_terms(base[1])
    if own.share_alike and own != terms_of(base[1]):
        return base[1]
    shared = [name for name in mix.terms.share_alike if not combine([("", name), *_sharing(mix)]).conflicts]
    if shared:
        return max(shared)  # the latest version
    # The base's own where it is as strict as the whole, else that of the part which is.
    fitting = [given for _, given in (base, *data) if base_terms(given) == mix.terms]
    if fitting:
        return fitting[0]
    return "; ".join(dict.fromkeys(given for _, given in (base, *data)))


def _sharing(mix: MixTerms) -> list[tuple[str, str]]:
    return [(name, name) for name in mix.terms.share_alike]


def _verdict(bound: MixTerms, mix: MixTerms, wanted: str) -> Verdict:
    published = may_publish(bound)
    if not published.allowed:
        return published
    if mix.conflicts:
        return Verdict(False, mix.conflicts[0])
    if not wanted:
        return Verdict(True)
    asked = base_terms(wanted)
    if mix.terms.share_alike and (
        not asked.share_alike or combine([("the model", wanted), *_sharing(mix)]).conflicts
    ):
        return Verdict(False, f"the model must carry {' or '.join(mix.terms.share_alike)}, not {wanted}")
    if mix.terms.commercial != "allowed" and asked.commercial == "allowed":
        why = next(str(one) for one in mix.reasons if one.clause == "commercial")
        return Verdict(False, f"{wanted} allows commercial use, but {why}")
    return Verdict(True)
