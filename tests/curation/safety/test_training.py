"""Training: the same files give the same bytes; what is learned is told honestly."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from curation.errors import ConfigurationError, UserError
from curation.safety.evaluation import measured
from curation.safety.fitting import choose_threshold
from curation.safety.model import SafetyModel, load, save, to_bytes
from curation.safety.training import train
from curation.safety.training_recipe import TrainingRecipe, load_training_recipe

OWN = [{"name": "own", "format": "jsonl", "train": "labelled.jsonl", "licence": "x"}]


def test_what_was_learned_is_found_in_new_sentences(model: SafetyModel) -> None:
    scores = model.scores(["그 손님은 멍텅구리처럼 웃는다", "그 손님은 책을 읽고 있다"])[:, 0]
    assert scores[0] >= model.thresholds["rude"] > scores[1]


def test_the_report_tells_test_false_alarms_and_sources(model: SafetyModel) -> None:
    categories: Any = model.metadata.report["categories"]
    report = categories["rude"]
    assert report["test"]["own"]["f1"] > 0.9
    assert set(report["false_alarms"]) == {"clean", "mentions of groups"}
    uses = [(file["name"], file["use"], file["rows"]) for file in model.metadata.trained_on]
    assert uses == [
        ("own", "training", 56),
        ("own", "test", 3),
        ("plain", "background", 8),
        ("clean", "clean", 8),
    ]
    assert all(len(str(file["sha256"])) == 64 for file in model.metadata.trained_on)


def test_the_same_files_give_the_same_bytes(
    model: SafetyModel, small: Path, recipe_of: Callable[..., TrainingRecipe]
) -> None:
    assert to_bytes(train(recipe_of(), small)) == to_bytes(model)


def test_a_model_comes_back_from_its_file(model: SafetyModel, tmp_path: Path) -> None:
    path = tmp_path / "models/small.npz"
    save(model, path)
    read = load(path)
    texts = ["멍텅구리", "", "가" * 400, "모두 함께"]
    assert (read.scores(texts) == model.scores(texts)).all()
    assert len(read.sha256) == 64
    with ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert read.metadata == model.metadata


def test_scores_do_not_depend_on_the_batch(model: SafetyModel) -> None:
    texts = ["멍텅구리야", "긴 글이다. " * 60 + "아무리 봐도 멍텅구리다", "책을 읽는다"] * 3
    together = model.scores(texts)
    assert (together == np.concatenate([model.scores([text]) for text in texts])).all()


def test_a_long_text_has_the_score_of_its_highest_piece(model: SafetyModel) -> None:
    quiet = "시장에서 사과를 샀다. " * 20
    assert (
        model.scores([quiet + "\n저 배우는 멍텅구리라서 말이 안 통한다"])[0, 0]
        > 5 * model.scores([quiet])[0, 0]
    )


@pytest.mark.parametrize("cut", [0, 10, 3000])
def test_a_damaged_file_is_no_model(model: SafetyModel, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(to_bytes(model)[:cut])
    with pytest.raises(UserError, match="no safety model"):
        load(path)


def test_a_pickle_is_never_read(model: SafetyModel, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, rarity=np.array([print], dtype=object), weights=0, bias=0)
    with ZipFile(path, "a") as archive:
        archive.writestr("metadata.json", model.metadata.model_dump_json())
    with pytest.raises(UserError, match="no safety model"):
        load(path)


def test_arrays_must_fit_the_metadata(model: SafetyModel, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save(replace(model, rarity=model.rarity[:-1]), path)
    with pytest.raises(UserError, match="do not fit"):
        load(path)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path / "none.npz")
    assert "malmoi safety train" in caught.value.fix


@pytest.mark.parametrize(
    ("true", "flagged", "expected"),
    [
        ([1, 1, 0, 0], [1, 0, 1, 0], (0.5, 0.5, 0.5)),
        ([1, 0], [1, 0], (1.0, 1.0, 1.0)),
        ([0, 0], [0, 0], (0.0, 0.0, 0.0)),
        ([1, 1, 1, 0], [1, 0, 0, 0], (1.0, 0.3333, 0.5)),
    ],
)
def test_precision_recall_and_f1(
    true: list[int], flagged: list[int], expected: tuple[float, float, float]
) -> None:
    result = measured(np.array(true, bool), np.array(flagged, bool))
    assert (result["precision"], result["recall"], result["f1"]) == expected
    assert (result["support"], result["rows"]) == (sum(true), len(true))


@pytest.mark.parametrize(
    ("scores", "harmless", "false_alarms", "expected"),
    [
        ([0.9, 0.8, 0.3, 0.1], [], 0.1, 0.55),  # the best F1
        ([0.9, 0.8, 0.3, 0.1], [0.05] * 9 + [0.85], 0.1, 0.55),  # one harmless text in ten may be flagged
        ([0.9, 0.8, 0.3, 0.1], [0.05] * 8 + [0.85, 0.86], 0.1, 0.8501),  # two may not
        ([0.5, 0.5, 0.5, 0.1], [], 0.1, 0.3),  # equal scores are flagged together
    ],
)
def test_threshold(scores: list[float], harmless: list[float], false_alarms: float, expected: float) -> None:
    true = np.array([True, True, False, False])
    assert choose_threshold(true, np.array(scores), np.array(harmless), false_alarms) == expected


def test_a_category_without_counter_examples_cannot_be_learned(
    small: Path, recipe_of: Callable[..., TrainingRecipe], tmp_path: Path
) -> None:
    (tmp_path / "labelled.jsonl").write_text(
        "".join(f'{{"text": "{word} 이야기", "labels": {{"a": true}}}}\n' for word in "가나다라마바사아자차"),
        encoding="utf-8",
    )
    with pytest.raises(UserError, match="'a' cannot be learned"):
        train(recipe_of(corpora=OWN, background=[], clean=[]), tmp_path)


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ("reguralisation: 1.0", "unknown key 'reguralisation'", "did you mean 'regularisation'?"),
        ("folds: 1", "folds", ""),
        ("features: {bit: 18}", "unknown key 'bit'", "did you mean 'bits'?"),
        ("clean: [{name: beep, reader: nsmc, path: a, licence: x}]", "the name 'beep' stands twice", ""),
        ("clean: [{name: a, reader: nsm, path: a, licence: x}]", "unknown reader 'nsm'", ""),
        ("clean: [{name: a, reader: nsmc, path: ../a, licence: x}]", "must be relative", ""),
    ],
)
def test_a_fault_in_a_training_recipe_is_shown_where_it_stands(
    tmp_path: Path, line: str, what: str, fix: str
) -> None:
    path = tmp_path / "safety.yaml"
    path.write_text(
        f"name: x\ncorpora: [{{name: beep, format: beep, train: a, licence: x}}]\n{line}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigurationError) as caught:
        load_training_recipe(path)
    assert what in caught.value.what
    assert caught.value.where == (str(path) if "twice" in what else f"{path}:3")
    assert fix in caught.value.fix


@pytest.mark.slow
def test_the_recipe_that_comes_with_malmoi_reaches_what_its_page_says(project: Path, corpora: Path) -> None:
    """Without morphemes and with two folds, to be quick; docs/safety.md has the figures of both."""
    recipe = load_training_recipe(project / "recipes/safety.yaml")
    features = recipe.features.model_copy(update={"morphemes": False})
    trained = train(recipe.model_copy(update={"features": features, "folds": 2}), corpora)
    report: Any = trained.metadata.report["categories"]
    least = {"hate": 0.54, "offensive": 0.68, "gender_bias": 0.62, "other_bias": 0.36}
    assert {name: f1 for name, f1 in least.items() if report[name]["test"]["beep"]["f1"] < f1} == {}
    assert report["social_bias"]["test"]["kosbi"]["f1"] > 0.57
    alarms = {name: report[name]["false_alarms"] for name in trained.thresholds}
    assert max(shares["mentions of groups"] for shares in alarms.values()) < 0.08
    assert max(alarms[name]["kobest_hellaswag"] for name in least) < 0.02
    assert max(alarms[name]["kornlu_xnli"] for name in least) < 0.02
    assert max(alarms[name]["nsmc"] for name in least) < 0.1
