"""Question_pair: which label means the same question, and what identical questions say about it."""

import csv

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, recoveries, turns

TRAIN = "id,qid1,qid2,question1,question2,is_duplicate\r\n"
TEST = "\ufefftest_id,question1,question2,is_duplicate,\r\n"
SHUFFLED = "question1\tquestion2\tis_duplicate\n"
LABELS = ("같은 질문", "다른 질문")
DEFINITION = (
    "두 질문이 같은 뜻인지 판단한다. 표현이나 어순이 달라도 묻는 내용이 같으면 '같은 질문', "
    "그렇지 않으면 '다른 질문'이라고 답한다."
)


def pair(first: str, second: str, answer: str, **attributes: str):
    return instruction(
        "question_pair",
        DEFINITION,
        f"질문 1: {first}\n질문 2: {second}",
        [answer],
        group=" ".join(first.split()),
        labels=LABELS,
        **attributes,
    )


def test_the_label_is_the_inverse_of_its_name(read_bytes):
    content = TRAIN + '7,13,14,밥 먹었어?,"밥은, 먹었니?",0\r\n8,15,16,밥 먹었어?,잘 잤어?,1\r\n'
    outcome = read_bytes("question_pair", content.encode())
    first, second = (row.record for row in outcome.rows)
    assert first == pair("밥 먹었어?", "밥은, 먹었니?", "같은 질문", label="0", id="7", qid1="13", qid2="14")
    assert second == pair("밥 먹었어?", "잘 잤어?", "다른 질문", label="1", id="8", qid1="15", qid2="16")
    assert outcome.notes == {
        "input: labels": "0 is the same question, against the column's name is_duplicate",
        "input: pairs of identical questions": "none",
    }


def test_identical_questions_labelled_as_different_are_the_same(read_bytes):
    content = SHUFFLED + "잘 자\t잘 자\t0\n사랑하고싶어\t사랑하고 싶어\t0\n뭐 해?\t뭐 해?\t1\n"
    outcome = read_bytes("question_pair", content.encode())
    assert [answer for _, answer in turns(outcome.rows)] == ["같은 질문"] * 3
    assert [row.record.attributes for row in outcome.rows] == [{"label": "0"}, {"label": "0"}, {"label": "1"}]
    assert recoveries(outcome.rows) == {4: "identical questions labelled as different"}
    assert outcome.notes["input: pairs of identical questions"] == "2 labelled 0, 1 labelled 1"


def test_a_table_with_the_plain_meaning_is_told_by_its_identical_questions(read_bytes):
    content = (
        SHUFFLED + "잘 자\t안녕\t0\n잘 자\t잘 자\t1\n뭐 해?\t뭐 하니?\t1\n뭐 해?\t뭐 해?\t1\n안녕\t안녕\t0\n"
    )
    outcome = read_bytes("question_pair", content.encode())
    assert [answer for _, answer in turns(outcome.rows)] == ["다른 질문", *["같은 질문"] * 4]
    assert recoveries(outcome.rows) == {6: "identical questions labelled as different"}
    assert outcome.notes == {
        "input: labels": "1 is the same question",
        "input: pairs of identical questions": "1 labelled 0, 2 labelled 1",
    }


def test_the_column_without_a_name_and_tabs_in_a_question_are_kept(read_bytes):
    content = TEST + '1,밥 먹었어?,"밥은 먹었니?\t\t",0,\r\n2,갈까,가자,0,1\r\n'
    outcome = read_bytes("question_pair", content.encode())
    assert [row.record.attributes for row in outcome.rows] == [
        {"label": "0", "test_id": "1"},
        {"label": "0", "test_id": "2", "column 5": "1"},
    ]
    assert outcome.rows[0].record.messages[0].content.endswith("밥은 먹었니?\t\t")


def test_quotes_stand_around_fields_between_tabs_too(read_bytes):
    outcome = read_bytes("question_pair", (SHUFFLED + '"그는 ""나야""라고 해"\t누구야?\t1\n').encode())
    assert turns(outcome.rows) == [('질문 1: 그는 "나야"라고 해\n질문 2: 누구야?', "다른 질문")]


def test_malformed_rows(read_bytes):
    content = SHUFFLED + "가\t나\t2\n가\t나\n\t나\t1\n가\t \t0\n\n가\t나\t1 \n가\t나\t" + "1" * 99 + "\n"
    outcome = read_bytes("question_pair", content.encode())
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (2, "the label '2' is none of 0, 1"),
        (3, "2 columns instead of 3"),
        (4, "the first question is empty"),
        (5, "the second question is empty"),
        (8, "the label has 99 characters"),
    ]
    assert recoveries(outcome.rows) == {7: "blanks around the label"}
    assert outcome.notes["input: blank lines"] == "1"


def test_another_header_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not begin with the header id, qid1") as refused:
        read_bytes("question_pair", b"question1,question2\na,b\n", name="pairs.csv")
    assert refused.value.where == "pairs.csv:1"


@pytest.mark.parametrize(
    ("name", "count", "identical", "contradicted"),
    [
        ("kor_pair_train.csv", 6888, "945 labelled 0, 2 labelled 1", [2201, 5344]),
        ("kor_Pair_test.csv", 688, "7 labelled 0", []),
        ("train.txt", 6136, "766 labelled 0, 1 labelled 1", [904]),
        ("validation.txt", 682, "79 labelled 0", []),
    ],
)
def test_real_tables(read, corpora, name, count, identical, contradicted):
    path = corpora / "question_pair" / name
    outcome = read("question_pair", path)
    assert (len(outcome.rows), outcome.bad) == (count, [])
    assert outcome.notes == {
        f"{name}: labels": "0 is the same question, against the column's name is_duplicate",
        f"{name}: pairs of identical questions": identical,
    }
    assert list(recoveries(outcome.rows)) == contradicted
    with path.open(encoding="utf-8-sig", newline="") as file:
        truth = list(csv.DictReader(file, delimiter="\t" if name.endswith("txt") else ","))
    assert turns(outcome.rows) == [
        (
            f"질문 1: {row['question1']}\n질문 2: {row['question2']}",
            LABELS[0] if number in contradicted else LABELS[int(row["is_duplicate"])],
        )
        for number, row in enumerate(truth, 2)
    ]


def test_first_and_last_of_real_tables(read, corpora):
    outcome = read("question_pair", corpora / "question_pair/kor_pair_train.csv")
    assert outcome.rows[0].record == pair(
        "1000일 만난 여자친구와 이별", "10년 연예의끝", "다른 질문", label="1", id="1", qid1="1", qid2="2"
    )
    assert outcome.rows[-1].record == pair(
        "sns에서 다른 이성이랑 대화하는걸 보니 화가 나",
        "가슴에 구멍이 너무 커.",
        "다른 질문",
        label="1",
        id="6888",
        qid1="13775",
        qid2="13776",
    )
    outcome = read("question_pair", corpora / "question_pair/kor_Pair_test.csv")
    assert [row.where.line for row in outcome.rows if "column 5" in row.record.attributes] == [685]
    assert outcome.rows[-1].record == pair(
        "AI도 감정 있나?", "이런 감정은 처음인데 설레네", "다른 질문", label="1", test_id="688"
    )
    outcome = read("question_pair", corpora / "question_pair/train.txt")
    assert outcome.rows[0].record == pair(
        *["여자친구가 데이트 시간을 너무 안 지켜."] * 2, "같은 질문", label="0"
    )
    assert outcome.rows[-1].record == pair("땅 사면 좋겠다.", "땅이나 살까", "같은 질문", label="0")
