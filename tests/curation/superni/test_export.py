"""Labelled corpora become tasks of today's schema, which are read back as they were."""

from collections import Counter

import pytest

from curation.errors import ConfigurationError, UserError
from curation.progress import Quiet
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import Row
from curation.superni.checks import read_task
from curation.superni.export import WORDINGS, Export, corpus_files, write_tasks
from curation.superni.ordering import chosen
from curation.tasks.spec import task as task_spec

PARAGRAPH = "말모이는 국어사전 원고이다. {n}번째 쪽에 그림이 있다."


@pytest.fixture
def boolq(tmp_path):
    """150 True and 60 False about paragraphs of our own, one of them twice with both answers."""
    rows = [f"{n}\t{PARAGRAPH.format(n=n)}\t그림이 있는가?\t{n % 7 < 5}" for n in range(210)]
    rows.append(f"210\t{PARAGRAPH.format(n=3)}\t그림이 있는가?\tFalse")
    rows.append("211\t본문\t질문\t아마도")
    path = tmp_path / "BoolQ_dev.tsv"
    path.write_text("ID\tText\tQuestion\tAnswer\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def exported(path, reader="kobest_boolq", wordings=WORDINGS, **keys):
    maker = Export(READERS[reader], **keys)
    files = corpus_files(READERS[reader], [path])
    return list(maker.tasks(files, wordings, Quiet())), maker


def records(reader, path, **options):
    """What a reader gives of a file."""
    items = READERS[reader].read(SourceFile(path, path.name), READERS[reader].options(**options))
    return [item.record for item in items if isinstance(item, Row)]


def turns(record):
    return tuple((message.role, message.content) for message in record.messages)


def test_a_task_for_each_wording(boolq):
    made, maker = exported(boolq)
    assert maker.quarantined == 1
    assert [(one.task.name, one.rows, one.merged, one.over_limit) for one in made] == [
        ("task9100_kobest_boolq_wording0", 211, 1, 0),
        ("task9101_kobest_boolq_wording1", 211, 1, 0),
        ("task9102_kobest_boolq_wording2", 211, 1, 0),
    ]
    spec = task_spec("kobest_boolq")
    for wording, one in enumerate(made):
        assert one.task.definition == (spec.definition[wording],)
        assert one.task.positive[0].input == spec.rendered(spec.positive[0].fields, wording)
        assert one.task.positive[0].explanation == spec.positive[0].explanation
        assert one.task.instance_licence == ("CC-BY-SA-4.0",)
        assert one.task.instruction_language == ("Korean",)
        assert len(one.task.instances) == 210
    twice = [one for one in made[0].task.instances if len(one.outputs) > 1]
    assert [(one.input, set(one.outputs)) for one in twice] == [
        (spec.rendered({"text": PARAGRAPH.format(n=3), "question": "그림이 있는가?"}), {"True", "False"})
    ]


def test_the_first_hundred_have_as_many_of_each_label(boolq):
    (only,), _ = exported(boolq, wordings=(0,))
    assert Counter(min(one.outputs) for one in only.task.instances[:100]) == {"True": 50, "False": 50}
    assert len(only.task.instances) == 210


def test_written_and_read_back_it_is_identical(boolq, tmp_path):
    made, _ = exported(boolq)
    written = write_tasks(made, tmp_path / "tasks")
    assert [one["instances"] for one in written] == [210, 210, 210]
    for wording, one in enumerate(made):
        path = tmp_path / "tasks" / f"{one.task.name}.json"
        assert read_task(SourceFile(path, path.name)) == (one.task, [])
        rows = records("kobest_boolq", boolq, template=wording)
        corpus = {turns(row): row for row in rows}
        read_back = records("superni", path)
        assert len(read_back) == 210
        for record in read_back:
            row = corpus[turns(record)]
            assert record.definition == row.definition
            if len(record.references) == 1:  # the others are one row with two answers
                assert record.references == row.references


@pytest.mark.parametrize(
    ("reader", "path"),
    [
        ("kobest_copa", "kobest/COPA_dev.tsv"),
        ("kobest_wic", "kobest/WiC_dev.tsv"),
        ("question_pair", "question_pair/kor_Pair_test.csv"),
        ("klue_nli", "klue/klue-nli-v1.1_dev.json"),
        ("klue_sts", "klue/klue-sts-v1.1_dev.json"),
        ("korsts", "kornlu/sts-dev.tsv"),
        ("beep", "korean_hate_speech/labeled/dev.tsv"),
        ("kote", "kote/val.tsv"),
        ("kommongen", "kommongen/kommongen_dev.json"),
        ("xpersona", "xpersona"),
        ("conllu", "ud/ko_gsd-ud-dev.conllu"),
        ("korean_parallel", "korean_parallel"),
    ],
)
def test_real_corpora_are_read_back_as_they_were_written(corpora, tmp_path, reader, path):
    (made,), maker = exported(corpora / path, reader, wordings=(0,))
    assert maker.quarantined == 0
    (written,) = write_tasks([made], tmp_path)
    counts = (written["instances"], written["merged"], written["examples"], written["over_limit"])
    assert sum(counts) == written["rows"]
    file = tmp_path / f"{made.task.name}.json"
    assert read_task(SourceFile(file, file.name)) == (made.task, [])
    rows = records("superni", file)
    assert [row.references for row in rows] == [one.outputs for one in made.task.instances]
    assert [row.messages[0].content for row in rows] == [one.input for one in made.task.instances]
    assert {row.definition for row in rows} == set(made.task.definition)


def test_every_id_begins_with_the_number_and_is_its_own(boolq):
    (only,), _ = exported(boolq, wordings=(1,), number=42)
    assert only.task.name == "task042_kobest_boolq_wording1"
    ids = [one.id for one in only.task.instances]
    assert len(set(ids)) == 210
    assert all(len(one) == len("task042-") + 32 and one.startswith("task042-") for one in ids)


def test_the_limit_takes_of_each_label_alike(boolq):
    (only,), _ = exported(boolq, wordings=(0,), most=100)
    assert (len(only.task.instances), only.over_limit) == (100, 110)
    assert Counter(min(one.outputs) for one in only.task.instances) == {"True": 50, "False": 50}


def test_the_seed_decides_and_not_the_order_of_rows(boolq, tmp_path):
    turned = tmp_path / "turned" / boolq.name
    turned.parent.mkdir()
    header, *rows = boolq.read_text("utf-8").splitlines()
    turned.write_text("\n".join([header, *reversed(rows)]) + "\n", "utf-8")

    def inputs(path, seed):
        return [one.input for one in exported(path, wordings=(0,), seed=seed)[0][0].task.instances]

    assert inputs(boolq, 1) == inputs(turned, 1)
    assert inputs(boolq, 1) != inputs(boolq, 2)


def test_an_instance_that_is_an_example_is_left_out(boolq):
    fields = task_spec("kobest_boolq").positive[0].fields
    with boolq.open("a", encoding="utf-8") as stream:
        stream.write(f"300\t{fields['text']}\t{fields['question']}\tFalse\n")
    (only,), _ = exported(boolq, wordings=(0,))
    assert (only.examples, only.rows, len(only.task.instances)) == (1, 212, 210)


def test_labels_take_turns_while_they_last():
    labels = ["가"] * 6 + ["나"] * 3 + ["다"]
    inputs = [str(number) for number in range(10)]
    taken = chosen(inputs, labels, seed=0, most=7)
    assert Counter(labels[int(one)] for one in taken) == {"가": 3, "나": 3, "다": 1}
    assert {labels[int(one)] for one in taken[:3]} == {"가", "나", "다"}
    assert sorted(chosen(inputs, labels, seed=0, most=99)) == inputs


def test_options_of_the_reader_choose_the_task(corpora):
    path = corpora / "korean_hate_speech/labeled/dev.tsv"
    names = {
        label: exported(path, "beep", wordings=(0,), options={"task": label})[0][0].task.name
        for label in ("hate", "bias")
    }
    assert names == {"hate": "task9100_beep_hate_wording0", "bias": "task9100_beep_bias_wording0"}


@pytest.mark.parametrize(
    ("reader", "options", "what"),
    [
        ("petitions", {}, "makes no tasks"),
        ("kobest_boolq", {"colour": "red"}, "does not take this option"),
    ],
)
def test_wrong_readers_and_options_are_refused(boolq, reader, options, what):
    with pytest.raises(ConfigurationError, match=what):
        exported(boolq, reader, options=options)


def test_a_file_without_a_row_is_an_error(tmp_path):
    path = tmp_path / "BoolQ_dev.tsv"
    path.write_text("ID\tText\tQuestion\tAnswer\n", "utf-8")
    with pytest.raises(UserError, match="no row of a task"):
        exported(path)


def test_a_reader_that_gives_texts_unless_asked_says_how_to_ask(corpora):
    path = corpora / "nsmc/nsmc_from_raw_train_24k.txt"
    with pytest.raises(UserError, match="no row of a task") as refused:
        exported(path, "nsmc", wordings=(0,))
    assert refused.value.fix.endswith("--option record=instruction")
    (only,), _ = exported(path, "nsmc", wordings=(0,), options={"record": "instruction"})
    assert only.task.name == "task9100_nsmc_wording0"
    assert Counter(min(one.outputs) for one in only.task.instances[:100]) == {"긍정": 50, "부정": 50}
    assert Counter(min(one.outputs) for one in only.task.instances) == {"긍정": 3250, "부정": 3250}


def test_files_of_a_folder_by_their_ending(boolq, tmp_path):
    (tmp_path / "notes.md").write_text("x", "utf-8")
    assert [file.name for file in corpus_files(READERS["kobest_boolq"], [tmp_path])] == ["BoolQ_dev.tsv"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=r"end with \.tsv"):
        Export(READERS["kobest_boolq"]).tasks(
            corpus_files(READERS["kobest_boolq"], [tmp_path / "empty"]), (0,), Quiet()
        )


def test_real_boolq_is_balanced_and_whole(corpora):
    (only,), maker = exported(corpora / "kobest/BoolQ_dev.tsv", wordings=(0,))
    assert (only.rows, len(only.task.instances), maker.quarantined) == (700, 700, 0)
    assert set(Counter(one.outputs for one in only.task.instances[:100]).values()) == {50}
