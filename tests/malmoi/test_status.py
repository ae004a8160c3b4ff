"""`malmoi status`: what is there, what is behind of what, and the command that mends it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from malmoi.holdings import Holdings, holdings
from tests.malmoi.command import malmoi, malmoi_here
from tests.malmoi.small import RECIPE, notes, prepared, write_recipe


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with a release, and an index of it and of a folder of documents."""
    folder = prepared(tmp_path)
    (folder / "papers").mkdir()
    (folder / "papers/주차.md").write_text("# 주차\n주차장은 지하 2층에 있습니다.\n", encoding="utf-8")
    done = malmoi_here("curate", "recipe.yaml", "--data", "data", "--out", "releases/small", home=folder)
    assert done.code == 0, done.err
    index(folder)
    return folder


def index(home: Path) -> None:
    done = malmoi_here(
        "rag", "index", "releases/small", "papers", "--out", "indexes/all", "--embedder", "none", home=home
    )
    assert done.code == 0, done.err


def stale(home: Path, kind: str) -> list[dict[str, Any]]:
    (one,) = malmoi_here("status", "--json", home=home).json[kind]
    found: list[dict[str, Any]] = one["stale"]
    return found


def run(home: Path, command: str) -> None:
    """Do what a line says that mends."""
    import shlex

    words = shlex.split(command)
    assert words[0] == "malmoi"
    done = malmoi_here(*words[1:], home=home)
    assert done.code == 0, done.err


def test_what_was_just_made_is_not_stale(home: Path) -> None:
    told = malmoi_here("status", "--json", home=home).json
    assert told["stale"] == 0
    (release,), (found,) = told["releases"], told["indexes"]
    assert (release["name"], release["rows"], release["sources"]) == ("small", 3, ["notes"])
    assert release["bytes"] == sum(path.stat().st_size for path in (home / "releases/small").rglob("*.*"))
    assert (found["documents"], found["embedder"], found["held"]) == (4, "none", False)
    assert found["sources"] == [str(home / "releases/small"), str(home / "papers")]
    shown = malmoi_here("status", home=home).out
    assert "releases/small  3 rows of 1 sources" in shown
    assert "nothing is stale" in shown


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    assert "malmoi demo" in malmoi_here("status", home=tmp_path).out
    absent = malmoi_here("status", "nowhere", home=tmp_path)
    assert (absent.code, "malmoi init nowhere" in absent.err) == (2, True)


def test_a_changed_source_is_told_and_the_command_beside_it_mends(home: Path) -> None:
    (home / "data/notes.jsonl").write_text(notes("우편물은 일 층에서 받습니다."), encoding="utf-8")
    (line,) = stale(home, "releases")
    assert (line["reason"], line["what"]) == ("changed", "source files have changed: notes.jsonl")
    assert stale(home, "indexes") == []
    run(home, line["fix"])
    assert stale(home, "releases") == []
    # What was made of the release is behind now, and not before.
    (line,) = stale(home, "indexes")
    assert line["what"] == "changed since it was built: small"
    run(home, line["fix"])
    assert stale(home, "indexes") == []


def test_a_time_alone_is_no_change_and_neither_is_a_comment(home: Path) -> None:
    os.utime(home / "data/notes.jsonl", (1, 1))
    os.utime(home / "papers/주차.md", (1, 1))
    with (home / "recipe.yaml").open("a", encoding="utf-8") as file:
        file.write("# nothing else\n")
    assert stale(home, "releases") == stale(home, "indexes") == []


def test_the_same_size_with_other_content_is_a_change(home: Path) -> None:
    for path in (home / "data/notes.jsonl", home / "papers/주차.md"):
        path.write_text(path.read_text(encoding="utf-8").replace("지하 2층", "지하 3층"), encoding="utf-8")
    assert [one["reason"] for one in stale(home, "releases")] == ["changed"]
    assert stale(home, "indexes")[0]["what"] == "changed since it was built: 주차.md"


def test_another_recipe_is_told(home: Path) -> None:
    write_recipe(home, RECIPE | {"steps": RECIPE["steps"][:2]})
    (line,) = stale(home, "releases")
    assert line["against"] == str(home / "recipe.yaml")
    assert line["fix"] == "malmoi curate recipe.yaml --data data --out releases/small"
    (home / "recipe.yaml").unlink()
    assert [one["reason"] for one in stale(home, "releases")] == ["gone"]


def test_files_that_come_and_go_are_told(home: Path) -> None:
    (home / "papers/새.md").write_text("새 문서입니다.\n", encoding="utf-8")
    (home / "papers/주차.md").unlink()
    assert {(one["reason"], one["what"]) for one in stale(home, "indexes")} == {
        ("changed", "new since it was built: 새.md"),
        ("gone", "gone since it was built: 주차.md"),
    }


