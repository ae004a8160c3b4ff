"""What is learned, held back and replayed: from releases, files and SuperNI tasks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from curation.recipe import Recipe
from curation.run import run_recipe
from training.config import Data, Rows
from training.data.gathering import gather
from training.data.leaks import leaked
from training.data.reading import read_rows


@pytest.fixture(scope="module")
def release(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chatbot_data and BEEP!, divided."""
    sources = [
        ("chatbot", "chatbot_data", "chatbot_data/ChatbotData.csv", "MIT", "talk"),
        ("beep", "beep", "korean_hate_speech/labeled/dev.tsv", "CC-BY-SA-4.0", "comments"),
    ]
    keys = ("name", "reader", "path", "licence", "config")
    recipe = {
        "name": "talk",
        "sources": [dict(zip(keys, source, strict=True), options={}) for source in sources],
        "steps": [
            {
                "step": "split",
                "params": {
                    "splits": {"train": 0.8, "validation": 0.1, "test": 0.1},
                    "near_duplicates": False,
                },
            }
        ],
    }
    out = tmp_path_factory.mktemp("releases") / "talk"
    run_recipe(Recipe.model_validate_json(orjson.dumps(recipe)), corpora, out)
    return out


@pytest.fixture
def rows_file(tmp_path: Path) -> Callable[..., Rows]:
    """Write rows of question and answer, with other fields where they are given."""

    def write(name: str, rows: list[dict[str, Any]]) -> Rows:
        path = tmp_path / name
        lines = [
            json.dumps(
                {
                    **{key: value for key, value in row.items() if key not in ("asked", "said")},
                    "messages": [
                        {"role": "user", "content": row["asked"]},
                        {"role": "assistant", "content": row["said"]},
                    ],
                },
                ensure_ascii=False,
            )
            for row in rows
        ]
        path.write_text("\n".join(lines), "utf-8")
        return Rows(path=str(path), format="messages")

    return write


def test_the_splits_of_a_release_are_the_parts(release: Path) -> None:
    found = gather(Data(train=(Rows(path=str(release), split="train"),)), seed=0)
    for part in ("train", "validation", "test"):
        tables = [pq.read_table(path) for path in sorted(release.glob(f"data/*/{part}-*.parquet"))]
        expected = pa.concat_tables(tables).to_pylist()
        examples = getattr(found, part)
        assert [one.id for one in examples] == [row["id"] for row in expected]
        assert [one.references for one in examples] == [tuple(row["references"]) for row in expected]
        assert [one.messages[-1].content for one in examples] == [
            row["messages"][-1]["content"] for row in expected
        ]
        assert [one.split_group for one in examples] == [row["split_group"] for row in expected]
    assert [source["part"] for source in found.sources] == ["train", "validation", "test"]
    described = found.sources[0]
    assert described["sha256"] == sha256_of(release / "manifest.json")
    assert described["card_sha256"] == sha256_of(release / "README.md")
    assert [(one["source"], one["licence"]) for one in described["sources"]] == [
        ("beep", "CC-BY-SA-4.0"),
        ("chatbot", "MIT"),
    ]
    assert sum(one["rows"] for one in described["sources"]) == described["rows"] == len(found.train)


def test_tasks_that_stand_in_train_alone_can_be_learned(corpora: Path, tmp_path: Path) -> None:
    sources = [
        {"name": name, "reader": "superni", "path": f"superni/tasks/{name}.json", "licence": "Apache-2.0"}
        for name in ("task1146_country_capital", "task1317_country_calling_code")
    ]
    params = {"splits": {"train": 0.5, "validation": 0.5}, "by": ["source"], "near_duplicates": False}
    recipe = {"name": "tasks", "sources": sources, "steps": [{"step": "split", "params": params}]}
    for source in sources:
        source |= {"config": "tasks", "options": {}}
    run_recipe(Recipe.model_validate_json(orjson.dumps(recipe)), corpora, tmp_path / "out")
    whole = Rows(path=str(tmp_path / "out"))
    (task,) = {one.task for one in read_rows(whole, "train").examples}
    found = gather(Data(train=(whole.model_copy(update={"tasks": (task,)}),)), seed=0)
    assert found.train == read_rows(whole, "train").examples
    assert (found.validation, found.test) == ([], [])
    assert [source["part"] for source in found.sources] == ["train"]
    with pytest.raises(ConfigurationError, match="no row to learn from"):
        gather(Data(train=(whole.model_copy(update={"tasks": ("absent",)}),)), seed=0)


