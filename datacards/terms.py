"""Licence algebra: what a licence allows, and what a mix of sources allows, with the reason.

Not legal advice: the clauses of the well-known licences as their deeds put them (Creative Commons,
https://creativecommons.org/licenses/; KOGL, https://www.kogl.or.kr/), and what the words of a licence
without a name say. What nothing is said of is ``unknown``, which is stricter than allowed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from datacards.licences import licence

Allowed = Literal["allowed", "unknown", "forbidden"]
Attribution = Literal["not required", "unknown", "required"]

# From lenient to strict.
_ALLOWED: tuple[Allowed, ...] = get_args(Allowed)
_ATTRIBUTION: tuple[Attribution, ...] = get_args(Attribution)


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be done with a text.

    ``share_alike`` names the licences that works made from it must carry: none of them when empty,
    more than one when a licence is a list of licences.
    """

    commercial: Allowed = "unknown"
    redistribution: Allowed = "unknown"
    modification: Allowed = "unknown"
    attribution: Attribution = "unknown"
    share_alike: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the terms as JSON data."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {
            "share_alike": list(self.share_alike)
        }


UNKNOWN = Terms()
_FREE = Terms("allowed", "allowed", "allowed", "not required")
_PERMISSIVE = Terms("allowed", "allowed", "allowed", "required")
_NO_CONDITIONS = {"cc0-1.0", "unlicense", "wtfpl", "pddl-1.0"}
_NOTICE_ONLY = {
    *("apache-2.0", "mit", "isc", "bsd-2-clause", "bsd-3-clause", "afl-3.0"),
    *("odc-by", "cdla-permissive-2.0"),
}
_COPYLEFT = {
    *("gpl-2.0", "gpl-3.0", "lgpl-2.1", "lgpl-3.0", "agpl-3.0", "mpl-2.0", "gfdl-1.3"),
    *("odbl-1.0", "cdla-sharing-1.0"),
}
_CREATIVE_COMMONS = re.compile(r"cc[- ]by((?:[- ](?:nc|nd|sa))*)(?:[- ](\d\.\d)(?:[- ][a-z]{2})?)?")
_KOGL = re.compile(r"(?:kogl|공공누리)[- ]*(?:type|제)?[- ]*([1-4])\s*(?:유형)?")

# What words say where there is no name. The last pattern that matches a clause decides.
_ANYTHING = r"(?<!not )(?<!not in )(?<!not in the )public domain|for any purpose"
_WORDS: tuple[tuple[str, str, Allowed], ...] = (
    (_ANYTHING, "commercial", "allowed"),
    (_ANYTHING, "redistribution", "allowed"),
    (_ANYTHING, "modification", "allowed"),
    (
        r"non-?commercial|research only|academic (?:use|only)|no commercial|비상업|비영리",
        "commercial",
        "forbidden",
    ),
    (r"no redistribution|not be redistributed|재배포 ?(?:금지|불가)", "redistribution", "forbidden"),
    (r"no (?:derivatives|modification)|변경 ?금지", "modification", "forbidden"),
)


def terms_of(name: str) -> Terms:
    """Give the terms of a licence by its SPDX id, its common name or its own words.

    Several licences parted by ``;``, ``+`` or ``AND`` all hold at once; words beside a licence add to it
    what they say and leave the rest to it.

    Examples
    --------
    >>> terms_of("CC BY-NC-SA 2.0 KR").commercial, terms_of("CC BY-NC-SA 2.0 KR").share_alike
    ('forbidden', ('CC-BY-NC-SA-2.0',))
    >>> terms_of("own terms").redistribution
    'unknown'
    """
    parts = [part.strip() for part in re.split(r"\s*[;+]\s*|\s+AND\s+", name) if part.strip()]
    if len(parts) == 1:
        return _of_one(parts[0])
    return strictest(_of_one(part, silence="allowed") for part in parts) if parts else UNKNOWN


def _of_one(name: str, silence: Allowed = "unknown") -> Terms:
    key = licence(name).spdx.lower()
    if key in _NO_CONDITIONS:
        return _FREE
    if key in _NOTICE_ONLY:
        return _PERMISSIVE
    if key in _COPYLEFT:
        return Terms("allowed", "allowed", "allowed", "required", (licence(name).spdx,))
    plain = " ".join(name.lower().replace("_", "-").split())
    found = _CREATIVE_COMMONS.fullmatch(plain)
    if found:
        return _creative_commons(found[1], found[2])
    numbered = _KOGL.search(plain)
    return _kogl(int(numbered[1])) if numbered else _in_words(plain, silence)


def _creative_commons(conditions: str, version: str | None) -> Terms:
    named = [one for one in ("nc", "nd", "sa") if one in conditions]
    spdx = "-".join(["CC-BY", *(one.upper() for one in named), *([version] if version else [])])
    return Terms(
        "forbidden" if "nc" in named else "allowed",
        "allowed",
        "forbidden" if "nd" in named else "allowed",
        "required",
        (spdx,) if "sa" in named else (),
    )