def test_a_new_file_in_a_source_folder_is_told(home: Path) -> None:
    recipe = RECIPE | {"sources": [RECIPE["sources"][0] | {"path": "inbox"}], "name": "inbox"}
    (home / "data/inbox/deep").mkdir(parents=True)
    (home / "data/inbox/notes.jsonl").write_text(notes("회의실은 삼 층에 있습니다."), encoding="utf-8")
    write_recipe(home, recipe, "inbox.yaml")
    done = malmoi_here("curate", "inbox.yaml", "--data", "data", "--out", "releases/small", home=home)
    assert done.code == 0, done.err
    assert stale(home, "releases") == []
    (home / "data/inbox/deep/more.jsonl").write_text(notes("식당은 이 층에 있습니다."), encoding="utf-8")
    (home / "data/inbox/deep/other.txt").write_text("아무도 읽지 않습니다.", encoding="utf-8")
    (line,) = stale(home, "releases")
    assert line["what"] == "new source files are there: inbox/deep/more.jsonl"


def test_what_an_index_was_built_from_is_gone(home: Path) -> None:
    (home / "papers").rename(home / "elsewhere")
    (line,) = stale(home, "indexes")
    assert (line["reason"], line["against"]) == ("gone", str(home / "papers"))
    assert "malmoi rag index releases/small --out indexes/all" in line["fix"]


def test_rules_that_changed_are_told(home: Path) -> None:
    rules = home / "acl.yaml"
    rules.write_text('"*": everyone\n', encoding="utf-8")
    done = malmoi_here("rag", "index", "papers", "--out", "indexes/all", "--acl", "acl.yaml", home=home)
    assert done.code == 0, done.err
    assert stale(home, "indexes") == []
    rules.write_text('"*": [hr]\n', encoding="utf-8")
    (line,) = stale(home, "indexes")
    assert line["against"] == str(rules)
    assert line["fix"].endswith("--acl acl.yaml")
    run(home, line["fix"])
    assert stale(home, "indexes") == []


def test_a_release_that_was_cut_short_is_damaged(home: Path) -> None:
    (parquet,) = (home / "releases/small/data").rglob("*.parquet")
    parquet.write_bytes(parquet.read_bytes()[:-1])
    (line,) = stale(home, "releases")
    assert (line["reason"], line["against"]) == (
        "damaged",
        parquet.relative_to(home / "releases/small").as_posix(),
    )
    run(home, line["fix"])
    assert stale(home, "releases") == []


def test_a_copied_release_is_held_against_nothing(home: Path) -> None:
    """The note beside it is of another release."""
    (home / "releases/.small.origin.json").write_text(
        (home / "releases/.small.origin.json")
        .read_text(encoding="utf-8")
        .replace('"manifest":"', '"manifest":"0'),
        encoding="utf-8",
    )
    (home / "data/notes.jsonl").unlink()
    assert stale(home, "releases") == []


def test_a_killed_run_of_an_index_is_unfinished(home: Path) -> None:
    from rag.manifest import Manifest
    from rag.run import DIRTY

    with Manifest.open(home / "indexes/all") as manifest:
        manifest.set_meta(DIRTY, "1")
    (line,) = stale(home, "indexes")
    assert line["reason"] == "unfinished"
    run(home, line["fix"])
    (home / "papers/주차.md").write_text("주차장은 지하 4층에 있습니다.\n", encoding="utf-8")
    run(home, line["fix"])
    assert stale(home, "indexes") == []


def test_a_run_of_an_index_that_had_only_begun_is_told(home: Path) -> None:
    from rag.manifest import Manifest

    Manifest.create(_made(home / "indexes/begun"), "none").close()
    (_made(home / "indexes/empty") / "manifest.sqlite").touch()
    found = {one.name: one.stale for one in holdings(home).indexes}
    assert [[line.reason for line in found[name]] for name in ("all", "begun", "empty")] == [
        [],
        ["torn"],
        ["torn"],
    ]
    for name in ("begun", "empty"):
        done = malmoi_here(
            "rag", "index", "papers", "--out", f"indexes/{name}", "--embedder", "none", home=home
        )
        assert done.code == 0, done.err
    assert not any(one.stale for one in holdings(home).indexes)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize("lost", ["files", "recipe", "ledger", "sources"])
def test_a_manifest_that_says_too_little_is_told_and_hides_nothing_else(home: Path, lost: str) -> None:
    place = home / "releases/small/manifest.json"
    manifest = json.loads(place.read_text(encoding="utf-8"))
    del manifest[lost]
    place.write_text(json.dumps(manifest), encoding="utf-8")
    assert [one["reason"] for one in stale(home, "releases")] == ["torn"]
    assert len(malmoi_here("status", "--json", home=home).json["indexes"]) == 1


