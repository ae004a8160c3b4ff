"""What quantising costs: the figures are those of training's evaluation, and of models that are known."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from compile.check import model_folder
from compile.comparing import compare
from compile.comparing.predicting import Predicted
from compile.comparing.result import cost_of
from compile.conversation import ChatSettings
from compile.preparing import prepare
from curation.errors import ConfigurationError, UserError
from training.base import ResolvedBase, load_tokenizer, resolve
from training.config import Base, Rows
from training.data import read_rows
from training.data.masks import Masks
from training.evaluation.likelihood import likelihoods

TALK = [
    ("한글은 누가 만들었나요?", "세종대왕이 만들었습니다."),
    ("훈민정음은 언제 반포되었나요?", "1446년에 반포되었습니다."),
    ("말모이는 무엇인가요?", "우리말 사전을 만들려던 원고입니다."),
    ("한글날은 며칠인가요?", "10월 9일입니다."),
]


@pytest.fixture(scope="module")
def tiny() -> ResolvedBase:
    return resolve(Base(model="tiny"))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles of the tiny model, by the name of their quantisation."""
    folder = tmp_path_factory.mktemp("bundles")
    for name in ("q4f32_1", "q0f32"):
        prepare("tiny", folder / name, ChatSettings(name, 512))
    return folder


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    path = tmp_path / "talk.jsonl"
    lines = []
    for asked, said in TALK:
        messages = [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
        lines.append(json.dumps({"messages": messages}, ensure_ascii=False))
    path.write_text("\n".join(lines), encoding="utf-8")
    return Rows(path=str(path), format="messages")


def test_figures_are_those_of_the_evaluation_in_training(
    bundles: Path, tiny: ResolvedBase, rows: Rows
) -> None:
    from transformers import AutoModelForCausalLM

    cost = compare(bundles / "q4f32_1", tiny, rows)
    encoded = Masks(load_tokenizer(tiny)).encode_all(
        [one.messages for one in read_rows(rows, "test").examples]
    )
    model = AutoModelForCausalLM.from_pretrained(tiny.folder, dtype=torch.float32).eval()
    losses = likelihoods(model, [one for one in encoded if not isinstance(one, str)], lambda _: None)
    nats, tokens = sum(one.nats for one in losses), sum(one.tokens for one in losses)
    assert (cost.rows, cost.tokens, cost.left_out) == (4, tokens, 0)
    assert cost.nats.before == pytest.approx(nats / tokens, rel=1e-5)
    assert cost.perplexity[0] == pytest.approx(math.exp(nats / tokens), rel=1e-5)
    size = sum(len(said.encode()) for _, said in TALK)
    assert cost.bits.before == pytest.approx(nats / math.log(2) / size, rel=1e-5)
    assert cost.nats.low <= cost.nats.change <= cost.nats.high
    assert cost.nats.change != 0
    assert 0 < cost.agreement.after <= 1
    told = json.loads(json.dumps(cost.as_json()))
    assert told["quantisation"] == "q4f32_1"
    assert told["perplexity"]["after"] == pytest.approx(cost.perplexity[1])
    assert cost.answer.startswith("q4f32_1 costs ")
    assert [row[0] for row in cost.table()][:4] == [
        "nats a token",
        "bits a byte",
        "perplexity",
        "same next token, %",
    ]


def test_weights_that_are_only_shortened_cost_next_to_nothing(
    bundles: Path, tiny: ResolvedBase, rows: Rows
) -> None:
    coarse, fine = (compare(bundles / name, tiny, rows) for name in ("q4f32_1", "q0f32"))
    assert abs(fine.nats.change) < abs(coarse.nats.change) / 4
    assert fine.agreement.after == 1
    assert fine.nats.before == coarse.nats.before


def test_other_weights_are_seen(tiny: ResolvedBase, rows: Rows, tmp_path: Path) -> None:
    """A bundle of weights that say the opposite: it loads, and is found out."""
    shutil.copytree(tiny.folder, tmp_path / "moved")
    weights = load_file(tmp_path / "moved" / "model.safetensors")
    weights["model.norm.weight"] = -weights["model.norm.weight"]  # the likeliest becomes the least likely
    save_file(weights, tmp_path / "moved" / "model.safetensors", {"format": "pt"})
    prepare(str(tmp_path / "moved"), tmp_path / "bundle", ChatSettings("q0f32", 512))
    cost = compare(tmp_path / "bundle", tiny, rows)
    assert cost.agreement.after < 0.2
    assert cost.first_divergence == 0
    assert cost.nats.before < cost.nats.after


def test_agreement_and_divergence_of_known_tokens() -> None:
    original = [Predicted((1.0, 2.0, 3.0), (5, 6, 7)), Predicted((2.0,), (8,))]
    quantised = [Predicted((1.5, 2.0, 3.5), (5, 9, 7)), Predicted((2.0,), (8,))]
    cost = cost_of(original, quantised, [6, 3], quantisation="q4f32_1", left_out=2, resamples=200, seed=1)
    assert (cost.nats.before, cost.nats.after) == (2.0, 2.25)
    assert cost.bits.before == pytest.approx(8 / math.log(2) / 9)
    assert (cost.agreement.before, cost.agreement.after) == (1.0, 0.75)
    assert cost.divergences == (1, None)
    assert (cost.same_share, cost.first_divergence) == (0.5, 1)
    same = cost_of(original, original, [6, 3], quantisation="q0f32", left_out=0, resamples=200, seed=1)
    assert (same.agreement.after, same.same_share, same.first_divergence) == (1.0, 1.0, None)
    assert (same.agreement.low < 0, same.agreement.high) == (True, 0)  # two rows cannot rule a change out
    assert "do not tell from none" in same.answer


def test_rows_that_the_page_cannot_hold_are_left_out_and_counted(
    bundles: Path, tiny: ResolvedBase, tmp_path: Path
) -> None:
    path = tmp_path / "long.jsonl"
    long = json.dumps(
        {"messages": [{"role": "user", "content": "말" * 2000}, {"role": "assistant", "content": "네"}]}
    )
    short = json.dumps(
        {"messages": [{"role": "user", "content": "말?"}, {"role": "assistant", "content": "네"}]}
    )
    path.write_text(f"{long}\n{short}\n", encoding="utf-8")
    cost = compare(bundles / "q0f32", tiny, Rows(path=str(path), format="messages"))
    assert (cost.rows, cost.left_out) == (1, 1)
    path.write_text(long, encoding="utf-8")
    with pytest.raises(UserError, match="None of the 1 rows fits"):
        compare(bundles / "q0f32", tiny, Rows(path=str(path), format="messages"))


def test_a_bundle_of_another_model_is_refused_before_the_model_is_loaded(
    bundles: Path, tiny: ResolvedBase, rows: Rows, tmp_path: Path
) -> None:
    shutil.copytree(tiny.folder, tmp_path / "other")
    config = json.loads((tmp_path / "other" / "config.json").read_text())
    config["rope_parameters"]["rope_theta"] = 77.0
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ConfigurationError, match="not made from this model"):
        compare(bundles / "q0f32", ResolvedBase("other", tmp_path / "other", "", ""), rows)


