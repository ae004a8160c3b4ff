"""Files elsewhere: brought here whole, once, and never with a credential on record."""

import contextlib
import functools
import http.server
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import orjson
import pytest

from curation.errors import ConfigurationError, UserError
from curation.planning import plan_recipe
from curation.progress import Quiet
from curation.remote import upload_release
from curation.run import run_recipe
from tests.curation.loopback import loopback


@pytest.fixture
def bucket() -> Iterator[fsspec.AbstractFileSystem]:
    """Give an empty file system in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.fixture
def opened(bucket, monkeypatch) -> list[str]:
    """Note which files of the bucket are opened."""
    paths: list[str] = []
    real = type(bucket).open
    monkeypatch.setattr(
        type(bucket),
        "open",
        lambda self, path, *rest, **keys: paths.append(path) or real(self, path, *rest, **keys),
    )
    return paths


def put(system: fsspec.AbstractFileSystem, path: str, *texts: str) -> None:
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    system.pipe_file(path, b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))


def test_a_source_at_an_address_gives_the_same_rows_as_files_here(
    tmp_path, data, write_jsonl, recipe_of, bucket
) -> None:
    put(bucket, "/bucket/a/1.jsonl", "하나", "둘")
    put(bucket, "/bucket/a/2.jsonl", "셋")
    for path in ("memory://bucket/a", "memory://bucket/a/*.jsonl"):
        report = run_recipe(recipe_of({"a": path}), data, tmp_path / "out", force=True)
        assert report.sources["a"].kept == 3
    manifest = orjson.loads((tmp_path / "out/manifest.json").read_bytes())
    assert [file["path"] for file in manifest["sources"][0]["files"]] == [
        "memory/bucket/a/1.jsonl",
        "memory/bucket/a/2.jsonl",
    ]


def test_the_data_folder_may_be_elsewhere(tmp_path, recipe_of, bucket) -> None:
    put(bucket, "/bucket/a/1.jsonl", "하나", "둘")
    report = run_recipe(recipe_of({"a": "a/1.jsonl"}), "memory://bucket", tmp_path / "out")
    assert report.sources["a"].kept == 2


def test_what_did_not_change_is_not_fetched_again(tmp_path, data, recipe_of, bucket, opened) -> None:
    put(bucket, "/bucket/a/1.jsonl", "하나")
    put(bucket, "/bucket/a/2.jsonl", "둘")
    opened.clear()
    recipe = recipe_of({"a": "memory://bucket/a"})
    run_recipe(recipe, data, tmp_path / "out")
    assert len(opened) == 2
    put(bucket, "/bucket/a/2.jsonl", "둘둘둘", "넷")
    bucket.rm_file("/bucket/a/1.jsonl")
    opened.clear()
    report = run_recipe(recipe, data, tmp_path / "out")
    assert [path.rpartition("/")[2] for path in opened] == ["2.jsonl"]
    assert report.sources["a"].kept == 2, "what is gone there is gone here"


def test_a_disk_that_fills_while_files_are_fetched(small_disk, recipe_of, bucket, opened) -> None:
    for number in range(3):
        put(bucket, f"/bucket/a/{number}.jsonl", *(f"{number} {row} " + "글" * 300 for row in range(100)))
    recipe = recipe_of({"a": "memory://bucket/a"})
    out = small_disk(200) / "out"
    with pytest.raises(UserError, match="a fetched file cannot be written: No space left") as fault:
        run_recipe(recipe, out.parent, out)
    assert fault.value.where == str(out)
    assert "make room" in fault.value.fix
    held = [path.name for path in out.parent.rglob("*") if path.is_file()]
    whole = ["0.jsonl", "1.jsonl"]
    assert sorted(held) == [*(f".{name}.version" for name in whole), *whole], "no part of the third stays"
    small_disk(20_000)
    opened.clear()
    assert run_recipe(recipe, out.parent, out).sources["a"].kept == 300
    assert [path.rpartition("/")[2] for path in opened] == ["2.jsonl"]


def test_a_plan_whose_scratch_folder_is_full(small_disk, data, recipe_of, bucket, monkeypatch) -> None:
    put(bucket, "/bucket/a.jsonl", *(f"{row} " + "글" * 300 for row in range(100)))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk(64)))
    with pytest.raises(UserError, match="the scratch folder cannot be written: No space left") as fault:
        plan_recipe(recipe_of({"a": "memory://bucket/a.jsonl"}), data, data / "out")
    assert "TMPDIR" in fault.value.fix


def test_http_on_loopback(tmp_path, data, write_jsonl, recipe_of) -> None:
    pytest.importorskip("aiohttp")
    write_jsonl("served/a.jsonl", ["하나", "둘"])
    with _served(data / "served") as address:
        report = run_recipe(recipe_of({"a": f"{address}/a.jsonl"}), data, tmp_path / "out")
    assert report.sources["a"].kept == 2


def test_nobody_answers(tmp_path, data, recipe_of) -> None:
    with pytest.raises(UserError, match=r"cannot be read|nothing is there|holds no file"):
        run_recipe(recipe_of({"a": "http://127.0.0.1:9/a.jsonl"}), data, tmp_path / "out")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://bucket/nothing.jsonl", "holds no file"),
        ("s3://key:secret@bucket/a.jsonl", "holds a credential"),
        ("https://example.com/a.jsonl?X-Signature=abc", "holds a credential"),
        ("warp://bucket/a.jsonl", "cannot be opened"),
    ],
)
def test_addresses_that_cannot_be_used(tmp_path, data, recipe_of, bucket, address: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        run_recipe(recipe_of({"a": address}), data, tmp_path / "out")
    assert "secret" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_a_release_is_put_there_manifest_last(tmp_path, data, write_jsonl, recipe_of, bucket) -> None:
    write_jsonl("a.jsonl", ["하나", "둘"])
    run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out")
    bucket.pipe_file("/bucket/rel/data/old/train-00000-of-00001.parquet", b"stale")
    put_files: list[str] = []
    real = bucket.put_file
    bucket.put_file = lambda here, there, **keys: put_files.append(there) or real(here, there, **keys)
    try:
        upload_release(tmp_path / "out", "memory://bucket/rel", Quiet())
    finally:
        del bucket.put_file
    assert put_files[-1].endswith("/manifest.json")
    there = {path.removeprefix("/bucket/rel/") for path in bucket.find("/bucket/rel")}
    here = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert there == here


def _served(folder: Path) -> contextlib.AbstractContextManager[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    return loopback(handler)
