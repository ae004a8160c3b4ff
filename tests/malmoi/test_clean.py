"""`malmoi clean`: what nobody needs goes, everything else stays, and what stays still works."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from curation.checkpoints import key_of, once
from malmoi.workspaces.rubbish import rubbish
from tests.malmoi.command import malmoi, malmoi_here
from tests.malmoi.small import prepared
from tests.malmoi.terminal import at_prompts

LONG_AGO = time.time() - 86_400


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with a release and an index of it, and a cache of its own."""
    (tmp_path / "home").mkdir()
    folder = prepared(tmp_path / "home")
    done = malmoi_here("curate", "recipe.yaml", "--data", "data", "--out", "releases/small", home=folder)
    assert done.code == 0, done.err
    index = ("rag", "index", "releases/small", "--out", "indexes/small", "--embedder", "none")
    assert malmoi_here(*index, home=folder).code == 0
    return folder


def clean(home: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run it for a program, with a cache beside the workspace."""
    cache = home.parent / "cache"
    done = malmoi_here("clean", "--json", *arguments, home=home, MALMOI_CACHE=str(cache))
    assert done.code == code, done.err
    return done.json


def content(home: Path) -> dict[str, str]:
    """Every file of a folder with its hash."""
    files = sorted(path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def left(path: Path, text: str = "half", age: float = LONG_AGO) -> Path:
    """A file that a killed command left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (age, age))
    return path


def aged(folder: Path) -> Path:
    """Let a folder and all in it be old."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


def a_run(home: Path, *, finished: bool = True) -> Path:
    """A run's folder with two checkpoints, as far as its record and files go."""
    from training.running.checkpoints import complete

    run = home / "runs/trial"
    for step in (5, 10):
        checkpoint = run / f"checkpoints/checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        (checkpoint / "trainer_state.json").write_text("{}", encoding="utf-8")
        (checkpoint / "adapter_model.safetensors").write_bytes(b"w" * 1000)
        complete(checkpoint)
    (run / ".lock").touch()
    (run / "config.yaml").write_text("name: trial\n", encoding="utf-8")
    (run / "begun-run.json").write_text('{"key": "k", "decisive": {}, "inputs": {}}', encoding="utf-8")
    once(run / "data", key_of("rows"), lambda folder: {"bytes": (folder / "train.arrow").write_bytes(b"r")})
    if finished:
        (run / "adapter").mkdir()
        (run / "adapter/adapter_model.safetensors").write_bytes(b"w" * 1000)
        (run / "run.json").write_bytes(orjson.dumps({"run": {"sources": []}}))
    return run


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_a_tidy_workspace_has_nothing_to_clean(home: Path) -> None:
    before = content(home)
    assert clean(home, "--yes")["items"] == []
    assert content(home) == before


def test_what_killed_commands_left_goes_and_the_rest_stays(home: Path) -> None:
    before = content(home)
    goes = [
        left(home / ".malmoi.toml.ab12cd34.tmp"),
        left(home / "releases/.small.datasheet.yaml.x_9kq0ab.tmp"),
        left(home / "releases/.gone.origin.json", "{}"),
        left(home / "indexes/.small.q1w2e3r4/index/manifest.sqlite").parents[1],
    ]
    aged(goes[-1])
    stays = [
        left(home / ".malmoi.toml.zz12cd34.tmp", age=time.time()),
        left(home / ".notes.backup12.txt"),
        left(home / ".mine.settings/index/a"),
        left(home / "papers/.draft.ab12cd34.tmp"),
        left(home / ".config.a1b2c3d4/anything.txt"),
    ]
    aged(home / ".mine.settings")
    aged(home / ".config.a1b2c3d4")
    told = clean(home)
    assert not told["removed"]
    assert all(path.exists() for path in goes)
    done = clean(home, "--yes")
    assert done["removed"]
    assert [path for path in goes if path.exists()] == []
    assert [path for path in stays if not path.exists()] == []
    assert done["bytes"] == told["bytes"] == 4 + 4 + 2 + 4
    assert {name: sha for name, sha in content(home).items() if name in before} == before
    assert clean(home, "--yes")["items"] == []


