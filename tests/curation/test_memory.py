"""A run that meets the end of memory says so, and goes on later."""

from pathlib import Path

import psutil
import pytest

from curation import memory
from curation.errors import UserError
from curation.run import run_recipe

STEPS = [{"step": "length", "min": 2}]


def container(folder: Path, limit: str, current: int, cached: int) -> Path:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{current}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cached}\nslab 1\n")
    return folder


def test_a_container_has_what_its_limit_leaves(tmp_path: Path) -> None:
    mb = 1024 * 1024
    assert memory.available_mb(container(tmp_path, str(100 * mb), 80 * mb, 30 * mb)) == 50


@pytest.mark.parametrize("limit", ["max", "nonsense"])
def test_without_a_limit_it_is_the_machine_that_counts(tmp_path: Path, limit: str) -> None:
    found = memory.available_mb(container(tmp_path, limit, 1, 1))
    assert abs(found - psutil.virtual_memory().available // 1024**2) < 512
    assert memory.available_mb(tmp_path / "none") > 0


def test_a_run_stops_before_the_kernel_stops_it_and_goes_on_later(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch
) -> None:
    write_jsonl("a.jsonl", ["하나", "둘둘"])
    write_jsonl("b.jsonl", ["셋셋"])
    recipe = recipe_of({"a": "a.jsonl", "b": "b.jsonl"}, STEPS)
    left = iter([4000, 5])
    monkeypatch.setattr(memory, "available_mb", lambda: next(left))
    with pytest.raises(UserError, match="memory ran out: 5 MB of memory are left") as fault:
        run_recipe(recipe, data, tmp_path / "out")
    assert "run again" in fault.value.fix
    assert list((tmp_path / ".out.work" / "read").iterdir()), "the first source is kept"
    monkeypatch.setattr(memory, "available_mb", lambda: 4000)
    report = run_recipe(recipe, data, tmp_path / "out")
    assert (report.sources["a"].kept, report.sources["b"].kept) == (2, 1)
