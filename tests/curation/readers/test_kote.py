"""KOTE: comments with several emotions, in a table without a header."""

import reprlib

import pytest

from curation.errors import UserError
from curation.tasks.spec import task

EMOTIONS = tuple(task("kote").labels.values())


def test_emotions_are_named_in_order(read_bytes):
    content = '7\t"정말" 고마워요\t4,28,42\r\n8\t그냥 그렇다\t24\n'
    first, second = (row.record for row in read_bytes("kote", content.encode()).rows)
    assert [message.content for message in first.messages] == [
        '댓글: "정말" 고마워요',
        "고마움, 즐거움/신남, 기쁨",
    ]
    assert first.attributes == {"id": "7", "label": "4,28,42"}
    assert second.references == ("없음",)
    assert "" != first.split_group != second.split_group


@pytest.mark.parametrize("numbers", ["44", "-1", "", "1,,2", "1, 2", "기쁨", "1" * 9000])
def test_numbers_of_no_emotion(read_bytes, numbers):
    outcome = read_bytes("kote", f"1\t좋다\t42\n2\t좋다\t{numbers}\n".encode())
    assert len(outcome.rows) == 1
    wrong = next(one for one in numbers.split(",") if one not in map(str, range(44)))
    assert outcome.bad[0].error.startswith(f"the label {reprlib.repr(wrong)} is none of 0, 1, 2, 3, 4, ")
    assert len(outcome.bad[0].error) < 100


def test_another_table_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not hold an id, a comment and numbers of emotions"):
        read_bytes("kote", b"ID\ttext\tlabels\n")


def test_every_wording_names_every_emotion_in_order():
    assert (len(EMOTIONS), len(set(EMOTIONS)), EMOTIONS[24]) == (44, 44, "없음")
    assert list(task("kote").labels) == [str(number) for number in range(44)]
    for definition in task("kote").definition:
        assert ", ".join(EMOTIONS) in definition
    for example in task("kote").positive:
        named = [EMOTIONS.index(emotion) for emotion in example.output.split(", ")]
        assert named == sorted(named)


def test_for_real(read, corpora):
    path = corpora / "kote/val.tsv"
    outcome = read("kote", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (5000, [], {})
    first, last = outcome.rows[0].record, outcome.rows[-1].record
    assert [message.content for message in first.messages] == [
        "댓글: 음료가 몇푼이나 한다고.. 미국같으면 바로 바꿔줄텐데 참 어이없네요 그 카페",
        "불평/불만, 화남/분노, 안타까움/실망, 짜증, 어이없음, 서러움",
    ]
    assert first.attributes == {"id": "5954", "label": "0,6,10,22,23,36"}
    assert [message.content for message in last.messages] == [
        "댓글: 그러니까 누구를  위한 충정이냐고?? 국민?? 장난허냐?? 국민의 짐이나 검레기~~ 판레기~~ "
        "재벌들을 위한거란 말이다~~~ 그게 문제라는 거야~~ 그걸 모른다면 자격 없다~~",
        "불평/불만, 지긋지긋, 화남/분노, 안타까움/실망, 의심/불신, 부끄러움, 한심함, 짜증, 증오/혐오",
    ]
    table = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    for row, (identifier, comment, numbers) in zip(outcome.rows, table, strict=True):
        assert row.record.attributes == {"id": identifier, "label": numbers}
        assert row.record.messages[0].content == f"댓글: {comment}"
        assert row.record.references[0].split(", ") == [
            EMOTIONS[int(number)] for number in numbers.split(",")
        ]
    # "None" stands alone six times only: some raters saw no emotion where others did.
    assert [sum(one[2] == "24" for one in table), sum("24" in one[2].split(",") for one in table)] == [6, 769]
