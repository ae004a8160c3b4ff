"""Tasks translated by scripted models: one that is right, and what is caught of those that are not."""

import json
from dataclasses import replace

import pytest

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError, UserError
from curation.readers.base import SourceFile
from curation.superni.checks import read_task
from curation.superni.schema import task_bytes
from prompting.journal import Budget, CallJournal
from prompting.superni.calling import replies_of
from prompting.superni.translation.items import Target, items_of
from prompting.superni.translation.labels import check_words, labels_of, read_words
from prompting.superni.translation.review import read_review, write_review
from prompting.superni.translation.translating import Translator
from prompting.superni.translation.wording import TEXT
from prompting.superni.translation.writing import result_of, stale_files, write_tasks
from tests.prompting.superni.translators import KOREAN, TASK
from tests.prompting.superni.translators import Translator as Scripted

TARGET = Target("Korean", "ko", "translated into Korean by scripted")


def translated(model, *, words=None, reviewed=None, task=TASK):
    asked = lambda conversations, what: model(conversations)  # noqa: E731
    return Translator(asked, TARGET, words, reviewed).translate(task)


def faults(made):
    return {text.item.id.removeprefix(f"{TASK.name}/"): text.faults for text in made.texts if text.faults}


def test_a_right_translation_is_a_task_without_fault(tmp_path):
    model = Scripted()
    made = translated(model)
    assert faults(made) == {}
    assert made.labels == {"refund": "환불", "delay": "지연"}
    task = made.built.task
    assert (task.name, task.definition) == ("task21_ticket_classification_ko", (KOREAN[TASK.definition[0]],))
    assert {task.input_language, task.output_language, task.instruction_language} == {("Korean",)}
    assert task.source[-1] == "translated into Korean by scripted"
    assert [one.outputs for one in task.instances] == [(KOREAN[one.outputs[0]],) for one in TASK.instances]
    assert task.positive[0].output == "환불"
    # A name in Hangul is known again by what it becomes in English.
    assert "아나 베르그" in task.instances[0].input
    # JSON without words is not asked about; labels are asked about once, there and back.
    assert TASK.instances[2].input not in model.asked
    assert model.asked.count("refund") == model.asked.count("환불") == 1
    assert write_tasks([made], tmp_path) == []
    path = tmp_path / f"{task.name}.json"
    read, wrong = read_task(SourceFile(path, path.name))
    assert (read, wrong) == (task, [])
    assert path.read_bytes() == task_bytes(task)
    figures = result_of([made], ())
    assert (figures["texts"], figures["kept"], figures["faults"], figures["score"]) == (13, 13, {}, 100)


