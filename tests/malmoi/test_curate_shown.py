"""What `malmoi curate` shows: on a terminal, and of single rows and recipes."""

import time
from pathlib import Path
from typing import Any

import pytest

from malmoi.curate_differences import recipe_line
from malmoi.curate_rows import changed_parts, visible
from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.small import RECIPE, notes, prepared, write_recipe
from tests.malmoi.terminal import on_a_terminal


def test_a_narrow_terminal_folds_the_last_column_only(home: Path) -> None:
    run = ["curate", "recipe.yaml", "--data", "data", "--out", "releases/small"]
    shown, _ = on_a_terminal(run, home, columns=60)
    assert "hangul_ratio/little_hangul" in shown
    assert "…" not in shown


def test_texts_cannot_command_the_terminal(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    evil = "좋은 글입니다 \x1b[2J\x1b]0;gotcha\x07 그리고 \u202e거꾸로 [red]빨강[/red] 씁니다"
    (folder / "data/notes.jsonl").write_text(notes(evil, "짧"), encoding="utf-8")
    write_recipe(folder, RECIPE | {"steps": []})
    assert malmoi("curate", "recipe.yaml", "--data", "data", home=folder).code == 0
    for arguments in (["explain", "notes.jsonl:1"], ["sample", "releases/small"]):
        shown, _ = on_a_terminal(["curate", *arguments], folder, columns=100)
        assert "\x1b[2J" not in shown
        assert "\x1b]0" not in shown
        assert "\u202e" not in shown
        assert "\\u001b" in shown
        assert "[red]빨강[/red]" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("가나다\n라", "가나다\n라"),
        ("a\u200bb", "a\\u200bb"),
        ("\x1b[0m", "\\u001b[0m"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_nobody_sees_is_spelled(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("같은 글", "같은 글", []),
        ("하나 둘 셋", "하나 두울 셋", ["하나 [-둘-]{+두울+} 셋"]),
        ("머리말 본문입니다", "본문입니다", ["[-머리말 -]본문입니다"]),
        ("본문입니다", "본문입니다 꼬리말", ["본문입니다{+ 꼬리말+}"]),
        (
            "하나 둘 셋 넷 다섯 여섯 일곱 여덟",
            "하나 둘 셋 넷 다섯 여섯 칠 여덟",
            ["… 넷 다섯 여섯 [-일곱-]{+칠+} 여덟"],
        ),
    ],
)
def test_a_change_is_shown_with_some_words_around_it(before: str, after: str, parts: list[str]) -> None:
    assert [part.plain for part in changed_parts(before, after)] == parts


@pytest.mark.timed
def test_a_change_of_a_whole_book_is_shown_quickly() -> None:
    before = " ".join(str(number) for number in range(20_000))
    after = " ".join(str(number) for number in range(20_000, 40_000))
    begun = time.process_time()
    (part,) = changed_parts(before, after)
    assert part.plain == f"{len(before):,} characters became {len(after):,}"
    assert time.process_time() - begun < 1


def test_a_step_that_came_is_told_by_what_is_not_its_default() -> None:
    from curation.inspection.recipes import recipe_differences

    def recipe(*steps: dict[str, Any]) -> dict[str, Any]:
        return {"name": "r", "steps": list(steps), "sources": [], "evaluation_sets": []}

    common = {"sources": None, "except_sources": []}
    length = {"step": "length", "params": {"min": 1, "max": 9, "unit": "characters"}, **common}
    dedup = {"step": "exact_dedup", "params": {"scope": "release"}, "sources": ["a"], "except_sources": []}
    came = [recipe_line(one) for one in recipe_differences(recipe(), recipe(length, dedup))]
    assert came == ["length: max 9", "exact_dedup: sources [a]"]
