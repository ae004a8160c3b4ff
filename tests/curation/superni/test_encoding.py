"""Inputs as Tk-Instruct's collator writes them (its repository at 7c0e400), byte for byte."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from curation.superni.counting import Bytes, Words, load_counter
from curation.superni.encoding import (
    EVALUATION_ENCODING,
    TRAINING_ENCODINGS,
    Encoding,
    encode,
    training_choice,
    training_instances,
)
from curation.superni.schema import Example, Instance, Task

HERE = Path(__file__).parent
TASKS = json.loads((HERE / "korean_tasks.json").read_text("utf-8"))
# What the collator made of the ten tasks with each of its encodings.
GOLDEN = json.loads((HERE / "encodings.json").read_text("utf-8"))
ROOM = 100_000


def made(given: dict) -> Task:
    examples = {
        key: tuple(Example(**one) for one in given[f"{key} Examples"]) for key in ("Positive", "Negative")
    }
    empty = dict.fromkeys(
        (
            *("contributors", "source", "url", "categories", "reasoning", "domains", "input_language"),
            *("output_language", "instruction_language", "instance_licence"),
        ),
        (),
    )
    return Task(
        name="task1_korean",
        definition=tuple(given["Definition"]),
        positive=examples["Positive"],
        negative=examples["Negative"],
        **empty,
    )


def encoded(name: str, encoding: str, most: int = ROOM):
    return encode(made(TASKS[name]), TASKS[name]["input"], TRAINING_ENCODINGS[encoding], Bytes(), most)


@pytest.mark.parametrize("encoding", TRAINING_ENCODINGS)
@pytest.mark.parametrize("name", TASKS)
def test_ten_korean_tasks(name, encoding):
    assert encoded(name, encoding).source == GOLDEN[name][encoding]


def test_there_are_ten_tasks_and_five_encodings():
    assert (len(TASKS), len(TRAINING_ENCODINGS)) == (10, 5)
    assert TRAINING_ENCODINGS[EVALUATION_ENCODING] == Encoding(definition=True, positive=2)


def test_the_whole_of_one():
    assert encoded("ends_with_a_full_stop", "definition+2pos+2neg").source == (
        "Definition: 영화평을 읽고 긍정인지 부정인지 답한다.\n\n"
        " Positive Example 1 -\nInput: 배우들의 호흡이 좋았다.\n Output: 긍정.\n\n"
        " Positive Example 2 -\nInput: 시간이 아까웠다.\n Output: 부정.\n\n"
        " Negative Example 1 -\nInput: 음악이 훌륭했다.\n Output: 부정.\n\n"
        " Negative Example 2 -\nInput: 지루해서 잠들었다.\n Output: 별로.\n\n"
        "Now complete the following example -\nInput: 두 번 보고 싶은 영화였다.\nOutput: "
    )


@pytest.mark.parametrize(
    ("ending", "ended"),
    [
        ("간다.", "간다."),
        ("간다", "간다."),
        ("가니?", "가니?"),
        ("간다。", "간다。."),
        ("간다…", "간다…."),
        ("“간다”", "“간다”."),
        ('"간다"', '"간다"'),
        ("간다！", "간다！."),
        ("간다 (끝)", "간다 (끝)"),
        ("간다ㅋㅋ", "간다ㅋㅋ."),
        ("간다^^", "간다^^"),
        ("간다 ", "간다."),
        ("", "."),
    ],
)
def test_only_ascii_punctuation_ends_a_text(ending, ended):
    task = made(TASKS["ends_with_hangul"])
    source = encode(task, ending, Encoding(definition=False), Words()).source
    assert source == f"Now complete the following example -\nInput: {ended}\nOutput: "


def test_examples_are_dropped_from_the_end_until_the_rest_fits():
    task, given = "ends_with_a_full_stop", "definition+2pos+2neg"
    whole = len(GOLDEN[task][given].encode())
    # While it tries, the collator joins examples with blanks: one between two of a kind. The second
    # negative example sees one for the positive ones.
    assert encoded(task, given, whole + 1).source == GOLDEN[task][given]
    fewer = encoded(task, given, whole)
    assert (fewer.positive, fewer.negative, fewer.cut) == (2, 1, False)
    assert "Negative Example 1" in fewer.source
    assert "Negative Example 2" not in fewer.source
    none = encoded(task, given, len(GOLDEN[task]["definition"].encode()))
    assert none.source == GOLDEN[task]["definition"]
    assert (none.positive, none.negative, none.cut) == (0, 0, False)


def test_the_first_example_that_does_not_fit_ends_them():
    long = {**TASKS["ends_with_hangul"]}
    long["Positive Examples"] = [{"input": "긴 글 " * 200, "output": "a"}, {"input": "글", "output": "a"}]
    result = encode(made(long), "입력", TRAINING_ENCODINGS["definition+2pos"], Words(), 100)
    assert result.positive == 0


def test_what_does_not_fit_by_itself_is_cut():
    result = encoded("ends_with_a_full_stop", "definition", 40)
    assert result.cut
    # 12 bytes of "Definition: ", then characters of three bytes and blanks; a half one is left out.
    assert result.source == "Definition: 영화평을 읽고 긍정"
    assert result.tokens == 40


def test_words_are_counted_and_cut_between_blanks():
    assert Words().count(" 가 나\n다 ") == 3
    assert Words().cut(" 가 나\n다 ", 2) == " 가 나"
    assert Words().cut("  ", 2) == ""
    assert (Words().name, Bytes().name) == ("whitespace", "bytes")


def test_a_tokenizer_file_counts_and_cuts(tmp_path):
    tokenizers = pytest.importorskip("tokenizers", reason="the library tokenizers is not installed")
    path = tmp_path / "tokenizer.json"
    words = {"[UNK]": 0, "</s>": 1, "가": 2, "나": 3, "다": 4}
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    model.post_processor = tokenizers.processors.TemplateProcessing("$A </s>", special_tokens=[("</s>", 1)])
    model.add_special_tokens(["</s>"])
    model.enable_truncation(2)  # a trained model's file may hold its own lengths
    model.save(str(path))
    counter = load_counter(str(path))
    assert counter.name == str(path)
    assert counter.count("가 나 다") == 4
    assert counter.cut("가 나 다", 2) == "가 나"
    assert counter.cut("가 나 다", 9) == "가 나 다"


@pytest.mark.parametrize(
    ("given", "what"),
    [("no/tokenizer.json", "tokenizers"), ("no/such/model", "transformers")],
)
def test_a_tokenizer_that_cannot_be_had_is_named(given, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    installed = find_spec(what) is not None
    with pytest.raises(ConfigurationError, match="cannot be loaded" if installed else what) as refused:
        load_counter(given)
    assert refused.value.where == given
    assert "whitespace" in refused.value.fix


def test_chance_in_training_is_the_seeds():
    task = made(TASKS["ends_with_hangul"])
    instances = [Instance(f"문장 {n}", ("하나", "둘", "셋"), n) for n in range(1, 301)]
    choices = [training_choice(task, one, seed=1) for one in instances]
    assert choices == [training_choice(task, one, seed=1) for one in instances]
    assert choices != [training_choice(task, one, seed=2) for one in instances]
    assert {choice.encoding for choice in choices} == set(TRAINING_ENCODINGS)
    assert {choice.target for choice in choices} == {"하나", "둘", "셋"}
    for encoding in TRAINING_ENCODINGS:
        assert 35 <= sum(choice.encoding == encoding for choice in choices) <= 85


def test_training_instances_are_drawn():
    instances = tuple(Instance(f"문장 {n}", ("가",), n) for n in range(1, 301))
    task = replace(made(TASKS["ends_with_hangul"]), instances=instances)
    drawn = training_instances(task, 100, seed=1)
    assert len({one.item for one in drawn}) == 100
    assert drawn == training_instances(task, 100, seed=1)
    assert [one.item for one in drawn] != [one.item for one in training_instances(task, 100, seed=2)]
    assert max(one.item for one in drawn) > 200
    assert len(training_instances(task, 1000, seed=1)) == 300
