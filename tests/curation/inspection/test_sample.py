"""Rows drawn from a release: the right ones, each with the same chance, the same each time."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from curation import tables
from curation.errors import ConfigurationError, UserError
from curation.inspection.sample import Wanted, sample
from curation.run import run_recipe
from tests.curation.inspection.conftest import NOTICE


def places(rows: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(row["file"], row["line"]) for row in rows}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), {("a.jsonl", 1), ("a.jsonl", 6), ("b.jsonl", 1), ("b.jsonl", 2)}),
        (Wanted(source="b"), {("b.jsonl", 1), ("b.jsonl", 2)}),
        (Wanted(step="length"), {("a.jsonl", 2)}),
        (
            Wanted(step="exact_dedup", reason="duplicate", source="a"),
            {("a.jsonl", 5), ("a.jsonl", 7), ("a.jsonl", 9)},
        ),
        (Wanted(reason="little_hangul"), {("a.jsonl", 3)}),
        (Wanted(step="exact_dedup", source="b"), {("b.jsonl", 3)}),
        (Wanted(quarantined=True), {("a.jsonl", 4), ("a.jsonl", 8)}),
    ],
)
def test_the_rows_that_answer_are_drawn(
    release: Path, wanted: Wanted, expected: set[tuple[str, int]]
) -> None:
    assert places(sample(release, wanted)) == expected


def test_changed_rows_come_with_what_was_changed(release: Path) -> None:
    rows = {row["line"]: row for row in sample(release, Wanted(step="normalise", changed=True, source="a"))}
    assert rows[1]["counts"] == {"normalise/invisible": 1, "normalise/white_space": 1}
    assert (rows[1]["text"], rows[1]["fate"]) == ("좋은 영화입니다", "kept")
    (only,) = sample(release, Wanted(step="normalise", reason="invisible", changed=True, source="b"))
    assert (only["line"], only["counts"]) == (1, {"normalise/invisible": 1})


def test_rows_that_a_reader_repaired_are_changed_rows(release: Path) -> None:
    (row,) = sample(release, Wanted(step="read", changed=True))
    assert row["counts"] == {"read/CP949 line in a UTF-8 file": 1}


def test_both_versions_of_rewritten_rows_are_shown(cut: Path) -> None:
    rows = sample(cut, Wanted(step="sentence_dedup", changed=True))
    assert {row["line"] for row in rows} == {2, 3}
    for row in rows:
        (rewrite,) = row["rewrites"]
        assert rewrite["before"] == f"{rewrite['after']} {NOTICE}"


def test_every_row_has_the_same_chance_and_a_seed_decides(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", 7)  # several row groups
    write_jsonl("a.jsonl", [f"글 번호 {number}" for number in range(60)])
    run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out")
    drawn: Counter[int] = Counter()
    for seed in range(200):
        rows = sample(tmp_path / "out", Wanted(), rows=6, seed=seed)
        assert len({row["id"] for row in rows}) == 6
        drawn.update(row["line"] for row in rows)
    # 20 expected each; a fair draw stays within five standard deviations (4.2 rows).
    assert set(drawn) == set(range(1, 61))
    assert max(drawn.values()) < 42
    again = sample(tmp_path / "out", Wanted(), rows=6, seed=7)
    assert again == sample(tmp_path / "out", Wanted(), rows=6, seed=7)
    assert again[:3] == sample(tmp_path / "out", Wanted(), rows=3, seed=7)
    assert again != sample(tmp_path / "out", Wanted(), rows=6, seed=8)


def test_copies_of_a_mix_are_drawn_once(mixed: Path) -> None:
    rows = sample(mixed, Wanted(source="few"))
    assert [row["text"] for row in rows] == ["드문 글입니다"]


@pytest.mark.parametrize(
    ("wanted", "error", "what", "fix"),
    [
        (
            Wanted(step="exactdedup"),
            ConfigurationError,
            "no step 'exactdedup'",
            "did you mean 'exact_dedup'?",
        ),
        (Wanted(source="c"), ConfigurationError, "no source 'c'", "allowed: a, b"),
        (
            Wanted(step="length", reason="to_short"),
            ConfigurationError,
            "for the reason 'to_short' in the step 'length'",
            "did you mean 'too_short'?",
        ),
        (
            Wanted(step="normalise", reason="nbsp", changed=True),
            ConfigurationError,
            "by the rule 'nbsp'",
            "invisible, white_space",
        ),
        (Wanted(step="normalise"), UserError, "the step 'normalise' dropped no row", "--changed"),
        (Wanted(step="tender"), UserError, "the step 'tender' dropped no row", "changed none either"),
        (
            Wanted(step="length", source="b"),
            UserError,
            "no row of the source 'b' was dropped by 'length'",
            "",
        ),
        (Wanted(step="length", changed=True), UserError, "no row was changed by 'length'", ""),
        (Wanted(quarantined=True, source="b"), UserError, "every row of the source 'b' could be used", ""),
        (Wanted(quarantined=True, step="length"), ConfigurationError, "--source alone", ""),
    ],
)
def test_what_no_row_answers_is_said_plainly(
    release: Path, wanted: Wanted, error: type[UserError], what: str, fix: str
) -> None:
    with pytest.raises(error, match=what) as fault:
        sample(release, wanted)
    assert type(fault.value) is error
    assert fix in fault.value.fix
