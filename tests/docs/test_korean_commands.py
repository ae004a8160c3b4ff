"""The Korean pages on commands: every text has its Korean, which keeps what a person types, and its links."""

import re
from pathlib import Path

import pytest

from curation.errors import UserError
from tests.docs.command_lines import ROOT as COMMANDS
from tests.docs.command_lines import calls
from tests.docs.scripts import DOCS, load

make_commands = load("make_commands.py")
PAGES = DOCS / "commands"
GLOSSARY = PAGES / "ko.yaml"
NAMES = [*sorted(COMMANDS.commands), "index"]

ENTRIES = [
    (english.value, korean.value)
    for english, korean in make_commands.yaml.compose(GLOSSARY.read_text(encoding="utf-8")).value
]
# What is typed, named or linked: code, options, calls, addresses, places and names of files.
KEPT = re.compile(
    r"`[^`]+`|--[a-z][\w-]*|malmoi(?: [a-z][\w-]*)+|https?://\S+|[\w.-]+/[\w./-]*\w|\w+\.[a-z]{2,5}\b",
    re.ASCII,
)
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
CODE = re.compile(r"```.*?```", re.DOTALL)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def glossary(folder: Path, text: str) -> Path:
    path = folder / "ko.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda text: text.replace('"How many demos."', '"How many examples."'),
            "no Korean for: How many demos.",
        ),
        (
            lambda text: text.replace('"How many demos."', '"How many examples."'),
            "is of no text of the command line: How many examples.",
        ),
        (lambda text: text + '"Left over.": "남은 것."\n', "is of no text of the command line: Left over."),
        (lambda text: text.replace('"or": "또는"\n', ""), "no Korean for: or"),
        (lambda text: text.replace('"NUMBER": "숫자"\n', ""), "no Korean for: NUMBER"),
        (lambda text: text.replace('"In a script"', '"In a file"'), "no Korean for: In a script"),
    ],
)
def test_what_is_missing_and_what_is_left_over_is_named(
    change, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = change(read(GLOSSARY))
    assert changed != read(GLOSSARY)
    monkeypatch.setattr(make_commands, "GLOSSARY", glossary(tmp_path, changed))
    with pytest.raises(UserError) as caught:
        make_commands.pages()
    assert named in caught.value.what
    assert caught.value.where == str(tmp_path / "ko.yaml")
    assert caught.value.fix


def test_a_text_stands_in_the_glossary_once(tmp_path: Path) -> None:
    path = glossary(tmp_path, '"a": "가"\n"b": "나"\n"a": "다"\n')
    with pytest.raises(UserError, match="'a' stands there twice") as caught:
        make_commands.Glossary(path)
    assert caught.value.where.endswith("lines 1 and 3")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Example: malmoi status", "예: malmoi status"),
        ("malmoi status", "malmoi status"),
        (
            "Example: A=b malmoi rag index X\n\nmalmoi rag index Y",
            "예: A=b malmoi rag index X\n\nmalmoi rag index Y",
        ),
        ("Two lines\nof a paragraph.", "두 줄."),
        # Words after a call are words, which want Korean of their own.
        ("Example: malmoi a, then: malmoi b", "Example: malmoi a, then: malmoi b?"),
        ("Example: malmoi a. Look.", "Example: malmoi a. Look.?"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_call_stays_and_the_words_before_it_are_said(text: str | None, told: str) -> None:
    korean = {"Example": "예", "Two lines of a paragraph.": "두 줄."}
    assert make_commands._told(text, lambda one: korean.get(one, f"{one}?")) == told


@pytest.mark.parametrize(("english", "korean"), ENTRIES, ids=[english for english, _ in ENTRIES])
def test_the_korean_keeps_what_is_typed(english: str, korean: str) -> None:
    assert re.search("[가-힣]", korean)
    assert set(KEPT.findall(korean)) == set(KEPT.findall(english))
    assert set(NUMBER.findall(english)) <= set(NUMBER.findall(korean))


@pytest.mark.parametrize("name", NAMES)
def test_a_korean_page_says_as_much_as_the_english_one(name: str) -> None:
    page, twin = (read(PAGES / f"{name}{suffix}") for suffix in (".md", ".ko.md"))
    assert len(calls(twin)) == len(calls(page))
    assert spans(twin) == spans(page)


def spans(page: str) -> set[str]:
    """Words set as code in what is written by hand."""
    prose = CODE.sub("", page.partition(make_commands.BEGIN)[0])
    return set(re.findall(r"`([^`\n]+)`", prose))


@pytest.mark.parametrize("name", NAMES)
def test_a_korean_page_links_to_the_same_pages_in_korean(name: str) -> None:
    page, twin = PAGES / f"{name}.md", PAGES / f"{name}.ko.md"
    assert sorted(links(twin)) == sorted(map(in_korean, links(page)))


def links(path: Path) -> list[str]:
    """Where a page leads to, after its twin."""
    return re.findall(r"\]\(([^)]+)\)", CODE.sub("", read(path)))[1:]


def in_korean(link: str) -> str:
    place, mark, heading = link.partition("#")
    korean = place.removesuffix(".md") + ".ko.md"
    return f"{korean if (PAGES / korean).is_file() else place}{mark}{heading}"
