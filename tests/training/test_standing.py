"""How a run stands, told from its files: whole ones, half-written ones, and ones that are damaged."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from curation.errors import UserError
from training.run_folder import RunFolder
from training.standing import (
    Standing,
    is_run,
    leftovers,
    merged_revision,
    standing,
    superseded_checkpoints,
    tokenised_rows,
)

# Seconds of the wall clock: before the run, at its begin, and after it was merged.
BEFORE, BEGUN, AFTER = 1_000.0, 2_000.0, 3_000.0


def put(path: Path, content: str | bytes = b"", when: float = BEFORE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (when, when))
    return path


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def begun(run: RunFolder, stage: str = "run", preference: object = None) -> None:
    note = {"key": "k", "decisive": {"preference": preference}, "inputs": {}}
    put(run.path / f"begun-{stage}.json", json.dumps(note), BEGUN)


def learned(*names: str) -> dict[str, Any]:
    """The facts of a run that learned files whose content is their name."""
    return {
        "base": {"name": "한글-모델"},
        "sources": [{"path": name, "sha256": digest(name)} for name in names],
    }


def merged(run: RunFolder, weights: str = "weights", adapter: str = "adapter") -> None:
    """A run that was merged, with what it was merged from and the file that came of it."""
    put(run.adapter / "adapter_model.safetensors", adapter, BEGUN)
    put(run.merged / "model.safetensors", weights, AFTER)
    size = len(weights.encode())
    facts = {
        "weights": [{"path": "model.safetensors", "sha256": digest(weights), "bytes": size}],
        "of": {"adapter_model.safetensors": digest(adapter)},
    }
    run.note("merge", facts)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "실험/첫 번째")
    folder.path.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ((), False),
        (("run.json",), False),
        (("config.yaml",), False),
        (("run.json", "config.yaml"), True),
        (("begun-run.json",), True),
        (("begun-preference.json",), False),
    ],
)
def test_which_folder_is_a_run(run: RunFolder, files: tuple[str, ...], found: bool) -> None:
    for name in files:
        put(run.path / name)
    assert is_run(run.path) == found
    assert not is_run(run.path / "gone")


def test_a_folder_where_nothing_happened_yet(run: RunFolder) -> None:
    assert standing(run, ()) == Standing(())
    assert standing(RunFolder(run.path / "gone"), ()) == Standing(())
    assert list(leftovers(RunFolder(run.path / "gone"))) == []


def test_stages_stand_in_the_order_in_which_they_are_run(run: RunFolder) -> None:
    for stage in ("push", "merge", "eval", "plan", "run"):
        run.note(stage, {})
    assert standing(run, ()).stages == ("run", "eval", "merge", "push")


@pytest.mark.parametrize(
    ("notes", "finished", "preference", "unfinished"),
    [
        (("run",), (), None, "run"),
        (("run",), ("run",), None, ""),
        (("run",), ("run",), {"kind": "dpo"}, "preference"),
        (("run", "preference"), ("run",), {"kind": "dpo"}, "preference"),
        (("run", "preference"), ("run", "preference"), {"kind": "dpo"}, ""),
        ((), ("run",), None, ""),
    ],
)
def test_what_was_begun_and_not_finished(
    run: RunFolder, notes: tuple[str, ...], finished: tuple[str, ...], preference: object, unfinished: str
) -> None:
    for stage in notes:
        begun(run, stage, preference)
    for stage in finished:
        run.note(stage, {})
    assert standing(run, ()).unfinished == unfinished


@pytest.mark.parametrize("content", ["", "{", '{"decisive": ', "[]", '"run"', '{"decisive": [1]}', "\xff"])
def test_a_note_that_was_cut_off_still_says_that_a_stage_was_begun(run: RunFolder, content: str) -> None:
    put(run.path / "begun-run.json", content.encode("latin-1"), BEGUN)
    assert standing(run, ()).unfinished == "run"
    run.note("run", {})
    assert standing(run, ()).unfinished == ""


def test_data_is_found_from_every_home_and_hashed_only_where_it_is_newer(run: RunFolder) -> None:
    home, other = run.path / "집", run.path / "다른 집"
    names = ["말뭉치/가.jsonl", "나.jsonl", str(put(run.path / "따로/다.jsonl", "새 글", AFTER)), "라.jsonl"]
    begun(run)
    run.note("run", learned(*names, names[0]))
    put(home / names[0], "다른 글", BEFORE)  # older than the run: it is what the run read
    put(other / names[1], "다른 글", AFTER)
    found = standing(run, (home, other))
    assert found == Standing(
        ("run",), base="한글-모델", data=tuple(names), changed=(names[1], names[2]), gone=(names[3],)
    )
    # Touched, and the same: not changed.
    put(other / names[1], names[1], AFTER)
    assert standing(run, (home, other)).changed == (names[2],)
    # The first home that has it counts.
    put(home / names[1], "다른 글", AFTER)
    assert standing(run, (home, other)).changed == (names[1], names[2])
    assert standing(run, (other, home)).changed == (names[2],)


def test_a_release_is_known_by_its_manifest(run: RunFolder) -> None:
    begun(run)
    run.note("run", learned("releases/모음"))
    manifest = run.path / "releases/모음/manifest.json"
    put(manifest, "releases/모음", AFTER)
    put(manifest.parent / "data/0.parquet", "다른 글", AFTER)
    assert standing(run, (run.path,)).changed == ()
    put(manifest, "{}", AFTER)
    assert standing(run, (run.path,)).changed == ("releases/모음",)


def test_a_merged_model_that_is_as_it_was_written(run: RunFolder) -> None:
    merged(run)
    assert standing(run, ()) == Standing(("merge",))
    assert merged_revision(run) == f"sha256:{digest('weights')}"


@pytest.mark.parametrize("content", [None, "", "weight", "weights!"])
def test_a_merged_model_of_another_size_is_torn(run: RunFolder, content: str | None) -> None:
    merged(run)
    file = run.merged / "model.safetensors"
    file.unlink() if content is None else put(file, content, AFTER)
    assert standing(run, ()).merged_torn
    assert merged_revision(run) == ""


def test_an_adapter_that_was_trained_after_it_was_merged(run: RunFolder) -> None:
    merged(run)
    file = run.adapter / "adapter_model.safetensors"
    put(file, "anders!", BEFORE)  # older than the merged model: not looked into
    assert not standing(run, ()).merged_older
    put(file, "adapter", AFTER + 1)
    assert not standing(run, ()).merged_older
    put(file, "anders!", AFTER + 1)
    assert standing(run, ()).merged_older
    file.unlink()
    assert standing(run, ()).merged_older
    run.note("merge", {**run.record()["merge"], "of": {}})  # of a base without an adapter
    assert not standing(run, ()).merged_older


def test_the_revision_of_several_files_is_that_of_their_names_and_hashes(run: RunFolder) -> None:
    names = ["model-00002.safetensors", "model-00001.safetensors"]
    weights = [{"path": name, "sha256": digest(name), "bytes": len(name)} for name in names]
    for name in names:
        put(run.merged / name, name)
    run.note("merge", {"weights": weights})
    listed = "".join(f"{digest(name)}  {name}\n" for name in sorted(names))
    assert merged_revision(run) == f"sha256:{digest(listed)}"
    run.note("merge", {"weights": []})
    assert merged_revision(run) == ""


@pytest.mark.parametrize("content", ["", "{", '{"run": {"steps": 4', "[]", "null", "말", "\xff\xfe"])
def test_a_record_that_was_cut_off_is_said_to_be_damaged(run: RunFolder, content: str) -> None:
    put(run.record_file, content.encode("utf-8" if content == "말" else "latin-1"))
    with pytest.raises(UserError, match="cannot be read") as refused:
        standing(run, ())
    assert refused.value.where.endswith("첫 번째/run.json")
    with pytest.raises(UserError, match="cannot be read"):
        list(superseded_checkpoints(run))
    assert merged_revision(run) == ""


@pytest.mark.parametrize(
    "record",
    [
        {"run": "x"},
        {"run": [1]},
        {"run": {"sources": 5}},
        {"run": {"sources": [{}]}},
        {"run": {"sources": ["가.jsonl"]}},
        {"run": {"base": "tiny"}},
        {"merge": [1]},
        {"merge": {"weights": [{"path": "model.safetensors"}]}},
        {"merge": {"of": ["adapter_model.safetensors"]}},
    ],
)
def test_a_record_of_another_shape_is_one_message(run: RunFolder, record: dict[str, Any]) -> None:
    put(run.record_file, json.dumps(record))
    with pytest.raises(UserError, match="is not one that a run writes") as refused:
        standing(run, ())
    assert refused.value.where.endswith("첫 번째/run.json")
    assert refused.value.fix
    assert merged_revision(run) == ""


def names_of(folder: RunFolder, found: Any) -> set[str]:
    return {path.relative_to(folder.path).as_posix() for path in found}


def test_what_killed_stages_left_and_what_only_looks_like_it(run: RunFolder) -> None:
    key = "a" * 40
    left = {
        ".adapter.draft/x",
        ".merged.k3b9_x2a/x",
        ".run.json.abcd1234.tmp",
        f"data/{key}.abcd1234/x",
        "checkpoints/.pruned-checkpoint-3/x",
        "checkpoints/set-aside/x",
        "preference/checkpoints/.pruned-checkpoint-9/x",
    }
    kept = {
        "adapter/x",
        "merged/x",
        ".merged.old/x",  # it may be the only whole model
        f"data/{key}/x",
        f"data/{key}.json",
        "data/short.abcd1234/x",
        "checkpoints/checkpoint-3/x",
        "run.json.tmp",
    }
    for name in left | kept:
        put(run.path / name)
    assert names_of(run, leftovers(run)) == {name.removesuffix("/x") for name in left}


def test_checkpoints_are_superseded_once_every_stage_is_finished(run: RunFolder) -> None:
    for name in (
        "checkpoints/checkpoint-2",
        "checkpoints/checkpoint-10",
        "preference/checkpoints/checkpoint-1",
    ):
        put(run.path / name / "complete.json")
    put(run.checkpoints / "checkpoint-x/complete.json")
    begun(run, preference={"kind": "dpo"})
    assert list(superseded_checkpoints(run)) == []  # it runs
    run.note("run", {})
    put(run.adapter / "adapter_model.safetensors")
    assert list(superseded_checkpoints(run)) == []  # the second stage goes on from what is there
    run.note("preference", {})
    assert [path.relative_to(run.path).as_posix() for path in superseded_checkpoints(run)] == [
        "checkpoints/checkpoint-2",
        "checkpoints/checkpoint-10",
        "preference/checkpoints/checkpoint-1",
    ]
    (run.adapter / "adapter_model.safetensors").unlink()
    assert list(superseded_checkpoints(run)) == []  # what it learned stands nowhere else


def test_tokenised_rows_can_go_once_the_run_is_merged(run: RunFolder) -> None:
    put(run.data / "whole/done.json")
    put(run.data / "half/rows.arrow")
    begun(run)
    run.note("run", {})
    assert list(tokenised_rows(run)) == []
    run.note("merge", {})
    assert names_of(run, tokenised_rows(run)) == {"data/whole"}
    begun(run, preference={"kind": "dpo"})
    assert list(tokenised_rows(run)) == []