def test_what_a_task_asks_stands_in_the_question(release: Path) -> None:
    (label,) = read_rows(Rows(path=str(release), config="comments", limit=1), "train").examples
    assert label.messages[0].content.startswith(label.definition)
    assert label.definition
    assert label.messages[1].content in label.label_space
    (path,) = release.glob("data/comments/train-*.parquet")
    asked = {row["id"]: row["messages"][0]["content"] for row in pq.read_table(path).to_pylist()}
    assert label.messages[0].content == f"{label.definition}\n\n{asked[label.id]}"


def test_a_release_says_what_it_does_not_have(release: Path) -> None:
    with pytest.raises(ConfigurationError, match="no configuration 'comment'") as error:
        read_rows(Rows(path=str(release), config="comment"), "train")
    assert "did you mean 'comments'?" in error.value.fix
    with pytest.raises(ConfigurationError, match="no split 'dev'") as error:
        read_rows(Rows(path=str(release), split="dev"), "train")
    assert "test, train, validation" in error.value.fix
    with pytest.raises(ConfigurationError, match="no row to learn from"):
        read_rows(Rows(path=str(release), tasks=("nothing*",)), "train")
    with pytest.raises(ConfigurationError, match="SHA-256"):
        read_rows(Rows(path=str(release), sha256="0" * 64), "train")
    only = read_rows(Rows(path=str(release), tasks=("beep*",)), "train").examples
    assert {one.source for one in only} == {"beep"}


