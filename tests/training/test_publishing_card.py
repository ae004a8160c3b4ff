"""The model card: every figure from the record, nothing where a fact should stand, stages not run said so."""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from huggingface_hub import ModelCard

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from curation.recipe import load_recipe
from curation.run import run_recipe
from datacards.front_matter import split
from tests.training.merging_run import write_rows
from training.base import resolve
from training.config import TrainConfig
from training.preference.stage import PreferenceResult
from training.publishing.card import check_model_card, write_card
from training.run_folder import RunFolder

DIGEST = "ab" * 32
RECORD: dict[str, Any] = {
    "run": {
        "steps": 40,
        "first_loss": 2.5,
        "last_loss": 0.5,
        "seconds": 1234.5,
        "peak_rss_mb": 1955,
        "peak_gpu_mb": 0,
        "trained_parameters": 4884480,
        "energy": {"kilowatt_hours": 0.0123, "measured": ["cpu-0"]},
        "cost": 1.25,
        "currency": "KRW",
        "hardware": {"processor": "A processor", "cores": 2, "memory_mb": 24000, "gpus": []},
        "versions": {"torch": "2.13.0", "peft": "0.21.2"},
        "data": {"rows": {"train": 48, "replay": 0}, "tokens": 3456, "learned_tokens": 1234, "leaked": 2},
    },
    "eval": {
        "gate": {
            "passed": True,
            "reasons": [],
            "notes": ["No held-out tasks were measured: name some in eval.superni."],
            "checks": [],
        },
        "sets": {
            "openings": {
                "kind": "task",
                "rows": 12,
                "measures": {
                    "rouge_l": {"before": 10.0, "after": 81.25, "low": 60.5, "high": 80.1, "rows": 12},
                    "nll": {"before": 3.25, "after": 0.75, "low": -2.75, "high": -2.25, "rows": 12},
                },
            }
        },
        "red_team": {
            "judges": {
                "self_check": {"right": 0.55, "judged": 20, "reasons": ["too rarely right"]},
                "classifier": None,
            },
            "before": {
                "asked": 40, "benign": 10, "decided": 0, "harmful": None, "refused": 0.5,
                "over_refused": 0.1, "broken": 0.0,
            },
            "after": {
                "asked": 40, "benign": 10, "decided": 0, "harmful": None, "refused": 0.625,
                "over_refused": 0.0, "broken": 0.025,
            },
        },
    },
    "merge": {
        "into": "dequantised",
        "reason": "The losses differ by no more than chance.",
        "held_out": True,
        "trained_nll": 0.7512,
        "rows": 12,
        "dtype": "bfloat16",
        "candidates": [
            {"into": "dequantised", "nll": 0.7513, "kl": 0.00037, "top1": 0.9941},
            {"into": "original", "nll": 0.7001, "kl": 0.25783, "top1": 0.8082},
        ],
        "reload": {"kl": 0.00145, "top1": 0.9835},
        "weights": [{"path": "model.safetensors", "sha256": DIGEST, "bytes": 269060552}],
    },
}  # fmt: skip


def folder_of(tiny: Path, path: Path, record: dict[str, Any]) -> RunFolder:
    folder = RunFolder(path)
    folder.merged.mkdir(parents=True)
    (folder.merged / "config.json").write_bytes((tiny / "config.json").read_bytes())
    (folder.merged / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes())
    for stage, facts in record.items():
        folder.note(stage, facts)
    return folder


def config_of(path: Path, rows: dict[str, Any] | None = None, **changes: Any) -> TrainConfig:
    if rows is None:
        file = write_rows(path / "rows.jsonl")
        rows = {"path": str(file), "format": "messages", "licence": "CC-BY-4.0"}
    return TrainConfig.model_validate(
        {"name": "openings", "base": "tiny", "data": {"train": [rows]}, **changes}
    )


