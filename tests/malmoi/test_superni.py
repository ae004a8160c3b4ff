"""`malmoi superni` as a person and a program use it."""

import json
from pathlib import Path

import pytest

from tests.malmoi.command import malmoi_here as malmoi

SAMPLES = Path(__file__).parents[2] / "samples/superni"
TASK = "task9001_todamgureum_inquiry_classification"
CORPUS = "ID\tText\tQuestion\tAnswer\n1\t세종도서관은 월요일에 쉰다.\t월요일에 여는가?\tFalse\n"


def test_stats_names_the_faults_of_the_sample(tmp_path: Path) -> None:
    result = malmoi("superni", "stats", SAMPLES, "--json", home=tmp_path).json
    assert (result["tasks"], result["instances"]) == (1, 28)
    assert result["languages"] == {"Korean": 1}
    assert [fault["field"] for fault in result["faults"]] == [f"Instances, item {n}" for n in (13, 16, 31)]
    shown = malmoi("superni", "stats", SAMPLES, home=tmp_path).out
    assert "'input' is a number, not text" in shown


def test_select_writes_a_list_that_splits_take(tmp_path: Path) -> None:
    out = tmp_path / "splits/own/test_tasks.txt"
    selected = malmoi("superni", "select", SAMPLES, "--language", "ko", "--out", out, "--json", home=tmp_path)
    (only,) = selected.json["tasks"]
    assert (only["name"], only["instances"], only["part"]) == (TASK, 28, None)
    assert out.read_text("utf-8") == f"{TASK}\n"
    again = malmoi(
        "superni", "select", SAMPLES, "--splits", out.parent, "--part", "test", "--json", home=tmp_path
    )
    assert [one["part"] for one in again.json["tasks"]] == ["test"]


def test_encode_for_evaluation_and_for_training(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    first = malmoi("superni", "encode", SAMPLES, "--out", out, "--json", home=tmp_path).json
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (first["rows"], first["encoding"], first["tokenizer"]) == (28, "definition+2pos", "whitespace")
    assert len(rows) == 28
    assert set(rows[0]) == {"task", "item", "id", "encoding", "input", "target", "references"}
    assert rows[0]["input"].startswith("Definition: 이 과제에서는 토담구름")
    assert rows[0]["target"] == rows[0]["references"][0]
    command = (
        "superni",
        "encode",
        SAMPLES,
        "--out",
        out,
        "--training",
        "--instances",
        "5",
        "--tokenizer",
        "bytes",
    )
    second = malmoi(*command, "--seed", "1", "--json", home=tmp_path).json
    drawn = out.read_bytes()
    assert (second["rows"], second["encoding"], second["tokenizer"]) == (5, "mixed", "bytes")
    shown = malmoi(*command, "--seed", "1", home=tmp_path).out
    assert "bytes, not a model's tokens" in shown
    assert out.read_bytes() == drawn
    malmoi(*command, "--seed", "2", home=tmp_path)
    assert out.read_bytes() != drawn


def test_encode_then_score_its_own_targets(tmp_path: Path) -> None:
    rows, outputs = tmp_path / "rows.jsonl", tmp_path / "outputs.jsonl"
    malmoi("superni", "encode", SAMPLES, "--out", rows, home=tmp_path)
    lines = [json.loads(line) for line in rows.read_text("utf-8").splitlines()]
    answers = [{"task": one["task"], "id": one["id"], "prediction": one["target"]} for one in lines]
    outputs.write_text("\n".join(map(json.dumps, answers)), "utf-8")
    command = ("superni", "score", SAMPLES, "--predictions", outputs)
    result = malmoi(*command, "--tokens", "morphemes", "--json", home=tmp_path).json
    assert (result["exact_match"], result["rouge_l"], result["missing"], result["unused"]) == (100, 100, 0, 0)
    # Hangul has no tokens in the default track.
    assert malmoi(*command, "--json", home=tmp_path).json["rouge_l"] == 0


def test_export_and_stats_again(tmp_path: Path) -> None:
    (tmp_path / "BoolQ_dev.tsv").write_text(CORPUS, "utf-8")
    made = malmoi(
        "superni", "export", "kobest_boolq", "BoolQ_dev.tsv", "--out", "tasks", "--json", home=tmp_path
    )
    assert [one["task"] for one in made.json["tasks"]] == [
        f"task{9100 + n}_kobest_boolq_wording{n}" for n in range(3)
    ]
    stats = malmoi("superni", "stats", "tasks", "--json", home=tmp_path).json
    assert (stats["tasks"], stats["instances"], stats["faults"]) == (3, 3, [])


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["stats", "absent"], 2, "does not exist"),
        (["stats", "notes.json"], 1, "no Super-NaturalInstructions task"),
        (["select", SAMPLES, "--language", "Klingon"], 1, "The languages are Korean"),
        (["select", SAMPLES, "--part", "test"], 2, "--splits"),
        (["select", SAMPLES, "--splits", "."], 2, "no list of test tasks"),
        (["encode", SAMPLES, "--out", "x", "--encoding", "mixed"], 2, "with --training"),
        (["encode", SAMPLES, "--out", "x", "--encoding", "3pos"], 2, "no encoding '3pos'"),
        (["score", SAMPLES], 2, "--baseline"),
        (["score", SAMPLES, "--baseline", "copy-input", "--tokens", "gpt2"], 2, "--gpt2-merges"),
        (["score", SAMPLES, "--predictions", "absent.jsonl"], 1, "cannot be read"),
        (["export", "kobest_bolq", "x.tsv", "--out", "x"], 2, "did you mean 'kobest_boolq'"),
        (["export", "petitions", "notes.json", "--out", "x"], 2, "makes no tasks"),
        (["export", "kobest_boolq", "notes.json", "--out", "x", "--option", "task"], 2, "KEY=VALUE"),
        (["export", "kobest_boolq", "notes.json", "--out", "x", "--option", "a=b"], 2, "own options"),
    ],
)
def test_what_is_wrong_is_said_with_the_right_code(
    tmp_path: Path, arguments: list[str], code: int, what: str
) -> None:
    (tmp_path / "notes.json").write_text("[1]", "utf-8")
    result = malmoi("superni", *arguments, home=tmp_path)
    assert result.code == code
    assert what in " ".join(result.err.split())
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("command", ["stats", "select", "encode", "score", "export"])
def test_help_shows_an_example(tmp_path: Path, command: str) -> None:
    assert f"Example: malmoi superni {command}" in malmoi("superni", command, "--help", home=tmp_path).out
