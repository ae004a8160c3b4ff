"""What counts as kept, text by text."""

import pytest

from prompting.superni.translation.keeping import alike, faults_of, has_words, mentioned, names_of, stands
from prompting.superni.translation.wording import cleaned

# Its sentences differ in words that many languages need not tell apart.
REPEATING = "Sandra went to the garden. She walked into the orchard. Then the lady travelled to the yard."


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("It cost 1,000 won.", "천 원이 들었다."),
        ("It cost 1,000 won.", "1000원이 들었다."),
        ("It cost 1,200 won.", "천이백 원이 들었다."),
        ("Wait a second for two buses.", "잠깐 버스 두 대를 기다리세요."),
        ("In October 2012, 8.93 million people came.", "2012년 10월에 893만 명이 왔다."),
        ("- first apple\n- second pear", "- 첫 번째 사과\n- 두 번째 배"),
        ('{"text": "a red bus", "n": 3}', '{"text": "빨간 버스", "n": 3}'),
        ("(A) a bus (B) a tram", "(A) 버스 (B) 전차"),
        (
            "Mail a@example.com or see https://example.com/a_b.",
            "a@example.com 또는 https://example.com/a_b. 참고",
        ),
        # Particles follow without a blank.
        ("See https://example.com/a_b.", "https://example.com/a_b를 보세요."),
        ("See (https://example.com/?a=1) now.", "지금 (https://example.com/?a=1)을 보세요."),
        ("Mail a@example.com now.", "a@example.com으로 지금 보내세요."),
        ("It costs %s won.", "%s원입니다."),
        ("The A320 flew away.", "에어버스A320이 날아갔다."),
        ("The bus came at 10:05 on 2011-06-07.", "버스는 2011년 6월 7일 10시 5분에 왔다."),
        ("Anna Berg", "Anna Berg"),
        ("sentence: the bus __ late", "문장: 버스가 __ 늦었다"),
        (REPEATING, "Sandra는 뜰로 갔다. " * 4),
    ],
)
def test_what_is_kept(source, translation):
    assert faults_of(source, translation, "Korean", {}) == []


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("Room 020 is shut.", "20호실은 닫혔다.", "'020' is missing"),
        ("Call 010-1234-5678.", "10-1234-5678로 전화하세요.", "'010' is missing"),
        (
            "See https://example.com/a.",
            "https://example.com/b를 보세요.",
            "'https://example.com/a' is missing",
        ),
        ("Rooms 5 and 5 are shut.", "5호실은 닫혔다.", "number 5"),
        ("- an apple\n- a pear", "* 사과 하나\n* 배 하나", "2 lines, not 2, or other marks of a list"),
        ('{"text": "a red bus", "n": 3}', '{"글": "빨간 버스", "n": 3}', "other JSON"),
        ('{"text": "a red bus"}', '{"text": "빨간 버스"', "1 of '}', not 0"),
        ("(A) a bus (B) a tram", "(A) 버스 (나) 전차", "'(B)' is missing"),
        ("The [MASK] is late.", "[가림]이 늦는다.", "'[MASK]' is missing"),
        ("Run `ls -l` now.", "`목록`을 지금 실행한다.", "'`ls -l`' is missing"),
        ("Gate A4 is shut.", "탑승구가 닫혔다.", "'A4' is missing"),
        ("The bus is late.", "버스가 __ 늦는다.", "'__' is new"),
        ("the bus is late", "the bus is late", "not in Korean"),
        ("the bus is late", "���", "garbled"),
        ('["a bus"]', "[" * 100_000, "garbled"),
        ('["a bus"]', "[" * 900 + '"버스"' + "]" * 900, "garbled"),
    ],
)
def test_what_is_lost(source, translation, fault):
    assert fault in faults_of(source, translation, "Korean", {})


def test_names():
    text = (
        "Chemical bonds hold. Question: Did Anna Berg meet the Dane on Monday in May? Anna: yes, in English."
    )
    assert list(names_of(text)) == ["Anna", "Berg", "Dane"]


def test_what_has_no_words():
    assert [has_words(text) for text in ("A", "42", "+82", "[MASK]", "(B)", "_", '{"line": 3}', "yes")] == [
        *[False] * 7,
        True,
    ]


def test_a_syllable_may_be_a_word():
    assert has_words("예")
    assert has_words("是")
    assert faults_of("예", "예", "English", {}) == ["not in English"]


def test_labels_that_a_text_speaks_of():
    labels = {"yes": "예", "no": "아니요"}
    assert mentioned(labels, "Answer Yes or No.") == labels
    assert mentioned(labels, "There is no bus, say 'yes'.") == {"yes": "예", "no": "아니요"}
    assert mentioned(labels, "There is no bus.") == {}
    assert mentioned(labels, 'Write "no".') == {"no": "아니요"}
    assert mentioned({}, "Answer yes.") == {}


def test_a_word_stands_by_itself():
    assert stands("Rome", "To Rome's gates.")
    assert not stands("Rome", "Romeo is in rome.")
    assert stands("yes", "Yes!", in_any_case=True)


def test_labels_that_became_one():
    assert alike({"yes": "예", "Yes": "예", "no": "아니요"}) == []
    assert alike({"late": "지연", "slow": "지연", "no": "아니요"}) == ["late", "slow"]


@pytest.mark.parametrize(
    ("said", "source", "clean"),
    [
        (' "예" ', "yes", "예"),
        ("```\n예\n```", " yes ", " 예 "),
        ('```json\n{"a": "예"}\n```', '{"a": "yes"}', '{"a": "예"}'),
        ("```예```", "yes", "예"),
        ("예\n```", "yes", "예"),
        ("```\nls\n```", "```\nls\n```", "```\nls\n```"),
        ('"예"', '"yes"', '"예"'),
        ("'가'와 '나'", "a and b", "'가'와 '나'"),
    ],
)
def test_what_models_put_around(said, source, clean):
    assert cleaned(said, source) == clean
