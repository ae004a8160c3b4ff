"""Ten good cards without an alarm, and one fault after another that must be named."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from datacards.catalogue import card_files, data_of, read
from datacards.checks import check_card
from datacards.choosing import choose

GOOD = ("klue", "nsmc", "beep", "unsmile", "korquad", "paws-x", "kosp2e", "nikl-messenger", "aihub", "kbgen")
Change = Callable[[dict[str, Any]], None]


def text_of(card: str) -> str:
    (file,) = [file for file in card_files() if file.name == f"{card}.md"]
    return file.read_text(encoding="utf-8")


def spelled(data: dict[str, Any]) -> str:
    matter = {key: value for key, value in data.items() if key not in ("id", "body")}
    return f"---\n{yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)}---\n\n{data['body']}\n"


def put(field: str, value: object) -> Change:
    *path, last = field.split(".")

    def change(data: dict[str, Any]) -> None:
        for part in path:
            data = data[part]
        data[last] = value

    return change


def lose(field: str) -> Change:
    return lambda data: data.pop(field)


@pytest.mark.parametrize("card", GOOD)
def test_a_good_card_raises_no_alarm(card: str) -> None:
    assert check_card(text_of(card), f"{card}.md") == []
    assert check_card(spelled(data_of(text_of(card), f"{card}.md")), f"{card}.md") == []


@pytest.mark.parametrize(
    ("card", "change", "field", "fault"),
    [
        ("klue", lose("licence"), "licence", "missing"),
        ("nsmc", put("format", ""), "format", "empty"),
        ("beep", put("access.how", "TODO"), "access.how", "placeholder: 'TODO'"),
        (
            "unsmile",
            put("allows.modification", "allowed"),
            "allows.modification",
            "contradiction: the card says allowed",
        ),
        ("korquad", put("year", "2019"), "year", "malformed"),
        ("paws-x", put("languages", ["Korean"]), "languages.0", "malformed"),
        ("kosp2e", put("links", ["github.com/warnikchow/kosp2e"]), "links.0", "malformed"),
        ("nikl-messenger", put("use", "[More Information Needed]"), "use", "placeholder"),
        ("aihub", put("reader", []), "reader", "malformed: no such field"),
        ("kbgen", put("body", "추후 작성"), "body", "placeholder: '추후 작성'"),
        ("klue", put("problems", ["-"]), "problems.0", "placeholder"),
        ("klue", put("korean_name", None), "korean_name", "empty"),
        ("klue", put("languages", []), "languages", "empty"),
        ("klue", put("provider", "academia"), "provider", "malformed"),
        ("klue", put("evaluation", "yes"), "evaluation", "malformed"),
        ("nikl-web", put("evaluation", True), "evaluation", "contradiction"),
        ("superni-task1290-ko", put("allows.commercial", "allowed"), "allows.by", "contradiction"),
    ],
)
def test_a_seeded_fault_is_named_with_file_field_and_fix(
    card: str, change: Change, field: str, fault: str
) -> None:
    data = data_of(text_of(card), f"{card}.md")
    change(data)
    (found,) = check_card(spelled(data), f"{card}.md")
    assert (found.card, found.field) == (f"{card}.md", field)
    assert found.fault.startswith(fault)
    assert found.fix


def test_several_faults_are_told_at_once() -> None:
    data = data_of(text_of("klue"), "klue.md")
    for change in (lose("licence"), put("format", ""), put("year", 1), put("access.abroad", "TBD")):
        change(data)
    found = {fault.field for fault in check_card(spelled(data), "klue.md")}
    assert found == {"licence", "format", "year", "access.abroad"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# KLUE\n", "no front matter"),
        ("---\nname: [\n---\n\nbody\n", "not YAML"),
        ("---\nname: a\nname: b\n---\n\nbody\n", "'name' stands twice"),
        ("---\n- a\n---\n\nbody\n", "mapping"),
        ("---\nname: a\n", "no front matter"),
    ],
)
def test_what_is_no_card(text: str, said: str) -> None:
    (fault,) = check_card(text, "broken.md")
    assert fault.field == "front matter"
    assert said in fault.fault


def test_unknown_is_a_word_and_not_a_gap() -> None:
    data = data_of(text_of("klue"), "klue.md")
    put("licence", "unknown")(data)
    put("allows", dict.fromkeys(("commercial", "redistribution", "modification", "by"), "unknown"))(data)
    put("problems", "unknown")(data)
    assert check_card(spelled(data), "klue.md") == []


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"task": "HATE speech"}, {"beep", "unsmile"}),
        ({"licence": "cc by-sa"}, {"klue", "beep"}),
        ({"licence": "modification"}, {"klue", "beep"}),
        ({"year": "2021-"}, {"klue", "unsmile"}),
        ({"year": "-2020"}, {"beep", "korquad", "kbgen"}),
        ({"year": "2020"}, {"beep"}),
        ({"year": "unknown"}, {"aihub"}),
        ({"access": "application"}, {"aihub"}),
        ({"task": "hate", "licence": "commercial"}, {"beep"}),
        ({}, {"klue", "beep", "unsmile", "korquad", "kbgen", "aihub"}),
    ],
)
def test_choose(wanted: dict[str, str], ids: set[str]) -> None:
    cards = [
        read(text_of(name), f"{name}.md") for name in ("klue", "beep", "unsmile", "korquad", "kbgen", "aihub")
    ]
    assert {card.id for card in choose(cards, **wanted)} == ids


@pytest.mark.parametrize("year", ["20", "2020-21", "20202021", "new"])
def test_a_year_that_is_none(year: str) -> None:
    with pytest.raises(ValueError, match="no year"):
        choose([], year=year)
