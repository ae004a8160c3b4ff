"""Whole runs over bad input: a release whose ledger balances, or a reason and no release."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from curation.errors import ConfigurationError, UserError
from curation.manifest import load_manifest, verifies
from curation.run import run_recipe
from tests.curation.readers.containers import damaged_export, damaged_member, write_table
from tests.curation.readers.mutations import ANY_FILE, TEXT_FILE
from tests.curation.readers.real_files import SAMPLES, RealFile, corpus_files, sample_files
from tests.curation.readers.survey import at_most

MOST_BYTES = 8_000
STEPS = [
    {"step": "normalise"},
    {"step": "length", "min": 2},
    {"step": "exact_dedup"},
    {"step": "hangul_ratio"},
]
# One file of each reader; the others are fuzzed without a run.
FILES = list({file.reader: file for file in [*sample_files(), *corpus_files()]}.values())


def run_and_check(recipe, data: Path, out: Path) -> str:
    """Run, and hold what must hold of every end; say which it was."""
    try:
        report = run_recipe(recipe, data, out)
    except UserError as error:
        refused = error
        report = None
    if report is None:
        assert refused.what
        assert refused.where
        assert refused.fix
        assert str(data) not in str(refused)
        assert not out.exists()
        return "refused"
    manifest = load_manifest(out)
    assert manifest is not None
    assert verifies(out, manifest)
    for name, entry in report.sources.items():
        assert entry.read == entry.kept + sum(entry.dropped.values()) + entry.quarantined
        quarantined = quarantine(out, name)
        assert len(quarantined) == entry.quarantined
        for row in quarantined:
            assert row["file"]
            assert row["line"] >= 1
            assert row["error"]
    assert report.as_json()["sources"] == manifest["ledger"]
    return "released"


def quarantine(out: Path, source: str) -> list[dict]:
    path = out / "quarantine" / f"{source}.jsonl"
    return [orjson.loads(line) for line in path.open("rb")] if path.exists() else []


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_run_over_damaged_copies_balances_or_says_why(tmp_path, data, recipe_of, file: RealFile) -> None:
    damages = ANY_FILE if file.path.suffix == ".hwpx" else TEXT_FILE
    content = file.content(MOST_BYTES)
    for seed in range(5):
        chance = random.Random(f"{file} {seed}")
        name = chance.choice(sorted(damages))
        (data / "copies").mkdir(exist_ok=True)
        (data / "copies" / file.path.name).write_bytes(damages[name](content, chance))
        source = {"path": f"copies/{file.path.name}", "reader": file.reader, "options": file.options}
        recipe = recipe_of({"a": source}, STEPS, max_quarantined=1)
        run_and_check(recipe, data, tmp_path / f"out-{seed}")


def test_runs_over_damaged_containers_balance_or_say_why(tmp_path, data, recipe_of) -> None:
    (document,) = SAMPLES.rglob("*.hwpx")
    ends = set()
    for seed in range(6):
        chance = random.Random(seed)
        folder = data / str(seed)
        damaged_export(SAMPLES / "slack_export", folder / "export", chance)
        (folder / "문서.hwpx").write_bytes(damaged_member(document.read_bytes(), chance))
        (folder / "글.md").write_text("# 멀쩡한 글\n\n이 글은 그대로 남는다.\n")
        write_table(folder / "table.parquet", chance)
        table = (folder / "table.parquet").read_bytes()
        (folder / "table.parquet").write_bytes(ANY_FILE["one_bit"](table, chance))
        sources = {
            "slack": {"path": f"{seed}/export", "reader": "slack_export"},
            "pages": {"path": [f"{seed}/문서.hwpx", f"{seed}/글.md"], "reader": "documents"},
            "table": {"path": f"{seed}/table.parquet", "reader": "parquet"},
        }
        ends.add(run_and_check(recipe_of(sources, STEPS, max_quarantined=1), data, tmp_path / f"out-{seed}"))
    assert "released" in ends


def test_a_message_names_file_and_line(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["하나 하나", b'{"text": 7}', "둘 둘", b"\xff\xff\xff", b'{"text": "x'])
    run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out")
    told = [(row["file"], row["line"], row["error"]) for row in quarantine(tmp_path / "out", "a")]
    assert [place[:2] for place in told] == [("a.jsonl", 2), ("a.jsonl", 4), ("a.jsonl", 5)]
    assert told[0][2] == "'text' is a number, not text"
    assert told[1][2].startswith("not utf-8")
    assert told[2][2].startswith("no JSON")


def pipe(data: Path) -> None:
    os.mkfifo(data / "odd.jsonl")


ODD_PATHS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a link to nowhere": (
        ".",
        lambda data: (data / "odd.jsonl").symlink_to(data / "absent"),
        "leads nowhere",
    ),
    "a link in a circle": (".", lambda data: (data / "odd.jsonl").symlink_to("odd.jsonl"), "leads nowhere"),
    "a link out": (
        ".",
        lambda data: (data / "odd.jsonl").symlink_to("/etc/passwd"),
        "out of the data folder",
    ),
    "a linked folder": (".", lambda data: (data / "odd").symlink_to(data), "the folder is a link"),
    "a pipe in a folder": (".", pipe, "no regular file"),
    "a pipe": ("odd.jsonl", pipe, "no regular file"),
    "a long name": ("odd" * 2000, lambda data: None, "File name too long"),
}


@pytest.mark.parametrize("case", ODD_PATHS.values(), ids=ODD_PATHS.keys())
def test_odd_paths_are_refused_before_anything_is_written(
    tmp_path, data, write_jsonl, recipe_of, case: tuple[str, Callable[[Path], None], str]
) -> None:
    path, make, words = case
    write_jsonl("good.jsonl", ["좋은 글"])
    make(data)
    with at_most(10), pytest.raises(ConfigurationError, match=words) as fault:
        run_recipe(recipe_of({"a": path}), data, tmp_path / "out")
    assert "odd" in fault.value.where
    assert fault.value.fix
    assert [entry.name for entry in tmp_path.iterdir()] == ["data"]


def test_a_line_of_five_million_bytes_is_a_row_like_others(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl(
        "a.jsonl", ["짧은 글", "긴 글 다람쥐 " * 300_000, b'{"text": "' + b"x" * 5_000_000, "다른 글"]
    )
    with at_most(20):
        report = run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out")
    assert (report.sources["a"].kept, report.sources["a"].quarantined) == (3, 1)
    (bad,) = quarantine(tmp_path / "out", "a")
    assert len(bad["text"]) > 5_000_000