def test_a_person_is_shown_the_plan_and_asked(home: Path) -> None:
    temporary = left(home / ".malmoi.toml.ab12cd34.tmp")
    assert "Nothing was removed." in at_prompts(["clean", "--keep-cache"], home, ["아니오"])
    assert temporary.exists()
    shown = at_prompts(["clean", "--keep-cache"], home, ["예"])
    assert "4 bytes freed." in shown
    assert not temporary.exists()


def test_without_a_terminal_nothing_is_removed_unless_told(home: Path) -> None:
    temporary = left(home / ".malmoi.toml.ab12cd34.tmp")
    assert "--yes removes this" in malmoi_here("clean", "--keep-cache", home=home).out
    assert not malmoi_here("clean", "--yes", "--dry-run", "--keep-cache", home=home).code
    assert temporary.exists()


def test_links_are_not_followed(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    kept = left(outside / ".a.ab12cd34.tmp")
    (home / "releases/.small.ab12cd34.tmp").symlink_to(kept)
    (home / "indexes/linked").symlink_to(outside)
    run = a_run(home)
    shutil.rmtree(run / "checkpoints/checkpoint-5")
    (outside / "checkpoint").mkdir()
    (run / "checkpoints/checkpoint-5").symlink_to(outside / "checkpoint")
    left(outside / "checkpoint/weights")
    clean(home, "--yes")
    assert kept.exists()
    assert (outside / "checkpoint/weights").exists()
    assert not (run / "checkpoints/checkpoint-10").exists()


def test_checkpoints_of_a_finished_run_go(home: Path) -> None:
    run = a_run(home)
    (run / "checkpoints/set-aside/checkpoint-3").mkdir(parents=True)
    (run / ".adapter.draft").mkdir()
    left(run / "data" / f"{'a' * 40}.0123abcd/train.arrow")
    told = clean(home, "--yes")
    assert {item["kind"] for item in told["items"]} == {"temporary", "checkpoints"}
    assert list((run / "checkpoints").iterdir()) == []
    assert not (run / ".adapter.draft").exists()
    assert (run / "adapter/adapter_model.safetensors").exists()
    assert [path.name for path in (run / "data").iterdir()] == [key_of("rows")[:40]]


def test_rows_go_when_the_run_is_merged(home: Path) -> None:
    run = a_run(home)
    (run / "run.json").write_bytes(orjson.dumps({"run": {"sources": []}, "merge": {"of": {}, "weights": []}}))
    clean(home, "--yes")
    assert list((run / "data").iterdir()) == []


@pytest.mark.parametrize("why", ["unfinished", "preference", "held", "no adapter", "damaged record"])
def test_checkpoints_that_somebody_may_need_stay(home: Path, why: str) -> None:
    run = a_run(home, finished=why not in ("unfinished",))
    if why == "preference":
        (run / "begun-preference.json").write_text("{}", encoding="utf-8")
    if why == "no adapter":
        shutil.rmtree(run / "adapter")
    if why == "damaged record":
        (run / "run.json").write_text("{", encoding="utf-8")
    before = content(run)
    if why == "held":
        with locked(run / ".lock"):
            told = clean(home, "--yes")
        assert told["kept"][0]["path"] == str(run)
    else:
        clean(home, "--yes")
    assert content(run) == before


def test_a_lock_that_is_taken_after_the_plan_keeps_things(home: Path) -> None:
    from malmoi.workspaces.removing import remove

    run = a_run(home)
    (item,) = [one for one in rubbish(home, cache=False).items if one.kind == "checkpoints"]
    with locked(run / ".lock"):
        assert remove(item).why == "a run has it now"
    assert (run / "checkpoints/checkpoint-10/adapter_model.safetensors").exists()
    assert remove(item).why == ""
    assert not (run / "checkpoints/checkpoint-10").exists()


def test_the_cache_goes_but_what_is_not_ours_there_and_what_is_being_made(home: Path) -> None:
    cache = home.parent / "cache"
    stage = cache / "models/tiny"
    made = once(stage, key_of("tiny"), lambda folder: {"n": (folder / "w").write_bytes(b"w" * 500)}).folder
    (stage / ".lock").touch()
    draft = left(stage / f"{'b' * 40}.0123abcd/w").parent
    own = left(stage / "notes.txt")
    told = clean(home, "--keep-cache", "--yes")
    assert told["items"] == []
    with locked(stage / ".lock"):
        assert [one["what"] for one in clean(home, "--yes")["kept"]] == ["cache", "cache"]
    run = a_run(home)
    with locked(run / ".lock"):
        assert not any(item["kind"] == "cache" for item in clean(home, "--yes")["items"])
    assert made.is_dir()
    told = clean(home, "--yes")
    assert sum(item["bytes"] for item in told["items"] if item["kind"] == "cache") > 500
    assert [path.name for path in sorted(stage.iterdir())] == [".lock", own.name]
    assert not draft.exists()


def test_journals_go_only_when_they_are_named(home: Path) -> None:
    journal = left(home / ".malmoi/safety.calls.jsonl", '{"call":"a","reply":"b"}\n')
    other = left(home / "calls/own.jsonl", '{"id": 1}\n')
    documents = left(home / "papers/phone.jsonl", '{"call":"a","reply":"b"}\n')
    assert clean(home, "--yes")["items"] == []
    with locked(journal):
        assert clean(home, "--yes", "--journals")["kept"][0]["path"] == str(journal)
    assert [item["kind"] for item in clean(home, "--yes", "--journals")["items"]] == ["journal"]
    assert (journal.exists(), other.exists(), documents.exists()) == (False, True, True)


def test_old_versions_of_tables_go_and_the_index_is_sound(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = home / "papers"
    papers.mkdir()
    index = ("rag", "index", "papers", "--out", "indexes/papers", "--embedder", "none")
    for number in range(6):
        (papers / "주차.md").write_text(f"주차장은 지하 {number}층에 있습니다.\n" * 40, encoding="utf-8")
        assert malmoi_here(*index, home=home).code == 0
    table = home / "indexes/papers/tables/passages.lance/_versions"
    many = len(list(table.glob("*.manifest")))
    assert not any(item["kind"] == "versions" for item in clean(home)["items"]), "readers may be at them"
    asked = ("rag", "search", "주차장 지하", "--index", "indexes/papers", "--json")
    before = malmoi_here(*asked, home=home).json
    monkeypatch.setattr("rag.versions.KEPT", timedelta(microseconds=1))
    with locked(home / "indexes/papers/.lock"):
        told = clean(home, "--dry-run")
        assert str(home / "indexes/papers") in [one["path"] for one in told["kept"]]
        assert not any(str(home / "indexes/papers") in item["paths"] for item in told["items"])
    found = [one for one in clean(home, "--yes")["items"] if one["paths"] == [str(home / "indexes/papers")]]
    assert [one["removed"] for one in found] == [True]
    assert 0 < len(list(table.glob("*.manifest"))) < many
    assert malmoi_here(*asked, home=home).json["hits"] == before["hits"]
    assert malmoi_here("rag", "verify", "--index", "indexes/papers", "--json", home=home).json["is_sound"]


def test_the_bot_keeps_its_store_and_what_it_reads(home: Path) -> None:
    store = left(home / "slack.sqlite", "store")
    for ending in ("-wal", "-shm", ".lock"):
        left(home / f"slack.sqlite{ending}", "x")
    left(home / "knowledge/T1/C1-1.2.jsonl", "{}\n")
    before = content(home)
    aged(home / "indexes/small")
    with locked(home / "slack.sqlite.lock"):
        told = clean(home, "--yes", "--journals")
        assert told["items"] == []
        assert any("the bot runs" in one["why"] for one in told["kept"])
    clean(home, "--yes", "--journals")
    assert store.exists()
    kept = {name: sha for name, sha in content(home).items() if "small/tables" not in name}
    assert kept.items() <= before.items() | {
        ("indexes/small/manifest.sqlite", kept["indexes/small/manifest.sqlite"])
    }


def killed_at(home: Path, where: str, name: str) -> None:
    """Run the recipe and kill the process where a function of ours is called."""
    module, _, function = where.rpartition(".")
    code = (
        f"import os, signal, sys; import {module} as module;"
        f"module.{function} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL);"
        f"sys.argv = ['malmoi', 'curate', 'recipe.yaml', '--data', 'data', '--out', 'releases/{name}'];"
        "from malmoi.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_run_that_was_killed_is_resumed_to_the_same_bytes_after_cleaning(home: Path) -> None:
    killed_at(home, "curation.pipeline.assemble", "again")
    work = home / "releases/.again.work"
    finished = sorted(path.name for path in (work / "read").iterdir())
    draft = left(work / "read" / f"{'c' * 40}.0123abcd/rows").parent
    told = clean(home, "--yes")
    assert not draft.exists()
    assert sorted(path.name for path in (work / "read").iterdir()) == finished
    assert any("curate resume" in one["why"] for one in told["kept"])
    resumed = malmoi("curate", "resume", "releases/again", "--json", home=home)
    assert resumed.json["resumed"]
    one, other = (
        json.loads((home / "releases" / name / "manifest.json").read_bytes()) for name in ("small", "again")
    )
    assert one["files"] == other["files"]


def test_the_work_of_a_release_that_stands_goes(home: Path) -> None:
    """Killed after the release had its name, before its work folder was removed."""
    killed_at(home, "curation.run.note_origin", "again")
    before = content(home / "releases/again")
    work = home / "releases/.again.work"
    assert work.is_dir()
    with locked(work / "lock"):
        assert clean(home, "--yes")["items"] == []
    (item,) = clean(home, "--yes")["items"]
    assert (item["kind"], work.exists()) == ("work", False)
    assert item["bytes"] > 0
    assert content(home / "releases/again") == before
    assert malmoi_here("curate", "resume", "releases/again", home=home).code == 0


# Each call takes one file out of a folder and is killed; an empty folder it removes.
KILLED = """
import os, pathlib, shutil, signal, sys
remove = shutil.rmtree
def half(path, **_):
    first = next((one for one in sorted(pathlib.Path(path).rglob("*")) if one.is_file()), None)
    if first is None:
        return remove(path)
    first.unlink()
    os.kill(os.getpid(), signal.SIGKILL)
shutil.rmtree = half
sys.argv = ["malmoi", "clean", "--yes"]
from malmoi.main import main
main()
"""


def test_half_a_removal_is_harmless(home: Path) -> None:
    """Killed in the middle of each folder, the next call takes the rest; what stays is as it was."""
    from training.running.checkpoints import all_in, fault_of

    run = a_run(home)
    cache = home.parent / "cache/models/tiny"
    key = key_of("tiny")
    once(cache, key, lambda folder: {"n": (folder / "w").write_bytes(b"w")})
    (cache / ".lock").touch()
    (home.parent / "killed.py").write_text(KILLED, encoding="utf-8")
    environment = {**os.environ, "MALMOI_HOME": str(home), "MALMOI_CACHE": str(home.parent / "cache")}
    ends = []
    for _ in range(20):
        done = subprocess.run(
            [sys.executable, str(home.parent / "killed.py")],
            cwd=home,
            env=environment,
            capture_output=True,
            check=False,
        )
        ends.append(done.returncode)
        # Nothing that anybody trusts is half there.
        assert [fault_of(one) for one in all_in(run / "checkpoints") if fault_of(one)] == []
        if (cache / key[:40]).exists():
            assert once(cache, key, lambda _: pytest.fail("made anew")).facts == {"n": 1}
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert ends.count(-signal.SIGKILL) > 3
    assert ends[-1] == 0
    clean(home, "--yes")
    assert list((run / "checkpoints").iterdir()) == []
    assert [path.name for path in cache.iterdir()] == [".lock"]
    assert (run / "adapter/adapter_model.safetensors").exists()


def test_no_such_workspace(tmp_path: Path) -> None:
    assert malmoi_here("clean", "nowhere", home=tmp_path).code == 2
