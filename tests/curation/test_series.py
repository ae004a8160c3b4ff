"""Releases of a series: the new against the old, through whole runs."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError
from curation.run import run_recipe

FIRST = ["도서관은 월요일마다 쉽니다", "회의실은 이틀 전에 잡습니다", "주차권은 안내대에서 받습니다"]
SECOND = ["도서관은 월요일마다 쉽니다!", "새 자전거 보관대가 생겼습니다", "회의실은 이틀 전에 잡습니다."]
THIRD = ["새 자전거 보관대가 생겼습니다.", "주차권은 안내대에서 받습니다.", "급식실이 넓어졌습니다"]
SERIES = [{"step": "near_dedup", "against": ["news"], "save": "news"}]


def texts(release: Path) -> list[str]:
    return [
        text
        for path in sorted(release.glob("data/*/*.parquet"))
        for text in pq.read_table(path, columns=["text"])["text"].to_pylist()
    ]


def make(name: str, rows: list[str], folder: Path, write_jsonl, recipe_of, steps=SERIES):
    write_jsonl(f"{name}.jsonl", rows)
    recipe = recipe_of({"a": f"{name}.jsonl"}, steps)
    return run_recipe(recipe, folder / "data", folder / "releases" / name)


def test_each_release_holds_what_no_older_one_does(tmp_path, data, write_jsonl, recipe_of) -> None:
    for name, rows in (("1", FIRST), ("2", SECOND), ("3", THIRD)):
        make(name, rows, tmp_path, write_jsonl, recipe_of)
    releases = tmp_path / "releases"
    assert texts(releases / "1") == FIRST
    assert texts(releases / "2") == [SECOND[1]]
    assert texts(releases / "3") == [THIRD[2]]
    (dropped,) = (releases / "3" / "rejects").glob("*.parquet")
    rows = pq.read_table(dropped).to_pylist()
    ids = {row["text"]: row["id"] for name in "12" for row in _rows(releases / name)}
    assert {(row["duplicate_of"], row["detail"]) for row in rows} == {
        (ids[SECOND[1]], "news/2"),
        (ids[FIRST[2]], "news/1"),
    }
    assert all(row["score"] > 0.7 for row in rows)


def _rows(release: Path) -> list[dict[str, str]]:
    (path,) = release.glob("data/*/*.parquet")
    return pq.read_table(path, columns=["id", "text"]).to_pylist()


def test_a_release_made_again_is_not_compared_with_itself(tmp_path, data, write_jsonl, recipe_of) -> None:
    make("1", FIRST, tmp_path, write_jsonl, recipe_of)
    first = make("2", SECOND, tmp_path, write_jsonl, recipe_of)
    again = make("2", SECOND, tmp_path, write_jsonl, recipe_of)
    assert again.reused
    shutil.rmtree(tmp_path / "releases" / "2")  # its part of the index stays behind
    once_more = make("2", SECOND, tmp_path, write_jsonl, recipe_of)
    assert once_more.manifest_sha256 == first.manifest_sha256
    assert texts(tmp_path / "releases" / "2") == [SECOND[1]]


def test_an_index_that_is_not_there_is_named(tmp_path, data, write_jsonl, recipe_of) -> None:
    make("1", FIRST, tmp_path, write_jsonl, recipe_of)
    steps = [{"step": "near_dedup", "against": ["nwes"]}]
    with pytest.raises(ConfigurationError, match="'nwes' that is not there") as fault:
        make("2", SECOND, tmp_path, write_jsonl, recipe_of, steps)
    assert fault.value.fix == "there are: news"
