"""Labelled corpora as one kind of row, and what must not be parted by a split."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from curation.errors import UserError
from curation.safety.grouping import components
from curation.safety.labels import read_labelled
from curation.safety.material import gather
from curation.safety.training_recipe import TrainingRecipe

BEEP = "comments\tcontain_gender_bias\tbias\thate\n"
OWN = {"name": "own", "format": "jsonl", "train": "labelled.jsonl", "licence": "x"}
CLEAR = {"hate": False, "offensive": False, "gender_bias": False, "other_bias": False}


def test_beep(tmp_path: Path) -> None:
    path = tmp_path / "train.tsv"
    path.write_text(
        BEEP + 'a "b\tTrue\tgender\thate\nc\tFalse\tothers\toffensive\nd\tFalse\tnone\tnone\n',
        encoding="utf-8",
    )
    rows = read_labelled(path, "beep", "train.tsv")
    assert [row.text for row in rows] == ['a "b', "c", "d"]  # a quote is text
    assert rows[0].labels == CLEAR | {"hate": True, "offensive": True, "gender_bias": True}
    assert rows[1].labels == CLEAR | {"offensive": True, "other_bias": True}
    assert rows[2].labels == CLEAR | {"social_bias": False}
    assert [row.harmful for row in rows] == [True, True, False]


def test_kosbi(tmp_path: Path) -> None:
    row = {
        "demographic_category": "종교",
        "context": "앞",
        "context_label": "undecided",
        "sentence": "뒤",
        "sentence_label": "unsafe",
    }
    path = tmp_path / "kosbi.json"
    path.write_bytes(orjson.dumps([row, row | {"context_label": "safe"}]))
    rows = read_labelled(path, "kosbi", "kosbi.json")
    assert [(row.text, row.labels, row.group, row.stratum) for row in rows] == [
        ("뒤", {"social_bias": True}, "앞", "종교"),
        ("앞", CLEAR | {"social_bias": False}, "앞", "종교"),
        ("뒤", {"social_bias": True}, "앞", "종교"),
    ]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (BEEP + "x\tFalse\tnone\tsomewhat\n", "beep"),
        ("text\tlabel\nx\t1\n", "beep"),
        ("[{}]", "kosbi"),
        ("not json", "kosbi"),
        ('{"labels": {}}', "jsonl"),
        ("{", "jsonl"),
    ],
)
def test_another_format_is_said_to_be_one(tmp_path: Path, content: str, form: str) -> None:
    (tmp_path / "file").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=f"not a corpus in the format '{form}'") as caught:
        read_labelled(tmp_path / "file", form, "corpus/file")  # type: ignore[arg-type]
    assert caught.value.where == "corpus/file"


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read") as caught:
        read_labelled(tmp_path / "none", "beep", "corpus/none")
    assert caught.value.where == "corpus/none"


def test_components_join_groups_copies_and_near_copies() -> None:
    texts = [
        "오늘은 비가 많이 와서 집에 있었다",
        "오늘은 비가 많이 와서, 집에 있었다!",  # the same letters
        "오늘은 눈이 많이 와서 집에 있었다",  # shares too little
        "어제는 비가 많이 와서 집에만 있었다고 한다",
        "버스가 늦게 와서 모두가 정류장에서 기다렸다",
        "버스가 늦게 와서 모두가 정류장에서 기다렸다네",  # a near-copy
        "완전히 다른 이야기",
    ]
    groups = ["", "", "", "g", "", "", "g"]
    numbers = components(texts, groups).tolist()
    assert numbers[0] == numbers[1]
    assert numbers[4] == numbers[5]
    assert numbers[3] == numbers[6]
    assert len(set(numbers)) == 4


def test_no_group_or_near_copy_crosses_the_split(
    small: Path, recipe_of: Callable[..., TrainingRecipe], tmp_path: Path
) -> None:
    lines = [orjson.loads(line) for line in (small / "labelled.jsonl").read_bytes().splitlines()]
    doubled = lines + [row | {"text": f"{row['text']}!", "group": ""} for row in lines]
    (tmp_path / "labelled.jsonl").write_bytes(b"\n".join(map(orjson.dumps, doubled)))
    material = gather(recipe_of(corpora=[OWN], background=[], clean=[]), tmp_path)
    assert material.left_out == 0
    letters = {
        part: {example.row.text.rstrip("!") for example in material.part(part)} for part in ("train", "test")
    }
    assert letters["train"]
    assert letters["test"]
    assert not letters["train"] & letters["test"]


def test_a_training_row_near_a_test_row_is_left_out(
    recipe_of: Callable[..., TrainingRecipe], tmp_path: Path
) -> None:
    rows = [{"text": f"{number}번 창구에서 표를 샀다", "labels": {"a": False}} for number in "일이삼"]
    (tmp_path / "train.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    (tmp_path / "test.jsonl").write_bytes(orjson.dumps(rows[0]))
    corpus = {"name": "own", "format": "jsonl", "train": "train.jsonl", "test": "test.jsonl", "licence": "x"}
    material = gather(recipe_of(corpora=[corpus], background=[], clean=[]), tmp_path)
    assert [example.row.text[0] for example in material.part("test")] == ["일"]
    assert "일" not in {example.row.text[0] for example in material.part("train")}
    assert material.left_out >= 1


def test_harmless_texts_are_drawn_apart(small: Path, recipe_of: Callable[..., TrainingRecipe]) -> None:
    twice = {"name": "again", "reader": "jsonl", "path": "plain.jsonl", "licence": "x"}
    some = recipe_of().background[0].model_dump() | {"texts": 3}
    material = gather(recipe_of(background=[some], clean=[twice]), small)
    assert len(material.background) == 3
    assert len(material.clean["again"]) == 5
    assert not set(material.background) & set(material.clean["again"])


def test_background_with_harmful_words_is_no_background(
    recipe_of: Callable[..., TrainingRecipe], small: Path, tmp_path: Path
) -> None:
    (tmp_path / "labelled.jsonl").write_bytes((small / "labelled.jsonl").read_bytes())
    lines = [{"text": "영화가 존나 길다"}, {"text": "영화가 조금 길다"}]
    (tmp_path / "plain.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    assert gather(recipe_of(corpora=[OWN], clean=[]), tmp_path).background == ["영화가 조금 길다"]
