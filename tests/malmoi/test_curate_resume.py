"""Runs of `malmoi curate` that were stopped, and how they go on."""

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.small import RECIPE, notes, prepared, write_recipe


def digest(release: Path) -> str:
    return hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()


def large(folder: Path) -> Path:
    """A workspace whose run takes some seconds, in several units."""
    prepared(folder)
    (folder / "data/many").mkdir()
    for number in range(12):
        texts = (f"{number}번째 파일의 {line}번째 글입니다 " + "가나다 " * 40 for line in range(3000))
        (folder / f"data/many/{number:02}.jsonl").write_text(notes(*texts), encoding="utf-8")
    source = {"name": "many", "reader": "jsonl", "path": "many", "licence": "CC0-1.0"}
    write_recipe(folder, RECIPE | {"sources": [*RECIPE["sources"], source]})
    return folder


def stopped(folder: Path, how: signal.Signals) -> int:
    """Start the run, stop it when it has finished something; give how it ended."""
    # Started in the background, a process would ignore Ctrl-C.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from malmoi.main import main; main()"
    )
    arguments = ["curate", "recipe.yaml", "--data", "data", "--out", "releases/cut"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while not list((folder / "releases").glob(".cut.work/read/*/done.json")):
            assert process.poll() is None, "the run ended before it could be stopped"
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(how)
        return process.wait(60)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_stopped_run_is_resumed_to_the_same_release(tmp_path: Path, how: signal.Signals) -> None:
    folder = large(tmp_path)
    whole = malmoi(
        "curate", "recipe.yaml", "--data", "data", "--out", "releases/whole", "--json", home=folder
    )
    assert whole.code == 0, whole.err
    assert stopped(folder, how) == (-9 if how is signal.SIGKILL else 130)
    assert not (folder / "releases/cut").exists()
    looked = malmoi("curate", "sample", "releases/cut", home=folder)
    assert looked.code == 2
    assert "malmoi curate resume releases/cut" in looked.err
    planned = malmoi("curate", "plan", "recipe.yaml", "--data", "data", "--out", "releases/cut", home=folder)
    assert "a run of this release was stopped" in planned.out
    done = malmoi("curate", "resume", "releases/cut", home=folder)
    assert done.code == 0, done.err
    assert "Went on with what an interrupted run had finished." in done.out
    assert "Changed since" not in done.out
    assert digest(folder / "releases/cut") == digest(folder / "releases/whole")
    notes = [".cut.origin.json", ".whole.origin.json"]
    assert sorted(path.name for path in (folder / "releases").iterdir()) == [*notes, "cut", "whole"]
    again = malmoi("curate", "resume", "releases/cut", home=folder)
    assert again.code == 0
    assert "releases/cut is complete: no run of it is unfinished." in again.out
    assert malmoi("curate", "resume", "releases/cut", "--json", home=folder).json["reused"] is True


@pytest.mark.slow
def test_data_that_changed_meanwhile_is_named_and_read_anew(tmp_path: Path) -> None:
    folder = large(tmp_path)
    assert stopped(folder, signal.SIGKILL) == -9
    (folder / "data/notes.jsonl").write_text(notes("아주 다른 글이 되었습니다."), encoding="utf-8")
    (folder / "data/many/03.jsonl").unlink()
    (folder / "data/many/99.jsonl").write_text(notes("나중에 온 글입니다."), encoding="utf-8")
    done = malmoi("curate", "resume", "releases/cut", home=folder)
    assert done.code == 0, done.err
    assert "Changed since that run began" in done.out
    for name in ("notes.jsonl", "many/03.jsonl", "many/99.jsonl"):
        assert name in done.out
    assert "many/02.jsonl" not in done.out
    malmoi("curate", "recipe.yaml", "--data", "data", "--out", "releases/whole", home=folder)
    assert digest(folder / "releases/cut") == digest(folder / "releases/whole")


def test_a_release_for_an_address_is_resumed_by_the_address(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    address = f"file://{tmp_path}/bucket/small"
    (folder / "data/late.jsonl").write_text("", encoding="utf-8")
    late = {"name": "late", "reader": "jsonl", "path": "late.jsonl", "licence": "CC0-1.0"}
    write_recipe(folder, RECIPE | {"sources": [*RECIPE["sources"], late]})
    failed = malmoi("curate", "recipe.yaml", "--data", "data", "--out", address, home=folder)
    assert failed.code == 1
    assert "'late' has no rows" in failed.err
    (folder / "data/late.jsonl").write_text(notes("이제 온 글입니다."), encoding="utf-8")
    done = malmoi("curate", "resume", address, home=folder)
    assert done.code == 0, done.err
    assert "late.jsonl" in done.out  # it changed since
    assert digest(tmp_path / "bucket/small") == digest(folder / "releases/small")