SPOILED = {
    "numbers": (
        lambda source, said: said.replace("1200", "").replace("50유로", "유로"),
        {"instances/1/input": ("number 1200",), "instances/5/input": ("number 50",)},
    ),
    "a number too many": (
        lambda source, said: said.replace("50유로", "50유로 7번"),
        {"instances/5/input": ("new number 7",)},
    ),
    "labels": (
        lambda source, said: said.replace("환불, 지연", "반환, 지연"),
        {"instances/1/input": ("'refund' is not '환불'",), "instances/2/input": ("'refund' is not '환불'",)},
    ),
    "placeholders": (
        lambda source, said: said.replace("{number}", "번호"),
        {"instances/2/input": ("'{number}' is missing", "1 of '{', not 0", "1 of '}', not 0")},
    ),
    "blanks": (
        lambda source, said: said.replace("_", "고장"),
        {"instances/4/input": ("'_' is missing",)},
    ),
    "lines": (
        lambda source, said: said.replace("문의: 저는", "문의:\n저는"),
        {"instances/1/input": ("2 lines, not 3, or other marks of a list",)},
    ),
    "language": (
        lambda source, said: source if source.startswith("It was due") else said,
        {"instances/6/input": ("not in Korean",)},
    ),
    "empty": (
        lambda source, said: "" if source.startswith("Please") else said,
        {"instances/5/input": ("empty",)},
    ),
    "loops": (
        lambda source, said: "50유로를 " * 40 if source.startswith("Please") else said,
        {"instances/5/input": ("looping",)},
    ),
    "refusal": (
        lambda source, said: "죄송하지만 도와드릴 수 없습니다." if source.startswith("Please") else said,
        {"instances/5/input": ("refusal",)},
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_lost_is_named_asked_thrice_and_left_out(name):
    spoil, expected = SPOILED[name]
    model = Scripted(spoil)
    made = translated(model)
    assert faults(made) == expected
    for at in expected:
        item = int(at.split("/")[1])
        assert model.asked.count(TASK.instances[item - 1].input) == 3
    left = [one for one in range(1, 7) if f"instances/{one}/input" not in expected]
    assert [one.id for one in made.built.task.instances] == [f"task21-{number}" for number in left]
    assert (made.built.left_out, len(made.built.task.instances)) == (len(expected), len(left))


def test_a_name_that_is_lost_is_named():
    model = Scripted()
    model.words[KOREAN[TASK.instances[0].input]] = "I paid them 1,200 won. Options: refund, delay"
    made = translated(model)
    assert faults(made) == {"instances/1/input": ("name Anna", "name Berg")}
    assert made.built.left_out == 1


def test_the_second_try_is_told_what_was_wrong():
    told = []

    def ask(conversations, what):
        told.extend(turns[-1].content for turns in conversations if len(turns) > 1)
        spoiled = Scripted(lambda source, said: said.replace("50", ""))
        return [(spoiled if len(turns) == 1 else Scripted()).say(turns) for turns in conversations]

    made = Translator(ask, TARGET).translate(TASK)
    assert told == ["That translation is wrong: number 50. Reply with a correct translation alone."]
    assert len(made.built.task.instances) == 6


def test_a_label_that_is_not_kept_means_no_task():
    made = translated(Scripted(lambda source, said: "환불" if source == "delay" else said))
    assert faults(made) == {
        "label/1": ("another label is called so",),
        "label/2": ("another label is called so",),
    }
    assert made.built.task is None
    assert made.built.reason == "the label 'refund' has no translation that stands"
    english = translated(Scripted(lambda source, said: source))
    assert english.built.task is None
    assert set(result_of([english], ())["faults"]) == {"in another language"}


def test_a_model_that_goes_away_is_asked_again_and_nothing_twice(tmp_path):
    model = Scripted()
    gone = ModelUnavailableError("The server is away.")

    def fails(conversations, seeds):
        (turns,) = conversations
        return [gone if "50" in turns[0].content else model.say(turns)]

    def run(sampler):
        with CallJournal(tmp_path / "calls.jsonl") as journal:
            ask = lambda turns, what: journal.ask(sampler, turns, [0] * len(turns), {"model": "m"})  # noqa: E731
            made = Translator(ask, TARGET).translate(TASK)
            return made, journal.spent

    first, paid = run(fails)
    assert faults(first) == {"instances/5/input": ("failed: The server is away.",)}
    assert (len(first.built.task.instances), result_of([first], ())["failed"]) == (5, 1)
    second, paid_again = run(lambda conversations, seeds: model(conversations))
    assert faults(second) == {}
    assert paid_again == 2  # one there and one back
    assert len(model.asked) == len(set(model.asked)) == paid + paid_again


def test_a_person_decides(tmp_path):
    model = Scripted(SPOILED["numbers"][0])
    path = tmp_path / "review.tsv"
    first = translated(model)
    write_review(path, first.texts)
    assert read_review(path) == {}  # nobody touched it
    lines = path.read_text("utf-8").replace(
        "\t유로를 돌려주세요.\tnumber 50", "\t50 유로를 돌려주세요.\tnumber 50"
    )
    lines = lines.replace("승강기가 3일 동안 _.\t\t100.0\t\t", "승강기가 3일 동안 _.\t\t100.0\tdrop\t")
    path.write_text(lines, "utf-8")
    reviewed = read_review(path)
    assert {at.partition("/")[2]: (one.translation, one.decision) for at, one in reviewed.items()} == {
        "instances/4/input": ("승강기가 3일 동안 _.", "drop"),
        "instances/5/input": ("50 유로를 돌려주세요.", "keep"),
    }
    second = translated(model, reviewed=reviewed)
    assert [one.id for one in second.built.task.instances] == ["task21-2", "task21-3", "task21-5", "task21-6"]
    assert second.built.task.instances[2].input == "50 유로를 돌려주세요."
    figures = result_of([second], [*reviewed, "task99/definition"])
    assert (figures["kept_in_review"], figures["dropped_in_review"], figures["unknown_in_review"]) == (
        1,
        1,
        1,
    )
    # Written again, it says the same.
    write_review(path, second.texts)
    assert read_review(path) == reviewed


def test_a_persons_labels_and_names(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text(f'labels:\n  {TASK.name}:\n    "refund": 돌려받기\nnames:\n  Oslo: 오슬로\n', "utf-8")
    words = read_words(path)
    check_words(path, words, {TASK.name: labels_of(TASK)})
    model = Scripted(
        words={
            text: called.replace("환불", "돌려받기").replace("Oslo", "오슬로")
            for text, called in KOREAN.items()
        }
    )
    made = translated(model, words=words)
    assert made.labels == {"refund": "돌려받기", "delay": "지연"}
    assert "refund" not in model.asked
    assert faults(made) == {}
    kept = translated(Scripted(), words=words)
    assert faults(kept)["instances/2/input"] == ("'refund' is not '돌려받기'", "'Oslo' is not '오슬로'")
    for wrong, what in (('"refunds": 환불', "no label"), ("no: 아니요", "put it in quotes")):
        path.write_text(f"labels:\n  {TASK.name}:\n    {wrong}\n", "utf-8")
        with pytest.raises(ConfigurationError, match=what) as refused:
            check_words(path, read_words(path), {TASK.name: labels_of(TASK)})
        assert refused.value.where == f"{path}:3"


def test_what_is_not_translated():
    korean = replace(TASK, input_language=("Korean",), output_language=("Korean",))
    assert translated(Scripted(), task=korean).built.reason == "it is in Korean already"
    two = replace(TASK, output_language=("French",))
    assert translated(Scripted(), task=two).built.reason == "it is about 2 languages (English, French)"
    json.dumps(result_of([translated(Scripted(), task=two)], ()))
    model = Scripted()
    assert (
        translated(model, task=replace(TASK, instances=())).built.reason
        == "it has no instance that can be read"
    )
    assert model.asked == []


def test_instructions_are_translated_from_their_own_language():
    told = []

    def ask(conversations, what):
        told.extend(turns[0].content for turns in conversations)
        return Scripted()(conversations)

    french = replace(TASK, input_language=(), output_language=("French",))
    Translator(ask, TARGET).translate(french)
    begins = {text.partition(TEXT)[2]: text.partition(".")[0] for text in told}
    assert begins[TASK.definition[0]] == "Translate the text below from English into Korean"
    assert begins["They paid twice."] == begins[TASK.definition[0]]
    assert begins[KOREAN[TASK.definition[0]]] == "Translate the text below from Korean into English"
    assert begins["Please send 50 euros back."] == "Translate the text below from French into Korean"
    old = replace(french, instruction_language=())
    assert [one.language for one in items_of(old, [])][:2] == ["English", "French"]


def test_a_file_of_an_earlier_run_is_named(tmp_path):
    made = translated(Scripted())
    write_tasks([made], tmp_path)
    assert stale_files([made], TARGET, tmp_path) == []
    unmade = translated(Scripted(lambda source, said: source))
    assert stale_files([unmade], TARGET, tmp_path) == ["task21_ticket_classification_ko.json"]
    assert stale_files([unmade], TARGET, tmp_path / "other") == []


def test_a_budget_that_runs_out_leaves_what_was_paid(tmp_path):
    model = Scripted()

    def run(calls):
        with CallJournal(tmp_path / "calls.jsonl", Budget(calls)) as journal:
            sampler = lambda turns, seeds: model(turns)  # noqa: E731
            ask = lambda turns, what: replies_of(turns, sampler, journal, {"model": "m"})  # noqa: E731
            return Translator(ask, TARGET).translate(TASK), journal.spent

    first, paid = run(6)  # two labels there and back, and two texts there
    assert (paid, len(first.texts), first.built.task) == (6, 13, None)
    assert sum(text.failed for text in first.texts) == 10  # one text has no words
    assert "budget of 6 calls" in first.texts[4].faults[0]
    second, paid_again = run(None)
    assert faults(second) == {}
    assert len(model.asked) == len(set(model.asked)) == paid + paid_again


def test_what_was_said_before_the_budget_ran_out_is_there_to_read():
    spoiled = Scripted(lambda source, said: said.replace("50유로", "유로"))

    def ask(conversations, what):
        spent = UserError("The budget of 20 calls is spent.")
        return [spoiled.say(turns) if len(turns) == 1 else spent for turns in conversations]

    made = Translator(ask, TARGET).translate(TASK)
    told = {text.item.id.rpartition("/instances/")[2]: text for text in made.texts}["5/input"]
    assert told.faults == ("number 50", "failed: The budget of 20 calls is spent.")
    assert (told.translation, told.model) == ("유로를 돌려주세요.", "유로를 돌려주세요.")
    assert told.failed
    assert not told.kept
    assert made.built.left_out == 1