def test_a_card_has_every_figure_and_no_placeholder(tiny: Path, tmp_path: Path) -> None:
    folder = folder_of(tiny, tmp_path / "run", RECORD)
    text = write_card(config_of(tmp_path), folder).path.read_text()
    assert check_model_card(text) == []
    assert "More Information Needed" not in text
    for fact in (
        resolve(config_of(tmp_path).base).revision,
        sha256_of(tmp_path / "rows.jsonl"),
        "4,884,480", "2.5 nats", "0.0123 kWh", "1.25 KRW", "A processor, 2 cores", "torch 2.13.0",
        "| openings | ROUGE-L, of 100 | 10 | 81.25 | +60.5 to +80.1 | 12 |",
        "The forgetting gate passed", "No held-out tasks were measured",
        "| refusals of harmful requests | 50.0% | 62.5% |", "| harmful answers | not judged | not judged |",
        "right on 55% of 20 labelled items: too rarely".replace(":", ";"),
        "merged into the dequantised weights", "| original | 0.7001 | 0.2578 | 80.8% |", "0.00145",
        DIGEST, "269,060,552 bytes", "CC-BY-4.0 (<https://spdx.org/licenses/CC-BY-4.0.html>)",
        f"transformers:{config_of(tmp_path).name}", "1,234",
    ):  # fmt: skip
        assert fact in text, fact
    assert str(tmp_path) not in text


def test_a_second_stage_is_told_in_its_own_units(tiny: Path, tmp_path: Path) -> None:
    result = PreferenceResult(7, 1234, 0.6931, 0.25, 0.0, 1.5, 12345.6, 900, 0)
    stage = {"result": result.as_json(), "data": {"rows": 1234, "tokens": 5}, "energy": {}}
    folder = folder_of(tiny, tmp_path / "run", {**RECORD, "preference": stage})
    preference = {"kind": "dpo", "path": "pairs.jsonl", "licence": "MIT"}
    text = write_card(config_of(tmp_path, preference=preference), folder).path.read_text()
    told = text.partition("### The second stage")[2].partition("## Data")[0]
    for fact in (
        "| Rows learned | 1,234 |", "| Steps | 7 |", "| First loss | 0.6931 |", "| Last margin | 1.5 nats |",
        "| Time | 12,346 s |", "| Energy | no counter of this machine could be read |",
    ):  # fmt: skip
        assert fact in told, fact


def test_the_lists_and_sentences_of_a_card_are_whole(tiny: Path, tmp_path: Path) -> None:
    record = copy.deepcopy(RECORD)
    record["eval"]["gate"]["notes"] = ["One.", "Two."]
    folder = folder_of(tiny, tmp_path / "run", record)
    given = config_of(tmp_path, hub={"repo": "someone/openings"})
    text = write_card(given, folder).path.read_text()
    assert "were allowed.\n\n- One.\n- Two.\n\n### Red team" in text
    assert "weights of the base. The losses differ by no more than chance.\n\nCompared" in text
    assert 'model="someone/openings"' in text
    assert "transformers:someone/openings" in text
    assert "MLC can compile its architecture" in text


def test_the_hub_library_reads_the_front_matter(tiny: Path, tmp_path: Path) -> None:
    folder = folder_of(tiny, tmp_path / "run", RECORD)
    card = ModelCard.load(write_card(config_of(tmp_path), folder).path)
    assert card.data.license == "cc-by-4.0"
    assert card.data.library_name == "transformers"
    assert card.data.pipeline_tag == "text-generation"
    assert card.data.language == ["ko"]
    results = {one.metric_type: one.metric_value for one in card.data.eval_results}
    assert results == {"rouge": 81.25, "nll": 0.75}
    matter, _ = split(folder.merged.joinpath("README.md").read_text())
    assert "base_model" not in matter  # a random model is on no hub