def test_a_release_of_texts_teaches_no_answers(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text('{"text": "회의실은 사내 포털에서 예약한다."}\n', "utf-8")
    source = {"name": "texts", "reader": "jsonl", "path": "texts.jsonl", "licence": "CC0-1.0", "config": "a"}
    recipe = {"name": "texts", "sources": [source | {"options": {}}], "steps": []}
    run_recipe(Recipe.model_validate_json(orjson.dumps(recipe)), tmp_path, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="holds texts, but no instructions"):
        read_rows(Rows(path=str(tmp_path / "out")), "train")


def test_a_file_that_was_changed_after_the_release_is_an_error(release: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for path in release.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(release)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (path,) = copy.glob("data/talk/train-*.parquet")
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(UserError, match="is not the file that the manifest names") as error:
        read_rows(Rows(path=str(copy)), "train")
    assert error.value.where == str(path)


def test_whole_groups_are_held_out(rows_file: Callable[..., Rows]) -> None:
    rows = [{"asked": f"질문 {n}", "said": "답", "split_group": f"g{n // 4}"} for n in range(100)]
    data = Data(train=(rows_file("rows.jsonl", rows),), held_out=0.1)
    found = gather(data, seed=3)
    assert (len(found.train), len(found.validation)) == (92, 8)
    groups = [{one.split_group for one in part} for part in (found.train, found.validation)]
    assert groups[0].isdisjoint(groups[1])
    assert found == gather(data, seed=3)
    assert found.validation != gather(data, seed=4).validation


def test_a_group_larger_than_the_share_is_not_held_out(rows_file: Callable[..., Rows]) -> None:
    rows = [{"asked": f"질문 {n}", "said": "답", "split_group": "one"} for n in range(40)]
    found = gather(Data(train=(rows_file("rows.jsonl", rows),), held_out=0.2), seed=0)
    assert (len(found.train), len(found.validation)) == (40, 0)
    assert any("no group is as small as 20%" in note for note in found.notes)


def test_replay_is_the_share_of_all_rows(rows_file: Callable[..., Rows]) -> None:
    train = rows_file("train.jsonl", [{"asked": f"질문 {n}", "said": "답"} for n in range(90)])
    general = rows_file("general.jsonl", [{"asked": f"물음 {n}", "said": "말"} for n in range(40)])
    found = gather(Data(train=(train,), held_out=0, replay=(general,), replay_share=0.1), seed=0)
    assert (len(found.train), len(found.replay)) == (90, 10)
    assert len({one.id for one in found.replay}) == 10
    again = gather(Data(train=(train,), held_out=0, replay=(general,), replay_share=0.1), seed=1)
    assert found.replay != again.replay
    scarce = gather(Data(train=(train,), held_out=0, replay=(general,), replay_share=0.5), seed=0)
    assert len(scarce.replay) == 40
    assert any("replay has 40 of the 90 rows" in note for note in scarce.notes)


def test_the_record_counts_what_is_replayed_of_each_input(rows_file: Callable[..., Rows]) -> None:
    train = rows_file("train.jsonl", [{"asked": f"질문 {n}", "said": "답"} for n in range(30)])
    pools = [
        rows_file(f"{name}.jsonl", [{"asked": f"{name} {n}", "said": "말"} for n in range(40)])
        for name in ("first", "second")
    ]
    data = Data(train=(train,), held_out=0, replay=tuple(pools), replay_share=0.25)
    found = gather(data, seed=0)
    described = [one for one in found.sources if one["part"] == "replay"]
    assert [one["rows"] for one in described] == [40, 40]
    drawn = [sum(one.source == name for one in found.replay) for name in ("first", "second")]
    assert [one["drawn"] for one in described] == drawn
    assert sum(drawn) == 10
    assert [sum(source["rows"] for source in one["sources"]) for one in described] == drawn
    assert "drawn" not in found.sources[0]


def test_what_leaked_does_not_count_for_the_share_of_replay(rows_file: Callable[..., Rows]) -> None:
    train = rows_file("train.jsonl", [{"asked": f"질문 {n}", "said": "답"} for n in range(100)])
    general = rows_file("general.jsonl", [{"asked": f"물음 {n}", "said": "말"} for n in range(40)])
    data = Data(train=(train,), held_out=0, replay=(general,), replay_share=0.1)
    evaluated = [*read_rows(train, "test").examples[:10], *read_rows(general, "test").examples[:30]]
    found = gather(data, 0, evaluated)
    assert (len(found.train), len(found.replay), found.leaked) == (90, 10, 40)
    assert not {one.id for one in evaluated} & {one.id for one in (*found.train, *found.replay)}
    nothing = gather(data, 0, read_rows(general, "test").examples)
    assert (len(nothing.train), nothing.replay, nothing.leaked) == (100, [], 40)
    assert any("replay has 0 of the 11 rows" in note for note in nothing.notes)


def test_superni_tasks_are_encoded_as_in_the_paper(corpora: Path) -> None:
    path = corpora / "superni" / "tasks" / "task1146_country_capital.json"
    task = json.loads(path.read_text("utf-8"))
    read = read_rows(Rows(path=str(path), format="superni"), "train")
    assert read.sha256 == sha256_of(path)
    assert [one.references for one in read.examples] == [tuple(one["output"]) for one in task["Instances"]]
    first = read.examples[0]
    asked = first.messages[0].content
    assert asked.startswith(f"Definition: {task['Definition'][0].strip()}")
    assert all(f"Input: {one['input']}" in asked for one in task["Positive Examples"][:2])
    assert asked.endswith(f"Input: {task['Instances'][0]['input']}.\nOutput:")
    assert first.messages[1].content == task["Instances"][0]["output"][0]
    assert first.task == "task1146_country_capital"
    evaluated = read_rows(Rows(path=str(path), format="superni"), "test").examples
    assert evaluated == read.examples[:100]
    folder = Rows(path=str(path.parent), format="superni", tasks=("task1146*", "task1317*"))
    assert {one.task for one in read_rows(folder, "train").examples} == {
        "task1146_country_capital",
        "task1317_country_calling_code",
    }


def test_rows_that_say_the_same_as_a_held_back_one_leak(rows_file: Callable[..., Rows]) -> None:
    long = "회의실은 사내 포털에서 예약하고 끝나면 불을 끄고 나온다"
    held_rows = [
        {"asked": "연차는 며칠?", "said": "15일"},
        {"asked": "회의실은?", "said": long},
        {"asked": f"줄여라.\n\n{long}", "said": "예약", "definition": "줄여라."},
        {"asked": "기분은?", "said": "좋음", "label_space": ["좋음", "나쁨"]},
        {"asked": "더해라.\n\n3과 4", "said": "7", "definition": "더해라.", "task": "sums"},
    ]
    rows = [
        {"asked": "연차는  며칠", "said": "모른다"},  # the question, written otherwise
        {"asked": "어디서 모이나?", "said": f"{long}."},  # a long answer
        {"asked": f"영어로.\n\n{long}", "said": "Book", "definition": "영어로."},  # the input of another task
        {"asked": "날씨는?", "said": "좋음", "label_space": ["좋음", "나쁨"]},  # the label alone is no leak
        {"asked": "나이는?", "said": "15일"},  # nor is a short answer
        {"asked": "합은?\n\n3과 4", "said": "일곱", "definition": "합은?", "task": "sums"},  # another wording
        {"asked": "곱은?\n\n3과 4", "said": "열둘", "definition": "곱은?", "task": "products"},
    ]
    held = read_rows(rows_file("held.jsonl", held_rows), "test").examples
    examples = read_rows(rows_file("rows.jsonl", rows), "train").examples
    assert leaked(examples, held) == {0, 1, 2, 5}
    assert leaked(examples, []) == set()