def test_torn_and_damaged_folders_are_told(home: Path) -> None:
    manifest = home / "indexes/all/manifest.sqlite"
    manifest.write_bytes(b"SQLite format 3\0" + b"x" * 4096)
    assert [one["reason"] for one in stale(home, "indexes")] == ["damaged"]
    manifest.unlink()
    assert [one["reason"] for one in stale(home, "indexes")] == ["torn"]
    (home / "releases/small/manifest.json").write_text("{", encoding="utf-8")
    assert [one["reason"] for one in stale(home, "releases")] == ["torn"]


def test_an_index_of_before_knows_its_files(home: Path) -> None:
    """Built by a version that did not note its sources: what it read is looked at."""
    with sqlite3.connect(home / "indexes/all/manifest.sqlite") as connection:
        connection.execute("DELETE FROM meta WHERE key = 'built_from'")
    assert stale(home, "indexes") == []
    (home / "papers/주차.md").unlink()
    assert [one["reason"] for one in stale(home, "indexes")] == ["gone"]


def test_links_and_hidden_folders_are_not_entered(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (home / "releases/small").rename(other / "small")
    (home / "releases/small").symlink_to(other / "small")
    (home / "circle").symlink_to(home)
    assert holdings(home).releases == ()


@pytest.fixture
def bot(home: Path) -> Path:
    """A store in which two questions wait."""
    import asyncio

    from slackbot.store import open_store

    async def made() -> None:
        store = open_store(home / "slack.sqlite")
        await store.close()

    asyncio.run(made())
    with sqlite3.connect(home / "slack.sqlite") as connection:
        for number, state in enumerate(("new", "running", "answered", "removed")):
            columns = [row for row in connection.execute("PRAGMA table_info(inbox)") if row[3] and not row[5]]
            values = {row[1]: state if row[1] == "state" else number for row in columns}
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO inbox ({names}) VALUES ({marks})", list(values.values()))
    return home


def test_the_bot_says_what_awaits_and_whether_it_runs(bot: Path) -> None:
    import fcntl

    found = holdings(bot).bot
    assert found is not None
    assert (found.running, found.waiting) == (False, 2)
    assert found.stale[0].fix == "malmoi slack run"
    with (bot / "slack.sqlite.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = holdings(bot).bot
        assert running is not None
        assert (running.running, running.stale) == (True, ())


def test_the_glance_counts_what_the_store_counts(bot: Path) -> None:
    from slackbot.glance import WAITING
    from slackbot.store.reading import _WAITING

    assert tuple(WAITING) == tuple(map(str, _WAITING))


def test_settings_that_lead_nowhere_are_told(home: Path) -> None:
    (home / "malmoi.toml").write_text(
        '[answer]\nindex = "indexes/none"\nmodel = "transformers:runs/none/merged"\nprompt = "none.yaml"\n',
        encoding="utf-8",
    )
    told = malmoi_here("status", "--json", home=home).json
    assert [one["against"] for one in told["settings"]] == ["indexes/none", "none.yaml", "runs/none/merged"]
    (home / "malmoi.toml").write_text('[answer]\nindex = "indexes/all"\n', encoding="utf-8")
    assert holdings(home).settings == ()


def test_a_look_loads_no_store_and_no_model(home: Path) -> None:
    code = (
        "import sys, pathlib; from malmoi.holdings import holdings;"
        "found = holdings(pathlib.Path('.')); assert found.releases and found.indexes;"
        "print(*sorted({'torch', 'lancedb', 'transformers', 'kiwipiepy', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


def test_nothing_is_written_by_a_look(home: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(home.rglob("*"))}

    before = state()
    assert isinstance(holdings(home), Holdings)
    assert state() == before


def test_a_killed_run_of_a_release_is_resumed_by_the_command_beside_it(tmp_path: Path) -> None:
    """The line says what goes on, and what goes on is the release that a run without a stop makes."""
    home = prepared(tmp_path)
    work = home / "releases/.small.work"
    done = malmoi("curate", "recipe.yaml", "--data", "data", "--out", "releases/whole", home=home)
    assert done.code == 0, done.err
    code = (
        "import os, signal, sys; import curation.pipeline as pipeline;"
        "pipeline.assemble = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "sys.argv = ['malmoi', 'curate', 'recipe.yaml', '--data', 'data', '--out', 'releases/small'];"
        "from malmoi.main import main; main()"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    assert work.is_dir()
    found = {one.name: one for one in holdings(home).releases}
    assert found["small"].made is None
    (line,) = found["small"].stale
    assert line.reason == "unfinished"
    assert str(home / "releases/small") in line.fix or "releases/small" in line.fix
    run(home, f"malmoi curate resume {home / 'releases/small'}")
    first, second = (
        json.loads((home / "releases" / name / "manifest.json").read_bytes()) for name in ("whole", "small")
    )
    assert first["files"] == second["files"]
    # The recipe's place was noted by the run that was killed.
    noted = json.loads((home / "releases/.small.origin.json").read_bytes())
    assert noted["recipe"] == str(home / "recipe.yaml")