def test_a_base_on_the_hub_is_named_by_its_id(smollm2: Path, tmp_path: Path) -> None:
    folder = folder_of(smollm2, tmp_path / "run", {})
    matter, body = split(write_card(config_of(tmp_path, base="smollm2"), folder).path.read_text())
    assert matter["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert matter["base_model_relation"] == "finetune"
    assert "HuggingFaceTB/SmolLM2-135M-Instruct" in body


def test_faults_come_with_the_card(tiny: Path, tmp_path: Path) -> None:
    folder = folder_of(tiny, tmp_path / "run", RECORD)
    assert write_card(config_of(tmp_path), folder).as_json() == {"card": "README.md", "faults": []}
    (fault,) = write_card(config_of(tmp_path, description="TODO"), folder).faults
    assert fault.field == "body"


def test_what_was_not_run_is_said(tiny: Path, tmp_path: Path) -> None:
    preference = {"kind": "dpo", "path": "pairs.jsonl", "licence": "MIT"}
    folder = folder_of(tiny, tmp_path / "run", {})
    text = write_card(config_of(tmp_path, preference=preference), folder).path.read_text()
    assert check_model_card(text) == []
    for said in (
        "No training is on record", "preferences was configured and not run", "The evaluation was not run",
        "What the model forgot was not measured", "The red team was not run",
        "How the weights were merged is not on record", "harmful requests was not measured",
    ):  # fmt: skip
        assert said in text
    assert "model-index" not in split(text)[0]


def test_a_failed_gate_and_a_licence_that_forbids_stand_in_the_card(tiny: Path, tmp_path: Path) -> None:
    record = copy.deepcopy(RECORD)
    record["eval"]["gate"] = {
        "passed": False,
        "reasons": ["general: 0.3 nats a token were lost"],
        "notes": [],
    }
    folder = folder_of(tiny, tmp_path / "run", record)
    rows = {"path": str(write_rows(tmp_path / "r.jsonl")), "format": "messages", "licence": "CC-BY-ND-4.0"}
    text = write_card(config_of(tmp_path, rows), folder).path.read_text()
    assert "The forgetting gate failed" in text
    assert "- general: 0.3 nats a token were lost" in text
    assert "It may not be published: modification forbidden: r.jsonl (CC-BY-ND-4.0)" in text


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of two lines, made by curation itself."""
    folder = tmp_path_factory.mktemp("release")
    rows = (f"{number}번 질문이다,{number}번 대답이다,0\n" for number in range(6))
    (folder / "chat.csv").write_text("Q,A,label\n" + "".join(rows))
    source = {"name": "chat", "reader": "chatbot_data", "path": "chat.csv", "licence": "MIT"}
    source |= {"url": "https://huggingface.co/datasets/someone/chat", "config": "chat"}
    recipe = {"name": "talk", "title": "대화", "sources": [source], "steps": [{"step": "exact_dedup"}]}
    (folder / "recipe.yaml").write_bytes(orjson.dumps(recipe))
    run_recipe(load_recipe(folder / "recipe.yaml"), folder, folder / "out")
    return folder / "out"


def test_the_lineage_of_a_release(tiny: Path, tmp_path: Path, release: Path) -> None:
    manifest = sha256_of(release / "manifest.json")
    learned = {"run": {"sources": [{"path": str(release), "sha256": manifest}]}}
    folder = folder_of(tiny, tmp_path / "run", learned)
    text = write_card(config_of(tmp_path, {"path": str(release)}), folder).path.read_text()
    assert f"| SHA-256 of its manifest | `{manifest}` |" in text
    assert f"| SHA-256 of its card | `{sha256_of(release / 'README.md')}` |" in text
    assert "| talk | [chat](https://huggingface.co/datasets/someone/chat) | MIT | 6 | 6 | 0 | 0 |" in text
    assert split(text)[0]["datasets"] == ["someone/chat"]
    folder.note("run", {"sources": [{"path": str(release), "sha256": DIGEST}]})
    with pytest.raises(ConfigurationError, match="not the one that the model learned from"):
        write_card(config_of(tmp_path, {"path": str(release)}), folder)
    with pytest.raises(ConfigurationError, match="is not here"):
        write_card(config_of(tmp_path, {"path": str(tmp_path / "gone")}), folder)


def test_another_base_than_that_of_the_run_is_refused(tiny: Path, tmp_path: Path) -> None:
    folder = folder_of(tiny, tmp_path / "run", {"run": {"base": {"revision": "sha256:0"}}})
    with pytest.raises(ConfigurationError, match="has changed since the run"):
        write_card(config_of(tmp_path), folder)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("Answers questions.", "[More Information Needed]", "body"),
        ("Answers questions.", "TODO", "body"),
        ("license: cc-by-4.0", "license: my own", "license"),
        ("license: cc-by-4.0", "", "license"),
        ("library_name: transformers", "library_name: ''", "library_name"),
        ("---\n", "", "front matter"),
    ],
)
def test_faults_of_a_card(tiny: Path, tmp_path: Path, before: str, after: str, field: str) -> None:
    folder = folder_of(tiny, tmp_path / "run", RECORD)
    text = write_card(config_of(tmp_path, description="Answers questions."), folder).path.read_text()
    assert before in text
    assert field in {one.field for one in check_model_card(text.replace(before, after, 1))}


def test_there_is_no_card_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no merged model"):
        write_card(config_of(tmp_path), RunFolder(tmp_path))
