"""What licences allow, alone and mixed; figures are the clauses of their deeds."""

import pytest

from datacards.terms import combine, may_publish, terms_of

YES, NO, NOT_SAID = "allowed", "forbidden", "unknown"


@pytest.mark.parametrize(
    ("name", "commercial", "redistribution", "modification", "attribution", "share_alike"),
    [
        ("CC0-1.0", YES, YES, YES, "not required", ()),
        ("Public Domain", YES, YES, YES, "not required", ()),
        ("MIT", YES, YES, YES, "required", ()),
        ("Apache 2.0", YES, YES, YES, "required", ()),
        ("CC-BY-4.0", YES, YES, YES, "required", ()),
        ("cc by-sa 4.0", YES, YES, YES, "required", ("CC-BY-SA-4.0",)),
        ("CC-BY-NC-ND-4.0", NO, YES, NO, "required", ()),
        ("CC-BY-ND-4.0", YES, YES, NO, "required", ()),
        ("CC BY-NC-SA 2.0 KR", NO, YES, YES, "required", ("CC-BY-NC-SA-2.0",)),
        ("CC-BY-NC-SA", NO, YES, YES, "required", ("CC-BY-NC-SA",)),
        ("GPL-3.0-or-later", YES, YES, YES, "required", ("GPL-3.0",)),
        ("ODbL-1.0", YES, YES, YES, "required", ("ODbL-1.0",)),
        ("KOGL Type 1", YES, YES, YES, "required", ()),
        ("공공누리 제4유형", NO, YES, NO, "required", ()),
        ("free for any purpose", YES, YES, YES, NOT_SAID, ()),
        ("free for any purpose, no commercial use", NO, YES, YES, NOT_SAID, ()),
        ("not in the public domain", NOT_SAID, NOT_SAID, NOT_SAID, NOT_SAID, ()),
        ("NIKL terms of use: no redistribution", NOT_SAID, NO, NOT_SAID, NOT_SAID, ()),
        ("비영리 연구용, 재배포 금지", NO, NO, NOT_SAID, NOT_SAID, ()),
        ("Apache-2.0; CC-BY-SA-4.0", YES, YES, YES, "required", ("CC-BY-SA-4.0",)),
        ("MIT; no commercial use", NO, YES, YES, "required", ()),
        ("MIT; own terms", NOT_SAID, NOT_SAID, NOT_SAID, "required", ()),
        ("own terms", NOT_SAID, NOT_SAID, NOT_SAID, NOT_SAID, ()),
        ("unknown", NOT_SAID, NOT_SAID, NOT_SAID, NOT_SAID, ()),
        ("", NOT_SAID, NOT_SAID, NOT_SAID, NOT_SAID, ()),
    ],
)
def test_terms_of(
    name: str, commercial: str, redistribution: str, modification: str, attribution: str, share_alike: tuple
) -> None:
    terms = terms_of(name)
    assert (terms.commercial, terms.redistribution, terms.modification) == (
        commercial,
        redistribution,
        modification,
    )
    assert (terms.attribution, terms.share_alike) == (attribution, share_alike)


def test_the_strictest_wins_and_says_who_brought_it() -> None:
    mix = combine([("a", "CC0-1.0"), ("b", "CC-BY-NC-4.0"), ("c", "MIT")])
    assert mix.terms.commercial == NO
    assert mix.terms.redistribution == YES
    assert [str(reason) for reason in mix.reasons] == [
        "commercial forbidden: b (CC-BY-NC-4.0)",
        "attribution required: b (CC-BY-NC-4.0), c (MIT)",
    ]
    assert mix.conflicts == ()


def test_what_is_not_known_is_stricter_than_allowed_and_milder_than_forbidden() -> None:
    assert combine([("a", "MIT"), ("b", "own terms")]).terms.redistribution == NOT_SAID
    assert combine([("a", "재배포 금지"), ("b", "own terms")]).terms.redistribution == NO


@pytest.mark.parametrize(
    ("one", "other", "conflicts"),
    [
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", 0),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", 0),  # a later version may be chosen
        (
            "CC-BY-SA-4.0",
            "GPL-3.0",
            0,
        ),  # one way, https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses
        ("CC-BY-SA-3.0", "GPL-3.0", 1),
        ("CC-BY-SA-4.0", "ODbL-1.0", 1),
        ("CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", 2),  # other share-alike, and commerce
        ("CC-BY-SA-4.0", "CC-BY-NC-4.0", 1),  # commerce must stay free
        ("CC-BY-NC-SA", "CC-BY-NC-SA", 0),
        ("CC-BY-4.0", "CC-BY-NC-4.0", 0),
    ],
)
def test_conflicts_are_named_with_both_sides(one: str, other: str, conflicts: int) -> None:
    found = combine([("left", one), ("right", other)]).conflicts
    assert len(found) == conflicts
    for sentence in found:
        assert f"left ({one})" in sentence
        assert f"right ({other})" in sentence


@pytest.mark.parametrize(
    ("licence", "allowed", "reason"),
    [
        ("CC0-1.0", True, ""),
        ("CC-BY-NC-SA-4.0", True, ""),  # for nothing, but passed on
        ("CC-BY-ND-4.0", False, "modification forbidden: b (CC-BY-ND-4.0)"),
        ("own terms", False, "redistribution unknown: b (own terms)"),
        ("no redistribution", False, "redistribution forbidden: b (no redistribution)"),
    ],
)
def test_may_publish(licence: str, allowed: bool, reason: str) -> None:
    verdict = may_publish(combine([("a", "MIT"), ("b", licence)]))
    assert (verdict.allowed, verdict.reason) == (allowed, reason)


def test_as_json() -> None:
    told = combine([("a", "CC-BY-SA-4.0")]).as_json()
    assert told["share_alike"] == ["CC-BY-SA-4.0"]
    assert told["reasons"][0] == {
        "clause": "attribution",
        "value": "required",
        "sources": {"a": "CC-BY-SA-4.0"},
    }
