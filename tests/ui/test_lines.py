"""Quarantined rows and figures, from any place in a file on."""

from pathlib import Path

import orjson
import pytest

from malmoi.ui import lines
from malmoi.ui.curve import curve_of
from malmoi.ui.lines import read_lines, tail_objects


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """55 rows in two files, with an empty one between."""
    made = []
    for name, numbers in (("a", range(30)), ("b", range(0)), ("c", range(30, 55))):
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(b"".join(orjson.dumps({"line": one, "error": "흠"}) + b"\n" for one in numbers))
        made.append(path)
    return made


@pytest.mark.parametrize("size", [1, 7, 20, 30, 100])
def test_pages_hold_every_line_once(files: list[Path], size: int) -> None:
    found, at = [], ""
    for _ in range(100):
        page = read_lines(files, at, size)
        found += [row["line"] for row in page.rows]
        at = page.next
        if not at:
            break
    assert found == list(range(55))


@pytest.mark.parametrize("place", ["", "x", "1", "-1.0", "0.-5", "99.0", "0." + "9" * 30, "0.99999"])
def test_any_place_gives_a_page(files: list[Path], place: str) -> None:
    assert len(read_lines(files, place).rows) <= 20


def test_broken_and_long_lines_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_LONGEST_LINE", 64)
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{broken\n[1]\n{"text": "' + b"x" * 1_000 + b'"}\n{"error": "last"}')
    errors = [row["error"] for row in read_lines([path], "").rows]
    assert ["no JSON object" in error for error in errors] == [True, True, False, False]
    assert "too long" in errors[2]
    assert errors[3] == "last"


def test_the_end_of_a_long_record_is_read(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"".join(b'{"step": %d}\n' % one for one in range(1_000)) + b'{"step": 10')
    steps = [found["step"] for found in tail_objects(path, 300)]
    assert steps[-1] == 999
    assert 10 < len(steps) < 40
    assert len(list(tail_objects(path, 10**9))) == 1_000


def test_a_curve_keeps_its_ends_and_thins_its_middle() -> None:
    figures = [{"step": step, "loss": 1 + 1 / step} for step in range(1, 10_001)]
    drawn = curve_of([*figures, {"step": 500, "validation_loss": 0.5}, {"step": 600, "loss": "none"}])
    assert drawn is not None
    assert (drawn.first, drawn.steps) == (2.0, (28, 10_000))
    assert 300 < len(drawn.loss.split()) <= 360
    assert drawn.least_validation == 0.5
    assert len(drawn.validation) == 1


@pytest.mark.parametrize(
    "figures", [[], [{"step": 1, "loss": 1.0}], [{"step": 1, "loss": float("nan")}] * 5, [{"x": 1}] * 5]
)
def test_without_a_loss_there_is_no_curve(figures: list[dict[str, object]]) -> None:
    assert curve_of(figures) is None


def test_a_loss_that_stays_is_a_line() -> None:
    drawn = curve_of([{"step": step, "loss": 2.0} for step in (1, 2, 3)])
    assert drawn is not None
    assert len({pair.split(",")[1] for pair in drawn.loss.split()}) == 1
