"""BEEP!: labelled comments, comments without labels, titles."""

import csv

import pytest

from curation.errors import UserError
from curation.tasks.spec import task
from tests.curation.readers.instructions import turns

HEADER = "comments\tcontain_gender_bias\tbias\thate\n"
LABELS = {
    "hate": {"혐오": 1911, "모욕": 2499, "없음": 3486},
    "bias": {"성별 편견": 1232, "다른 편견": 1516, "편견 없음": 5148},
    "gender_bias": {"있음": 1232, "없음": 6664},
}


def test_each_label_is_a_task_and_the_others_are_attributes(read_bytes):
    content = (HEADER + '"역시 ""한 방""이 있네"\tTrue\tgender\toffensive\n').encode()
    found = {name: read_bytes("beep", content, task=name).rows[0].record for name in LABELS}
    assert {record.messages[0].content for record in found.values()} == {'댓글: 역시 "한 방"이 있네'}
    assert [(record.task, record.references) for record in found.values()] == [
        ("beep_hate", ("모욕",)),
        ("beep_bias", ("성별 편견",)),
        ("beep_gender_bias", ("있음",)),
    ]
    assert found["hate"].attributes == {"label": "offensive", "contain_gender_bias": "True", "bias": "gender"}
    assert found["gender_bias"].attributes == {"label": "True", "bias": "gender", "hate": "offensive"}
    assert found["bias"].label_space == ("성별 편견", "다른 편견", "편견 없음")


def test_rows_that_are_none(read_bytes):
    rows = "좋다\tFalse\tnone\tmild\n좋다\tFalse\tnone\n \tFalse\tnone\tnone\n\n좋다\tFalse\tnone\tnone \n"
    outcome = read_bytes("beep", (HEADER + rows).encode())
    assert [bad.error for bad in outcome.bad] == [
        "the label 'mild' is none of hate, offensive, none",
        "3 columns instead of 4",
        "the comment is empty",
    ]
    assert [row.recovery for row in outcome.rows] == ["blanks around the label"]
    assert outcome.notes == {"input: blank lines": "1"}


@pytest.mark.parametrize("content", [b"comments\n\xea\xb0\x80\n", b"comments\thate\nx\tnone\n"])
def test_another_table_is_refused(read_bytes, content):
    with pytest.raises(UserError, match="does not begin with the header"):
        read_bytes("beep", content)


def test_equal_comments_form_a_group(read_bytes):
    lines = "좋다  좋아\tFalse\tnone\tnone\n싫다\tFalse\tnone\tnone\n좋다 좋아\tTrue\tgender\thate\n"
    first, other, again = (
        row.record.split_group for row in read_bytes("beep", (HEADER + lines).encode()).rows
    )
    assert first == again != other
    assert other
    for asked in ("bias", "gender_bias"):
        rows = read_bytes("beep", (HEADER + lines).encode(), task=asked).rows
        assert [row.record.split_group for row in rows] == [first, other, again]


def test_wordings(read_bytes):
    content = (HEADER + "재밌다\tFalse\tnone\tnone\n").encode()
    for number in range(3):
        record = read_bytes("beep", content, template=number).rows[0].record
        assert record.definition == task("beep_hate").definition[number]
        assert record.messages[0].content == task("beep_hate").input[number].format(comment="재밌다")


def test_texts(read_bytes):
    content = 'comments\n"둘 ""셋"""\n"연 채로 둔다\n""\n"인용" 뒤에 더\n\n탭\t하나\r\n\udcff\n'
    outcome = read_bytes("beep_text", content.encode("utf-8", "surrogateescape"))
    assert outcome.texts == ['둘 "셋"', '"연 채로 둔다', '"인용" 뒤에 더', "탭\t하나"]
    assert [row.where.line for row in outcome.rows] == [2, 3, 5, 7]
    assert [bad.where.line for bad in outcome.bad] == [8]
    assert outcome.notes == {"input: empty lines": "2"}


@pytest.mark.parametrize("name", LABELS)
def test_labels_for_real(read, corpora, name):
    outcome = read("beep", corpora / "korean_hate_speech/labeled/train.tsv", task=name)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (7896, [], {})
    counts = dict.fromkeys(LABELS[name], 0)
    for row in outcome.rows:
        counts[row.record.references[0]] += 1
    assert counts == LABELS[name]