def test_little_memory_is_told_before_the_model_is_loaded(
    bundles: Path, tiny: ResolvedBase, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compile.comparing.comparing.available_mb", lambda: 0)
    with pytest.raises(UserError, match="In float32 the model takes"):
        compare(bundles / "q0f32", tiny, rows)


def test_the_model_of_a_whole_bundle_is_found_or_must_be_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "models" / name / "resolve" / "main").mkdir(parents=True)
    assert model_folder(tmp_path, "two") == tmp_path / "models" / "two" / "resolve" / "main"
    for name, told in (("", "has 2 models"), ("three", "no model 'three'")):
        with pytest.raises(ConfigurationError, match=told) as error:
            model_folder(tmp_path, name)
        assert "one, two" in error.value.fix
    with pytest.raises(ConfigurationError, match="no bundle here"):
        model_folder(tmp_path / "absent")


def test_predictions_do_not_depend_on_how_logits_are_parted(
    tiny: ResolvedBase, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoModelForCausalLM

    from compile.comparing import predicting

    model = AutoModelForCausalLM.from_pretrained(tiny.folder, dtype=torch.float32).eval()
    encoded = Masks(load_tokenizer(tiny)).encode_all(
        [one.messages for one in read_rows(rows, "test").examples]
    )
    kept = [one for one in encoded if not isinstance(one, str)]
    whole = predicting.predict(model, kept, lambda _: None)
    monkeypatch.setattr(predicting, "_AT_ONCE", 3)
    parted = predicting.predict(model, kept, lambda _: None)
    assert [one.likeliest for one in whole] == [one.likeliest for one in parted]
    for one, other in zip(whole, parted, strict=True):
        assert np.allclose(one.nats, other.nats, atol=1e-5)
