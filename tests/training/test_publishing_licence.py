"""What base and data together allow: a table of mixes, and what stands in the card's front matter."""

import pytest

from training.publishing.licence import front_matter, model_licence
from training.publishing.lineage import Dataset, DataSource


def data(*licences: str, permission: str = "") -> Dataset:
    sources = tuple(DataSource(f"source{number}", one) for number, one in enumerate(licences, 1))
    return Dataset("release", "learned", sources, permission=permission)


@pytest.mark.parametrize(
    ("base", "licences", "wanted", "name", "reason"),
    [
        ("Apache-2.0", ("MIT", "CC-BY-4.0"), "", "Apache-2.0", ""),
        ("Apache-2.0", ("MIT",), "MIT", "MIT", ""),
        ("Apache-2.0", ("CC-BY-SA-4.0",), "", "CC-BY-SA-4.0", ""),
        ("Apache-2.0", ("CC-BY-SA-3.0", "CC-BY-SA-4.0"), "", "CC-BY-SA-4.0", ""),
        (
            "Apache-2.0",
            ("CC-BY-SA-4.0",),
            "Apache-2.0",
            "Apache-2.0",
            "must carry CC-BY-SA-4.0, not Apache-2.0",
        ),
        ("Apache-2.0", ("CC-BY-SA-4.0",), "CC-BY-SA-4.0", "CC-BY-SA-4.0", ""),
        ("Apache-2.0", ("CC-BY-NC-4.0",), "", "CC-BY-NC-4.0", ""),
        ("CC0-1.0", ("CC-BY-4.0",), "", "CC-BY-4.0", ""),
        (
            "Apache-2.0",
            ("no redistribution",),
            "",
            "Apache-2.0; no redistribution",
            "redistribution forbidden",
        ),
        ("Apache-2.0", ("CC-BY-NC-4.0",), "CC-BY-NC-4.0", "CC-BY-NC-4.0", ""),
        ("Apache-2.0", ("CC-BY-NC-4.0",), "Apache-2.0", "Apache-2.0", "source1 (CC-BY-NC-4.0)"),
        ("Apache-2.0", ("CC-BY-SA-4.0", "GPL-2.0"), "", "", "cannot carry"),
        ("Apache-2.0", ("CC-BY-SA-4.0", "CC-BY-NC-4.0"), "", "", "free for commerce"),
        ("Apache-2.0", ("CC-BY-ND-4.0",), "", "CC-BY-ND-4.0", "modification forbidden: source1"),
        ("Apache-2.0", ("own terms",), "", None, "redistribution unknown: source1 (own terms)"),
        ("Apache-2.0", ("",), "", None, "redistribution unknown: source1"),
        ("", ("MIT",), "", None, "redistribution unknown: base"),
        ("", ("own terms",), "MIT", "MIT", "redistribution unknown"),
        ("Llama 3 Community", ("MIT",), "", "Llama 3 Community", ""),
        ("Llama 3 Community", ("CC-BY-SA-4.0",), "", "", "cannot carry"),
        ("Llama 3 Community", ("own terms",), "", None, "redistribution unknown: source1"),
        ("Llama 3 Community", ("MIT",), "MIT", "MIT", "must carry"),
        ("EXAONE NC", ("own terms",), "", None, "redistribution unknown: base (EXAONE NC), source1"),
    ],
)
def test_a_model_is_allowed_what_all_its_parts_allow(
    base: str, licences: tuple[str, ...], wanted: str, name: str | None, reason: str
) -> None:
    found = model_licence(("base", base), [data(*licences)], wanted)
    assert found.verdict.allowed is (reason == "")
    assert reason in found.verdict.reason
    if name is not None:
        assert found.name == name
    assert found.parts[0] == ("base", base)
    assert len(found.parts) == 1 + len(licences)


def test_a_permission_counts_for_its_release_alone() -> None:
    permitted = data("own terms", permission="팀장이 허락하였다.")
    assert model_licence(("base", "MIT"), [permitted]).verdict.allowed
    assert not model_licence(("base", "MIT"), [permitted, data("own terms")]).verdict.allowed
    assert not model_licence(("base", ""), [permitted]).verdict.allowed


def test_a_permission_lifts_no_condition() -> None:
    permitted = data("CC-BY-NC-4.0", permission="팀장이 허락하였다.")
    assert not model_licence(("base", "MIT"), [permitted], "MIT").verdict.allowed


@pytest.mark.parametrize(
    ("name", "matter"),
    [
        ("Apache-2.0", {"license": "apache-2.0"}),
        (
            "Apache-2.0; CC-BY-NC-4.0",
            {"license": "other", "license_name": "apache-2.0-cc-by-nc-4.0", "license_link": "README.md"},
        ),
        ("", {"license": "unknown"}),
    ],
)
def test_the_hub_reads_a_licence(name: str, matter: dict[str, str]) -> None:
    assert front_matter(name) == matter
