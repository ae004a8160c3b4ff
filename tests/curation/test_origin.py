"""The note beside a release: what it says, and when it says nothing."""

import json
import os
from pathlib import Path

import pytest
import yaml

from curation.locks import is_locked, taken
from curation.origin import Changes, changes_since, origin_file, origin_of
from curation.recipe import load_recipe
from curation.run import run_recipe

RECIPE = {
    "name": "small",
    "sources": [{"name": "notes", "reader": "jsonl", "path": ["*.jsonl"], "licence": "CC0-1.0"}],
    "steps": [{"step": "normalise"}],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    write(tmp_path, "one", "주차장은 지하에 있습니다.")
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    build(tmp_path)
    return tmp_path


def write(home: Path, name: str, text: str) -> Path:
    path = home / f"data/{name}.jsonl"
    path.write_text(json.dumps({"text": text}, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def build(home: Path) -> None:
    path = home / "recipe.yaml"
    run_recipe(load_recipe(path), home / "data", home / "releases/small", recipe_file=path)


def changes(home: Path) -> Changes:
    release = home / "releases/small"
    origin = origin_of(release)
    assert origin is not None
    return changes_since(origin, json.loads((release / "manifest.json").read_bytes())["recipe"])


def test_nothing_has_changed_at_first(home: Path) -> None:
    origin = origin_of(home / "releases/small")
    assert origin is not None
    assert (origin.recipe, origin.data) == (str(home / "recipe.yaml"), str(home / "data"))
    assert list(origin.files) == ["one.jsonl"]
    assert not changes(home)


def test_what_has_the_same_size_and_time_is_not_hashed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def sha256_of(path: Path) -> str:
        hashed.append(path.name)
        return "0" * 64

    origin = origin_of(home / "releases/small")
    assert origin is not None
    monkeypatch.setattr("curation.origin.sha256_of", sha256_of)
    changes_since(origin, RECIPE)
    assert hashed == ["recipe.yaml"]
    os.utime(home / "data/one.jsonl", (1, 1))
    changes_since(origin, RECIPE)
    assert hashed[1:] == ["recipe.yaml", "one.jsonl"]


def test_each_change_is_told(home: Path) -> None:
    write(home, "two", "회의실은 삼 층에 있습니다.")
    assert changes(home) == Changes(come=("two.jsonl",))
    write(home, "one", "주차장은 옥상에 있습니다.")
    assert changes(home) == Changes(changed=("one.jsonl",), come=("two.jsonl",))
    (home / "data/one.jsonl").unlink()
    assert changes(home) == Changes(gone=("one.jsonl",), come=("two.jsonl",))
    (home / "data").rename(home / "away")
    assert changes(home) == Changes(data_gone=True)
    (home / "recipe.yaml").write_text("name: [broken\n", encoding="utf-8")
    assert changes(home) == Changes(recipe=True, data_gone=True)


def test_a_run_that_finds_the_release_up_to_date_brings_the_note_up_to_date(home: Path) -> None:
    """Moved data is found again, and a file that only has another time is noted anew."""
    (home / "data").rename(home / "moved")
    path = home / "recipe.yaml"
    report = run_recipe(load_recipe(path), home / "moved", home / "releases/small", recipe_file=path)
    assert report.reused
    origin = origin_of(home / "releases/small")
    assert origin is not None
    assert origin.data == str(home / "moved")
    assert not changes(home)


def test_nothing_of_this_machine_stands_in_the_release(home: Path) -> None:
    for file in (home / "releases/small").rglob("*"):
        if file.is_file():
            assert str(home).encode() not in file.read_bytes(), file


def test_a_note_of_another_release_says_nothing(home: Path) -> None:
    release = home / "releases/small"
    release.rename(home / "releases/other")
    assert origin_of(home / "releases/other") is None
    origin_file(home / "releases/other").write_text("{", encoding="utf-8")
    assert origin_of(home / "releases/other") is None
    origin_file(release).rename(origin_file(home / "releases/other"))
    assert origin_of(home / "releases/other") is not None


def test_locks_are_looked_at_and_taken(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_locked(lock)
    with taken(lock) as free:
        assert free
    assert not lock.exists()
    lock.touch()
    with taken(lock) as free:
        assert free
        assert is_locked(lock)
        with taken(lock) as again:
            assert not again
    assert not is_locked(lock)
