"""`malmoi curate` and its subcommands, run as a person runs them."""

import shutil
from pathlib import Path

import pytest

from tests.malmoi.command import Result
from tests.malmoi.command import malmoi as malmoi_alone
from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.small import RECIPE, prepared, write_recipe


def test_a_report_of_a_run_is_one_table_of_sources_and_one_of_reasons(tmp_path: Path) -> None:
    done = malmoi_alone("curate", "recipe.yaml", "--data", "data", home=prepared(tmp_path), COLUMNS="40")
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
    write_recipe(prepared(tmp_path), RECIPE | {"steps": steps})
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


def test_the_newest_release_is_asked_when_none_is_named(tmp_path: Path, home: Path) -> None:
    shutil.copytree(home / "releases/lax", tmp_path / "releases/lax")
    done: Result = malmoi("curate", "explain", "notes.jsonl:5", "--json", home=tmp_path)
    assert (done.json["release"], done.json["rows"][0]["fate"]) == (str(tmp_path / "releases/lax"), "kept")
