"""Texts whose harm is known: what is harmless is, the classifier never saw them, and the draw is even."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.safety.material import gather
from curation.safety.training_recipe import TrainingRecipe, load_training_recipe
from prompting.safety_evaluation.texts import LabelledText, corpus_texts, our_texts, stratified


@pytest.fixture(scope="module")
def recipe(project: Path) -> TrainingRecipe:
    return load_training_recipe(project / "recipes/safety.yaml")


@pytest.fixture(scope="module")
def texts(recipe: TrainingRecipe, corpora: Path) -> list[LabelledText]:
    found, missing = corpus_texts(recipe, corpora)
    assert missing == []
    return found


def test_every_corpus_is_there_with_what_it_labels(texts: list[LabelledText]) -> None:
    counts = Counter((one.corpus, one.harmful) for one in texts)
    # BEEP!'s own test file has 471 comments.
    assert counts["beep", True] + counts["beep", False] == 471
    assert counts["beep", True] == 322
    assert counts["kosbi", True] > 450
    assert counts["kosbi", False] > 800
    assert counts["kote", False] > 1_000
    assert ("kote", True) not in counts
    assert len({one.id for one in texts}) == len(texts)
    assert {one.group for one in texts if one.corpus == "kosbi"} >= {"종교", "성별", "나이/세대"}
    assert {name for one in texts for name in one.categories} == {
        "hate", "offensive", "gender_bias", "other_bias", "social_bias",
    }  # fmt: skip


def test_comments_full_of_hatred_are_not_called_harmless(texts: list[LabelledText], corpora: Path) -> None:
    taken = {one.text for one in texts if one.corpus == "kote"}
    rows = [line.split("\t") for line in (corpora / "kote/val.tsv").read_text("utf-8").splitlines()]
    hatred = {comment for _, comment, emotions in rows if "31" in emotions.split(",")}
    grateful = {comment for _, comment, emotions in rows if emotions == "4"}
    assert len(hatred) > 100
    assert not taken & hatred
    assert grateful <= taken


def test_the_classifier_was_trained_on_none_of_them(
    texts: list[LabelledText], recipe: TrainingRecipe, corpora: Path
) -> None:
    plain = recipe.model_copy(update={"background": (), "clean": ()})
    learned = {example.row.text for example in gather(plain, corpora).part("train")}
    assert len(learned) > 10_000
    assert not learned & {one.text for one in texts if one.corpus != "kote"}


def test_a_draw_has_as_many_of_each_kind_and_of_many_groups(texts: list[LabelledText]) -> None:
    drawn = stratified(texts, 200, seed=0)
    assert Counter((one.corpus, one.harmful) for one in drawn) == {
        ("beep", True): 40, ("beep", False): 40, ("kosbi", True): 40, ("kosbi", False): 40,
        ("kote", False): 40,
    }  # fmt: skip
    assert len({one.group for one in drawn if one.harmful}) > 12


def test_the_draw_depends_on_the_seed_and_not_on_the_order(texts: list[LabelledText]) -> None:
    assert stratified(texts, 50, seed=1) == stratified(texts[::-1], 50, seed=1)
    assert stratified(texts, 50, seed=1) != stratified(texts, 50, seed=2)
    assert stratified(texts, 10_000, seed=0) == sorted(texts, key=lambda one: (one.corpus, one.id))
    few = [one for one in texts if one.corpus == "kote"][:3] + [one for one in texts if one.corpus == "beep"]
    assert Counter(one.corpus for one in stratified(few, 40, seed=0)) == {"beep": 37, "kote": 3}


def test_what_is_missing_is_named_and_the_rest_is_read(
    recipe: TrainingRecipe, corpora: Path, tmp_path: Path
) -> None:
    (tmp_path / "kote").mkdir()
    shutil.copy(corpora / "kote/val.tsv", tmp_path / "kote/val.tsv")
    found, missing = corpus_texts(recipe, tmp_path)
    assert {one.corpus for one in found} == {"kote"}
    assert missing == [
        "korean_hate_speech/labeled/train.tsv", "korean_hate_speech/labeled/dev.tsv",
        "kosbi/kosbi_valid.json",
    ]  # fmt: skip
    with pytest.raises(UserError, match="none of the labelled corpora") as caught:
        corpus_texts(recipe, tmp_path / "elsewhere")
    assert "kote/val.tsv" in caught.value.fix


def test_our_own_are_half_harmful() -> None:
    assert Counter(one.harmful for one in our_texts()) == {True: 20, False: 20}
