"""The page on architecture: its drawing is the import graph's, and goes down the floors."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.docs.scripts import load

script = load("make_architecture.py")


@pytest.fixture(scope="module")
def drawn(project: Path) -> str:
    return (project / "docs/img/architecture.svg").read_text(encoding="utf-8")


def test_the_drawing_and_the_page_are_what_the_imports_say(project: Path, drawn: str) -> None:
    page = (project / "docs/architecture.md").read_text(encoding="utf-8")
    assert script.made(drawn, page) == (drawn, page), "out of date: just docs"


def test_every_floor_is_a_box_and_arrows_go_down(drawn: str) -> None:
    texts = [
        "".join(text.itertext())
        for text in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    ]
    floors = script.floors()
    assert [text for text in texts if text in floors] == floors
    arrows = re.findall(r'data-from="(\w+)" data-to="(\w+)"', drawn)
    assert len(arrows) == len(set(arrows)) > 20
    assert [(a, b) for a, b in arrows if floors.index(a) >= floors.index(b)] == []


def test_an_import_that_is_new_is_drawn_and_one_that_is_gone_is_not() -> None:
    slack, rag = script.Arrow("slackbot", "rag"), script.Arrow("rag", "chat")
    drawn = script.drawing(("slackbot", "rag", "chat"), script.widths({slack: 30, rag: 1}, ""))
    assert 'data-from="slackbot" data-to="rag" stroke-width="2.5"' in drawn
    assert 'data-from="rag" data-to="chat" stroke-width="1"' in drawn
    assert script.widths({slack: 1}, drawn) == {slack: 1}


@pytest.mark.parametrize(
    ("count", "before", "width"),
    [
        (1, None, 1),
        (19, None, 1),
        (20, None, 2.5),
        (80, None, 5),
        (29, 1, 1),
        (31, 1, 2.5),
        (14, 2.5, 2.5),
        (12, 2.5, 1),
    ],
)
def test_an_arrow_keeps_its_width_near_a_limit(count: int, before: float | None, width: float) -> None:
    assert script.width_of(count, before) == width