def _kogl(kind: int) -> Terms:
    """Korea Open Government Licence: 1 attribution, 2 no commerce, 3 no changes, 4 neither."""
    return Terms(
        "forbidden" if kind in (2, 4) else "allowed",
        "allowed",
        "forbidden" if kind in (3, 4) else "allowed",
        "required",
    )


def _in_words(plain: str, silence: Allowed) -> Terms:
    """Give what words say; words that say something mean ``silence`` by the rest."""
    said: dict[str, Any] = {clause: value for pattern, clause, value in _WORDS if re.search(pattern, plain)}
    if not said:
        return UNKNOWN
    if "public domain" in plain or silence == "allowed":
        said["attribution"] = "not required"
    rest = dict.fromkeys(("commercial", "redistribution", "modification"), silence)
    return Terms(**{**rest, **said})


def strictest(every: Iterable[Terms]) -> Terms:
    """Give the terms that satisfy all of some terms at once."""
    listed = list(every)
    shared = dict.fromkeys(name for one in listed for name in one.share_alike)
    return Terms(
        max((one.commercial for one in listed), key=_ALLOWED.index, default="unknown"),
        max((one.redistribution for one in listed), key=_ALLOWED.index, default="unknown"),
        max((one.modification for one in listed), key=_ALLOWED.index, default="unknown"),
        max((one.attribution for one in listed), key=_ATTRIBUTION.index, default="unknown"),
        tuple(shared),
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clause of a mix is what it is: the sources that say so, with their licences."""

    clause: str
    value: str
    sources: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        named = ", ".join(f"{source} ({name})" for source, name in self.sources)
        return f"{self.clause.replace('_', '-')} {self.value}: {named}"


@dataclass(frozen=True, slots=True)
class MixTerms:
    """What a mix of sources allows.

    ``reasons`` has one entry for each clause that is not the most lenient. ``conflicts`` are
    sentences about clauses that no single work made from all sources can satisfy; rows that stand
    side by side, each under its own licence, are no such work.
    """

    terms: Terms
    reasons: tuple[Reason, ...]
    conflicts: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the terms, the reasons and the conflicts as JSON data."""
        reasons = [
            {"clause": one.clause, "value": one.value, "sources": dict(one.sources)} for one in self.reasons
        ]
        return {**self.terms.as_json(), "reasons": reasons, "conflicts": list(self.conflicts)}


_LENIENT: Mapping[str, str] = {
    "commercial": "allowed",
    "redistribution": "allowed",
    "modification": "allowed",
    "attribution": "not required",
}


def combine(sources: Iterable[tuple[str, str]]) -> MixTerms:
    """Give the strictest terms of ``(name, licence)`` pairs, and which source brings which clause."""
    held = [(name, given, terms_of(given)) for name, given in sources]
    whole = strictest(terms for _, _, terms in held)
    reasons = []
    for clause, lenient in _LENIENT.items():
        value = getattr(whole, clause)
        if value != lenient:
            because = tuple((name, given) for name, given, terms in held if getattr(terms, clause) == value)
            reasons.append(Reason(clause, value, because))
    for shared in whole.share_alike:
        because = tuple((name, given) for name, given, terms in held if shared in terms.share_alike)
        reasons.append(Reason("share_alike", shared, because))
    return MixTerms(whole, tuple(reasons), tuple(_conflicts(held)))


def _conflicts(held: list[tuple[str, str, Terms]]) -> list[str]:
    found = []
    sharing = [one for one in held if one[2].share_alike]
    shared = list(dict.fromkeys(name for _, _, terms in sharing for name in terms.share_alike))
    if shared and not set.intersection(*(_adaptable_to(name) for name in shared)):
        named = ", ".join(f"{name} ({given})" for name, given, _ in sharing)
        found.append(f"a work made from all of them cannot carry {' and '.join(shared)} at once: {named}")
    for name, given, terms in held:
        for other, other_given, of_other in sharing:
            if terms.commercial == "forbidden" and of_other.commercial == "allowed":
                found.append(
                    f"{other} ({other_given}) wants works made from it to be free for commerce, "
                    f"which {name} ({given}) forbids"
                )
    return found


def _adaptable_to(name: str) -> set[str]:
    """Licences that a work adapted from one under ``name`` may carry: later versions, and GPL-3.0."""
    family, _, version = name.rpartition("-")
    later = {f"{family}-{one}" for one in ("2.0", "2.5", "3.0", "4.0") if one >= version}
    others = later if family.startswith("CC-BY") else set()
    return {name} | others | ({"GPL-3.0"} if name == "CC-BY-SA-4.0" else set())


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be done, and why not."""

    allowed: bool
    reason: str = ""


def may_publish(mix: MixTerms) -> Verdict:
    """Say whether a release under these terms may be put where others can have it.

    A release is a changed copy of its sources (rows were chosen, cut and put into another format),
    so its sources must allow redistribution and modification; what is not known is not allowed.
    """
    for clause in ("redistribution", "modification"):
        value = getattr(mix.terms, clause)
        if value != "allowed":
            (why,) = (reason for reason in mix.reasons if reason.clause == clause)
            return Verdict(False, str(why))
    return Verdict(True)