def test_labelled_for_real(read, corpora):
    path = corpora / "korean_hate_speech/labeled/train.tsv"
    rows = read("beep", path).rows
    first, last = rows[0].record, rows[-1].record
    assert [message.content for message in first.messages] == [
        "댓글: (현재 호텔주인 심정) 아18 난 마른하늘에 날벼락맞고 호텔망하게생겼는데 누군 계속 추모받네....",
        "혐오",
    ]
    assert first.attributes == {"label": "hate", "contain_gender_bias": "False", "bias": "others"}
    assert [message.content for message in last.messages] == [
        "댓글: 힘들면 관뒀어야지 그게 현명한거다",
        "없음",
    ]
    assert last.attributes == {"label": "none", "contain_gender_bias": "False", "bias": "none"}
    with path.open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream, delimiter="\t"))
    assert [row.record.messages[0].content for row in rows] == [f"댓글: {one['comments']}" for one in table]
    assert [row.record.attributes["label"] for row in rows] == [one["hate"] for one in table]
    # Ten comments with quotes in them stand in quotes, and each fits its line.
    assert [row.where.line for row in rows] == list(range(2, 7898))
    assert sum('"' in one["comments"] for one in table) == 10


def test_dev_for_real(read, corpora):
    outcome = read("beep", corpora / "korean_hate_speech/labeled/dev.tsv")
    assert (len(outcome.rows), outcome.bad) == (471, [])
    assert turns([outcome.rows[0], outcome.rows[-1]]) == [
        ("댓글: 송중기 시대극은 믿고본다. 첫회 신선하고 좋았다.", "없음"),
        (
            "댓글: 남자가 잘못한거라면... 반성도 없다면...나였다면 ... "
            "여자처럼 아주 못되게 할것같다왜??? 나를 배신한거니까",
            "없음",
        ),
    ]
    assert outcome.rows[274].record.messages[0].content == '댓글: 꺄"~~씨아이엑스 훈훈합니다^^'
    bias = {
        (row.record.attributes["contain_gender_bias"], row.record.attributes["bias"]) for row in outcome.rows
    }
    assert bias == {("True", "gender"), ("False", "others"), ("False", "none")}


@pytest.mark.parametrize(
    ("path", "count", "empty", "first", "last"),
    [
        (
            "test.no_label.tsv",
            974,
            None,
            "ㅋㅋㅋㅋ 그래도 조아해주는 팬들 많아서 좋겠다 ㅠㅠ 니들은 온유가 안만져줌 ㅠㅠ",
            "난 조보아 이뻐서 보는데 백종원 관심무",
        ),
        (
            "news_title/train.news_title.txt",
            7893,
            "3",
            "밤새 조문 행렬…故 전미선, 동료들이 그리워하는 따뜻한 배우 [종합]",
            "[단독]스태프 사망사고 '서른이지만', 결국 오늘 촬영 취소",
        ),
        (
            "news_title/dev.news_title.txt",
            471,
            None,
            "'아스달 연대기' 뇌안탈 후계자 송중기, 이아르크에 숨어들었다 [종합]",
            "'안재현과 갈등' 구혜선, SNS 활동 재개…\"다시 시작\" [종합]",
        ),
        (
            "unlabeled/unlabeled_comments_5.txt",
            33893,
            None,
            "이런기분으로 수업못한다며 뛰쳐나가던 논스톱 교수님이 그립네",
            "정말 엄마 판박이네요^^ 너무 귀여워요둘째는 잘생긴 아빠 닮은 딸 기대해보아요^^",
        ),
    ],
)
def test_texts_for_real(read, corpora, path, count, empty, first, last):
    outcome = read("beep_text", corpora / "korean_hate_speech" / path)
    assert (len(outcome.texts), outcome.bad) == (count, [])
    assert (outcome.texts[0], outcome.texts[-1]) == (first, last)
    assert list(outcome.notes.values()) == ([empty] if empty else [])
    assert not [row for row in outcome.rows if row.recovery]


def test_titles_belong_to_the_labelled_lines(read, corpora):
    folder = corpora / "korean_hate_speech"
    for name, empty in (("train", [1523, 5575, 7151]), ("dev", [])):
        comments = read("beep", folder / f"labeled/{name}.tsv").rows
        titles = read("beep_text", folder / f"news_title/{name}.news_title.txt").rows
        lines = {row.where.line for row in titles}
        assert sorted({row.where.line - 1 for row in comments} - lines) == empty


def test_a_quoted_test_comment_for_real(read, corpora):
    texts = read("beep_text", corpora / "korean_hate_speech/test.no_label.tsv").texts
    assert texts[606] == '사랑과전쟁 레전드편"여왕벌의 외출"'
