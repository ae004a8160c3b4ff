"""READMEs for the hub: what `render` writes has no fault, and each seeded fault is named."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from datacards.card import Card
from datacards.front_matter import split
from datacards.huggingface import render, with_permission
from datacards.readme_checks import check_readme

Change = Callable[[dict[str, Any]], None]


def written(matter: dict[str, Any], body: str) -> str:
    return f"---\n{yaml.safe_dump(matter, allow_unicode=True)}---\n\n{body}"


def test_what_we_write_has_no_fault(card: Card) -> None:
    assert check_readme(render(card), "README.md") == []
    permitted = with_permission(render(card), "The owner wrote on 1 May that it may be passed on.")
    assert check_readme(permitted, "README.md") == []


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        (lambda matter: matter.pop("license"), "license", "missing"),
        (lambda matter: matter.update(pretty_name=""), "pretty_name", "empty"),
        (lambda matter: matter.update(pretty_name="TODO"), "pretty_name", "placeholder: 'TODO'"),
        (
            lambda matter: matter.update(license="CC-BY"),
            "license",
            "malformed: the hub knows no licence 'CC-BY'",
        ),
        (lambda matter: matter.pop("license_link"), "license_link", "missing"),
        (lambda matter: matter.update(language=["Korean"]), "language", "malformed: 'Korean'"),
        (lambda matter: matter.update(size_categories=["many"]), "size_categories", "malformed"),
        (
            lambda matter: matter.update(size_categories=["n<1K"]),
            "size_categories",
            "contradiction: 1,200 rows are declared",
        ),
        (lambda matter: matter["configs"].append(matter["configs"][0]), "configs.1", "malformed: two"),
        (lambda matter: matter["configs"][0].pop("data_files"), "configs.0", "malformed: needs"),
    ],
)
def test_a_fault_of_the_front_matter_is_named(card: Card, change: Change, field: str, fault: str) -> None:
    matter, body = split(render(card))
    change(matter)
    (found,) = check_readme(written(matter, body), "README.md")
    assert (found.card, found.field) == ("README.md", field)
    assert found.fault.startswith(fault)
    assert found.fix


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("# A title\n\n## Uses\n", "empty"),
        ("# A title\n\n[More Information Needed]\n", "placeholder: '[More Information Needed]'"),
        ("# A title\n\nTBD\n", "placeholder: 'TBD'"),
        ("# A title\n\n{{ card_data }}\n", "placeholder: '{{ card_data }}'"),
    ],
)
def test_a_fault_of_the_text_is_named(card: Card, body: str, fault: str) -> None:
    (found,) = check_readme(written(split(render(card))[0], body), "README.md")
    assert (found.field, found.fault) == ("body", fault)


def test_ordinary_words_are_no_placeholders(card: Card) -> None:
    body = "# Todo lists\n\nMy to-do and todo texts say 미정인 일정, [insert](a.md) links and N/A cells.\n"
    assert check_readme(written(split(render(card))[0], body), "README.md") == []
