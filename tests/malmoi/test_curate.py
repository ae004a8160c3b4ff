"""`malmoi curate` and its subcommands, run as a person runs them."""

import hashlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from malmoi.curate_differences import recipe_line
from malmoi.curate_rows import changed_parts, visible
from tests.malmoi.command import Result, malmoi

TEXTS = [
    "회의실은 열나흘 전부터\u200b 예약합니다.",
    "주차장은 지하 2층에 있습니다.",
    "주차장은 지하 2층에 있습니다.",
    "짧",
    "mostly English words 글",
    "점심은 열두 시부터 먹습니다.",
]
RECIPE: dict[str, Any] = {
    "name": "small",
    "sources": [{"name": "notes", "reader": "jsonl", "path": "notes.jsonl", "licence": "CC0-1.0"}],
    "steps": [
        {"step": "normalise"},
        {"step": "length", "min": 2},
        {"step": "hangul_ratio", "min": 0.3},
        {"step": "exact_dedup"},
    ],
}


def lines(*texts: str) -> str:
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


def write(folder: Path, recipe: dict[str, Any], name: str = "recipe.yaml") -> None:
    (folder / name).write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")


def prepared(folder: Path) -> Path:
    (folder / "data").mkdir()
    (folder / "data/notes.jsonl").write_text(lines(*TEXTS) + "{broken\n", encoding="utf-8")
    write(folder, RECIPE)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two releases that no test changes."""
    folder = prepared(tmp_path_factory.mktemp("home"))
    steps = [*RECIPE["steps"][:2], {"step": "hangul_ratio", "min": 0.01}, RECIPE["steps"][3]]
    write(folder, RECIPE | {"steps": steps, "name": "lax"}, "lax.yaml")
    for name in ("lax", "small"):
        recipe = "recipe.yaml" if name == "small" else "lax.yaml"
        done = malmoi("curate", recipe, "--data", "data", "--out", f"releases/{name}", home=folder)
        assert done.code == 0, done.err
    return folder


def test_a_report_of_a_run_is_one_table_of_sources_and_one_of_reasons(tmp_path: Path) -> None:
    done = malmoi("curate", "recipe.yaml", "--data", "data", home=prepared(tmp_path), COLUMNS="40")
    assert done.code == 0, done.err
    printed = done.out.splitlines()
    assert printed[0].split() == ["source", "read", "kept", "dropped", "quarantined"]
    assert printed[1].split() == ["notes", "7", "3", "3", "1"]
    assert "hangul_ratio/little_hangul     1  notes 1" in done.out
    assert "malmoi curate sample releases/small --quarantined" in done.out
    assert not any(line.endswith(" ") for line in printed)
    again = malmoi("curate", "recipe.yaml", "--data", "data", home=tmp_path)
    assert "releases/small was up to date: nothing was done." in again.out


# --- what programs get


def test_the_objects_for_programs_have_their_keys(home: Path) -> None:
    arguments: dict[str, tuple[list[str], set[str]]] = {
        "plan": (
            ["recipe.yaml", "--data", "data"],
            {"sources", "steps", "rows", "cpu_seconds", "peak_mb", "work_bytes", "free_bytes", "notes"},
        ),
        "run": (
            ["recipe.yaml", "--data", "data", "--out", "releases/small"],
            {"release", "sources", "seconds", "peak_rss_mb", "reused", "resumed", "changed_files"},
        ),
        "resume": (["releases/small"], {"release", "sources", "seconds", "peak_rss_mb", "reused"}),
        "explain": (["notes.jsonl:1", "--release", "releases/small"], {"release", "rows"}),
        "diff": (["releases/lax", "releases/small"], {"rows", "left", "came", "recipe", "ledger", "same"}),
        "sample": (["releases/small"], {"release", "rows"}),
    }
    for subcommand, (given, keys) in arguments.items():
        done = malmoi("curate", subcommand, *given, "--json", home=home)
        assert done.code == 0, done.err
        assert keys <= done.json.keys(), subcommand
        assert done.err == ""


def test_explain_tells_programs_the_same_as_people(home: Path) -> None:
    (row,) = malmoi("curate", "explain", "notes.jsonl:5", "--json", home=home).json["rows"]
    assert (row["fate"], row["verdict"]["step"], row["verdict"]["reason"]) == (
        "dropped",
        "hangul_ratio",
        "little_hangul",
    )
    shown = malmoi("curate", "explain", "notes.jsonl:5", home=home).out  # the newest release is small
    assert f"dropped  {row['id']}" in shown
    assert f"hangul_ratio: little_hangul, {row['verdict']['score']:.4g}" in shown
    assert "min 0.3" in shown
    assert "releases/small/rejects/notes" in shown


def test_diff_says_what_a_person_would_say(home: Path) -> None:
    shown = malmoi("curate", "diff", "releases/lax", "releases/small", home=home).out
    assert "3 rows are in both, 0 of them changed; 1 only in a; 0 only in b." in shown
    assert "hangul_ratio/little_hangul" in shown
    assert "~ hangul_ratio: min 0.01 → 0.3" in shown
    same = malmoi("curate", "diff", "releases/small", "releases/small", home=home)
    assert "No difference" in same.out


# --- mistakes


@pytest.mark.parametrize(
    ("arguments", "code", "what", "fix"),
    [
        (["sample", "releases/small", "--step", "exact_dedpu"], 2, "no step 'exact_dedpu'", "'exact_dedup'"),
        (["sample", "releases/small", "--source", "nots"], 2, "no source 'nots'", "'notes'"),
        (["sample", "releases/small", "--step", "normalise"], 1, "dropped no row", "--changed"),
        (["sample", "releases"], 2, "not a release", "releases/lax"),
        (["explain", "ab"], 2, "too short", "4 characters"),
        (["explain", "notes.jsonl:99"], 1, "line 99", "notes.jsonl:7"),
        (["explain", "nots.jsonl:1"], 2, "no file 'nots.jsonl'", "notes.jsonl"),
        (["explain", "00000000"], 1, "no row", "FILE:LINE"),
        (["explain", "notes.jsonl:1", "--release", "data"], 2, "not a release", ""),
        (["diff", "releases/small", "releases/absent"], 2, "no such folder", ""),
        (["resume", "releases/absent"], 2, "no run of this release is unfinished", "malmoi curate RECIPE"),
        (["plan", "absent.yaml"], 2, "cannot be read", ""),
        (["plan", "recipe.yaml", "--data", "absent"], 2, "data folder does not exist", "--data"),
    ],
)
def test_a_mistake_is_one_message_with_a_way_out(
    home: Path, arguments: list[str], code: int, what: str, fix: str
) -> None:
    done = malmoi("curate", *arguments, home=home)
    assert (done.code, done.out) == (code, "")
    assert what in done.err
    assert fix in done.err
    assert "Traceback" not in done.err
    with_json = malmoi("curate", *arguments, "--json", home=home)
    assert with_json.code == code
    assert what in with_json.json["error"]["what"]


def test_no_release_at_all_is_said(tmp_path: Path) -> None:
    done = malmoi("curate", "explain", "notes.jsonl:1", home=tmp_path)
    assert done.code == 2
    assert "there is no release below releases/" in done.err


@pytest.mark.parametrize("subcommand", ["run", "plan", "resume", "explain", "diff", "sample"])
def test_every_help_shows_an_example(tmp_path: Path, subcommand: str) -> None:
    shown = malmoi("curate", subcommand, "--help", home=tmp_path, COLUMNS="200")
    assert shown.code == 0
    assert f"Example: malmoi curate {subcommand if subcommand != 'run' else 'recipes/'}" in shown.out


def test_plan_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    before = sorted(prepared(tmp_path).rglob("*"))
    done = malmoi("curate", "plan", "recipe.yaml", "--data", "data", home=tmp_path)
    assert done.code == 0, done.err
    assert "Nothing was written." in done.out
    assert sorted(tmp_path.rglob("*")) == before


def test_plan_notes_what_is_missing(tmp_path: Path) -> None:
    steps = [*RECIPE["steps"], {"step": "personal_data", "action": "pseudonymise"}]
    write(prepared(tmp_path), RECIPE | {"steps": steps})
    done = malmoi("curate", "plan", "recipe.yaml", "--data", "data", home=tmp_path, MALMOI_PSEUDONYM_KEY="")
    assert done.code == 0, done.err
    assert "Note:" in done.out
    assert "MALMOI_PSEUDONYM_KEY" in done.out
    assert "not tried" in done.out
    ran = malmoi("curate", "recipe.yaml", "--data", "data", home=tmp_path, MALMOI_PSEUDONYM_KEY="")
    assert ran.code == 2
    assert "MALMOI_PSEUDONYM_KEY" in ran.err


def test_plan_shows_a_misspelled_evaluation_set_where_it_stands(tmp_path: Path) -> None:
    prepared(tmp_path)
    (tmp_path / "recipe.yaml").write_text(
        "name: small\n"
        "sources: [{name: notes, reader: jsonl, path: notes.jsonl, licence: CC0-1.0}]\n"
        "evaluation_sets: [{name: quiz, reader: jsonl, path: quiz.jsonl}]\n"
        "steps:\n"
        "  - step: normalise\n"
        "  - {step: decontaminate, against: [quzi]}\n",
        encoding="utf-8",
    )
    done = malmoi("curate", "plan", "recipe.yaml", "--data", "data", home=tmp_path)
    assert done.code == 2
    assert "unknown evaluation set 'quzi'" in done.err
    assert "recipe.yaml:6" in done.err
    assert "did you mean 'quiz'?" in done.err


# --- runs that were stopped


def digest(release: Path) -> str:
    return hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()


def large(folder: Path) -> Path:
    """A workspace whose run takes some seconds, in several units."""
    prepared(folder)
    (folder / "data/many").mkdir()
    for number in range(12):
        texts = (f"{number}번째 파일의 {line}번째 글입니다 " + "가나다 " * 40 for line in range(3000))
        (folder / f"data/many/{number:02}.jsonl").write_text(lines(*texts), encoding="utf-8")
    source = {"name": "many", "reader": "jsonl", "path": "many", "licence": "CC0-1.0"}
    write(folder, RECIPE | {"sources": [*RECIPE["sources"], source]})
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
    assert sorted(path.name for path in (folder / "releases").iterdir()) == ["cut", "whole"]
    again = malmoi("curate", "resume", "releases/cut", home=folder)
    assert again.code == 0
    assert "releases/cut is complete: no run of it is unfinished." in again.out
    assert malmoi("curate", "resume", "releases/cut", "--json", home=folder).json["reused"] is True


@pytest.mark.slow
def test_data_that_changed_meanwhile_is_named_and_read_anew(tmp_path: Path) -> None:
    folder = large(tmp_path)
    assert stopped(folder, signal.SIGKILL) == -9
    (folder / "data/notes.jsonl").write_text(lines("아주 다른 글이 되었습니다."), encoding="utf-8")
    (folder / "data/many/03.jsonl").unlink()
    (folder / "data/many/99.jsonl").write_text(lines("나중에 온 글입니다."), encoding="utf-8")
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
    write(folder, RECIPE | {"sources": [*RECIPE["sources"], late]})
    failed = malmoi("curate", "recipe.yaml", "--data", "data", "--out", address, home=folder)
    assert failed.code == 1
    assert "'late' has no rows" in failed.err
    (folder / "data/late.jsonl").write_text(lines("이제 온 글입니다."), encoding="utf-8")
    done = malmoi("curate", "resume", address, home=folder)
    assert done.code == 0, done.err
    assert "late.jsonl" in done.out  # it changed since
    assert digest(tmp_path / "bucket/small") == digest(folder / "releases/small")


# --- what a terminal shows


def on_a_terminal(folder: Path, columns: int, *arguments: str) -> str:
    """What a terminal so wide got on standard output."""
    import fcntl
    import struct
    import termios

    own, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [sys.executable, "-m", "malmoi", *arguments],
        cwd=folder,
        stdout=terminal,
        stderr=subprocess.PIPE,
        env={**environment, "TERM": "xterm"},
    ) as process:
        os.close(terminal)
        seen = b"".join(_read_all(own))
        error = process.stderr.read() if process.stderr else b""
    os.close(own)
    assert process.returncode == 0, error
    return seen.decode("utf-8")


def _read_all(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            read = os.read(descriptor, 65_536)
        except OSError:  # Linux's way of saying that the other side is closed
            return
        if not read:
            return
        yield read


def test_a_narrow_terminal_folds_the_last_column_only(home: Path) -> None:
    shown = on_a_terminal(home, 60, "curate", "recipe.yaml", "--data", "data", "--out", "releases/small")
    assert "hangul_ratio/little_hangul" in shown
    assert "…" not in shown


def test_texts_cannot_command_the_terminal(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    evil = "좋은 글입니다 \x1b[2J\x1b]0;gotcha\x07 그리고 \u202e거꾸로 [red]빨강[/red] 씁니다"
    (folder / "data/notes.jsonl").write_text(lines(evil, "짧"), encoding="utf-8")
    write(folder, RECIPE | {"steps": []})
    assert malmoi("curate", "recipe.yaml", "--data", "data", home=folder).code == 0
    for arguments in (["explain", "notes.jsonl:1"], ["sample", "releases/small"]):
        shown = on_a_terminal(folder, 100, "curate", *arguments)
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


def test_the_newest_release_is_asked_when_none_is_named(tmp_path: Path, home: Path) -> None:
    shutil.copytree(home / "releases/lax", tmp_path / "releases/lax")
    done: Result = malmoi("curate", "explain", "notes.jsonl:5", "--json", home=tmp_path)
    assert (done.json["release"], done.json["rows"][0]["fate"]) == (str(tmp_path / "releases/lax"), "kept")
