"""paraKQC: ten lines are one cluster, and nothing else says so."""

from collections import Counter

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, split_lines

DEFINITION = "주어진 질문이나 명령을 뜻은 그대로 두고 다른 말로 바꾸어 한 문장으로 쓴다."


def lines(*clusters: list[str], codes: str = "0\t1") -> list[bytes]:
    return [f"{codes}\t{sentence}".encode() for cluster in clusters for sentence in cluster]


MAIL = [f"메일 {number}통 왔어?" for number in range(10)]
NOON = [f"{number}시에 깨워" for number in range(10)]


def paraphrase(sentence: str, wordings: list[str], cluster: int, topic: str, intent: str):
    return instruction(
        "parakqc",
        DEFINITION,
        f"문장: {sentence}",
        wordings,
        group=str(cluster),
        topic=topic,
        intent=intent,
        cluster=str(cluster),
    )


def test_the_next_sentence_is_learned_and_all_others_are_right(read_bytes):
    outcome = read_bytes("parakqc", b"\r\n".join(lines(MAIL, NOON)))
    assert outcome.rows[0].record == paraphrase(MAIL[0], MAIL[1:], 1, "0", "1")
    assert outcome.rows[9].record == paraphrase(MAIL[9], MAIL[:9], 1, "0", "1")
    assert outcome.rows[15].record == paraphrase(NOON[5], NOON[6:] + NOON[:5], 2, "0", "1")
    assert Counter(row.record.references[0] for row in outcome.rows) == Counter(MAIL + NOON)
    assert len({row.record.split_group for row in outcome.rows}) == 2
    assert outcome.notes == {"input: clusters": "2"}


def test_an_unreadable_line_keeps_its_place(read_bytes):
    content = lines(MAIL, NOON)
    content[3] = b"0\t1\t\xff\xfe\xff"
    content[4] = b""
    outcome = read_bytes("parakqc", b"\n".join(content))
    assert [bad.where.line for bad in outcome.bad] == [4, 5]
    assert outcome.rows[3].record == paraphrase(MAIL[5], MAIL[6:] + MAIL[:3], 1, "0", "1")
    assert outcome.rows[8].record == paraphrase(NOON[0], NOON[1:], 2, "0", "1")
    assert outcome.covered == list(range(1, 21))


def test_a_sentence_that_stands_twice_is_no_other_wording(read_bytes):
    outcome = read_bytes(
        "parakqc", b"\n".join(lines(["불 꺼", "불 꺼", "전등 꺼 줘", "불 꺼 줘", "전등 꺼 줘"]))
    )
    assert [row.record.references for row in outcome.rows] == [
        ("전등 꺼 줘", "불 꺼 줘"),
        ("전등 꺼 줘", "불 꺼 줘"),
        ("불 꺼 줘", "불 꺼"),
        ("전등 꺼 줘", "불 꺼"),
        ("불 꺼", "불 꺼 줘"),
    ]


def test_a_sentence_without_another_wording_is_quarantined(read_bytes):
    outcome = read_bytes("parakqc", b"\n".join(lines(MAIL, ["불 꺼"])))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(11, "no other wording in its cluster")]


def test_clusters_out_of_step_are_quarantined(read_bytes):
    content = lines(MAIL)[1:] + lines(NOON, codes="1\t3")
    outcome = read_bytes("parakqc", b"\n".join(lines(MAIL) + content))
    assert len(outcome.rows) == 10 + 9
    assert [bad.where.line for bad in outcome.bad] == list(range(11, 21))
    assert {bad.error for bad in outcome.bad} == {"the lines of its cluster differ in topic or intent"}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("4\t0\t불 꺼", "the topic is none of 0, 1, 2, 3"),
        ("0\t불\t꺼", "the intent is none of 0, 1, 2, 3"),
        ("0\t0\t ", "the sentence is empty"),
        ("0\t0", "2 columns instead of 3"),
    ],
)
def test_malformed_lines(read_bytes, line, error):
    outcome = read_bytes("parakqc", b"\n".join([*lines(MAIL, MAIL[:2]), line.encode()]))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(13, error)]


def test_another_table_is_refused(read_bytes):
    with pytest.raises(
        UserError, match="does not hold a topic, an intent and a sentence: 2 columns"
    ) as refused:
        read_bytes("parakqc", "0\t만화\n0\t약\n".encode(), name="fci.txt")
    assert refused.value.where == "fci.txt:1"


def test_for_real(read, corpora):
    path = corpora / "parakqc/paraKQC_v1.txt"
    outcome = read("parakqc", path)
    assert (len(outcome.rows), outcome.bad) == (10000, [])
    assert outcome.notes == {"paraKQC_v1.txt: clusters": "1000"}
    assert not any(row.recovery for row in outcome.rows)
    assert set(Counter(row.record.split_group for row in outcome.rows).values()) == {10}
    assert Counter(len(row.record.references) for row in outcome.rows) == {9: 9950, 8: 50}
    truth = split_lines(path)
    for start in range(0, 10000, 10):
        sentences = {sentence for _, _, sentence in truth[start : start + 10]}
        for row, (topic, intent, sentence) in zip(
            outcome.rows[start:], truth[start : start + 10], strict=False
        ):
            assert {*row.record.references, sentence} == sentences
            assert row.record.messages[0].content == f"문장: {sentence}"
            assert (row.record.attributes["topic"], row.record.attributes["intent"]) == (topic, intent)


def test_first_and_last_for_real(read, corpora):
    rows = read("parakqc", corpora / "parakqc/paraKQC_v1.txt").rows
    mails = [
        "메일을 다 비울까 아니면 안읽은 것만 지울까?",
        "메일 중에 안읽은 것만 지울까? 다 지울까?",
        "안읽은 메일만 지워 다지워?",
        "다 지울까 안읽은 메일만 지울까?",
        "전체를 비울까 안읽은 것만 비울까?",
        "안읽은 메일만 지울꺼야? 아니면 다 지울꺼야?",
        "어떻게 지울까? 안읽은거만? 전체 다?",
        "메일을 다 지울지 안읽은거만 지울지 알려주세요",
        "메일은 다 지울수도 있고, 안읽은거만 지울 수도 있어. 어떻게 할래?",
        "안읽은 메일만 지우든가, 다 지울 수 있는데 어떻게 할꺼야?",
    ]
    assert rows[0].record == paraphrase(mails[0], mails[1:], 1, "0", "0")
    rests = [
        "땡볕에 일할 땐 잊지 말고 충분한 휴식을 취하자.",
        "땡볕에 일할 시에 잊지 말고 충분한 휴식을 취하세요.",
        "땡볕 아래 일할 때는 잊지 말고 충분한 휴식을 취해.",
        "땡볕에서 일할 시엔 잊지 말고 휴식을 충분히 취하십시오.",
        "땡볕 아래 일할 때는 잊지 말고 휴식을 충분히 취합시다.",
        "잊지 말고 충분히 휴식합시다. 떙볕 아래 일할 때는.",
        "잊지 말고 휴식을 충분히 취해주세요. 땡볕 아래 일할 때는.",
        "땡볕에 일할 때는 휴식을 충분히 취해요. 급하게 일하지 말고.",
        "땡볕에 일할 때는 급하게 하지 말고 휴식을 충분히 취하도록 해요.",
        "떙볕 아래 일할 땐 충분한 휴식을 취하도록 해. 잊지 말고.",
    ]
    assert rows[-1].record == paraphrase(rests[9], rests[:9], 1000, "3", "3")
