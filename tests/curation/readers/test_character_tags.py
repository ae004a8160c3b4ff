"""KLUE NER, KoNEC and KoNNE: the same sentences with entities of 6 and 150 types."""

import json
from collections import Counter

import pytest

from curation.errors import UserError
from curation.readers.named_entities import TYPES_15, TYPES_150
from tests.curation.readers.instructions import recoveries, turns

HEAD = "## 토큰, 레이블 구분자 : \\t\n## 칼럼명 : CHAR\tNE_TAG\n"
SENTENCES = (
    "## klue-ner-v1_x_00001-wikitree\t<한빛:OG>은 #1\n"
    "한\tB-OG\n빛\tI-OG\n은\tO\n \tO\n#\tO\n1\tO\n\n"
    "## klue-ner-v1_x_00002-nsmc\t참 <하늘:PS><<둘:QT>>\n"
    "참\tO\n \tO\n하\tB-PS\n늘\tI-PS\n<\tO\n둘\tB-QT\n>\tO\n\n"
)
DEFINITION = (
    "문장에서 인물, 장소, 기관, 날짜, 시간, 수량을 나타내는 표현을 모두 찾아, 나오는 차례대로 한 줄에 하나씩 "
    "'표현 (유형)'으로 쓴다. 없으면 '없음'이라고 쓴다."
)
FIRST = (
    "경찰은 또 성매매 알선 자금을 관리한 박씨의 딸(32)과 성매매 여성 김모(33)씨 등 16명을 같은 혐의로 "
    "불구속 입건했다."
)
LAST = "내 인생 최고의 영화 10년,20년이 흘러도 마음속에 남아있을것같다"


def spans(row) -> list[tuple[str, str]]:
    text = row.record.messages[0].content.removeprefix("문장: ")
    return [(text[begin:end], label) for begin, end, label in json.loads(row.record.attributes["annotation"])]


def test_characters_become_a_sentence(read_bytes):
    outcome = read_bytes("klue_ner", (HEAD + SENTENCES).encode())
    first, second = outcome.rows
    assert outcome.bad == []
    assert outcome.notes == {"input: lines of explanation": "2"}
    assert turns(outcome.rows) == [
        ("문장: 한빛은 #1", "한빛 (기관)"),
        ("문장: 참 하늘<둘>", "하늘 (인물)\n둘 (수량)"),
    ]
    assert first.record.definition == DEFINITION
    assert first.record.attributes == {
        "id": "klue-ner-v1_x_00001-wikitree",
        "annotation": '[[0,2,"OG"]]',
    }
    assert first.record.label_space == ()
    assert "" != first.record.split_group != second.record.split_group
    assert (first.where.line, first.lines, first.recovery) == (3, 7, "")
    assert (second.where.line, second.lines, second.recovery) == (11, 8, "")


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_marks_and_line_ends_of_windows(read_bytes, mark, codec):
    content = HEAD + SENTENCES.removesuffix("\n\n")
    content = (mark if codec == "utf-8" else "") + content.replace("\n", "\r\n")
    outcome = read_bytes("klue_ner", content.encode(codec))
    assert [answer for _, answer in turns(outcome.rows)] == ["한빛 (기관)", "하늘 (인물)\n둘 (수량)"]
    assert recoveries(outcome.rows) == {}


@pytest.mark.parametrize(
    ("sentence", "answer", "recovery"),
    [
        ("## a\t가나\n가\tO\n나\tO", "없음", ""),
        ("## a\t<가:PS><나:PS>\n가\tB-PS\n나\tB-PS", "가 (인물)\n나 (인물)", ""),
        ("## a\t<가:PS>나\n가\tI-PS\n나\tO", "가 (인물)", "an entity without B tag"),
        ("## a\t<가:PS><나:LC>\n가\tB-PS\n나\tI-LC", "가 (인물)\n나 (장소)", "an entity without B tag"),
        ("## a\t가나\n가\tB-PS\n나\tO", "가 (인물)", "the sentence line differs from the characters"),
    ],
)
def test_tags_that_do_not_fit(read_bytes, sentence, answer, recovery):
    (row,) = read_bytes("klue_ner", sentence.encode()).rows
    assert (row.record.references, row.recovery) == ((answer,), recovery)


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        ("가\tB-PS\n나\tO", "no line `## id` with a sentence at the beginning: '가�B-PS'"),
        ("## a\t가\n가", "no character and tag: '가'"),
        ("## a\t가\n가\tB_PS", "the tag 'B_PS' is none of B-type, I-type and O"),
        ("## a\t가\n가\tB-XX", "the entity type 'XX' is unknown"),
        ("## a\t가나\n가나\tO", "a line holds more than one character"),
        ("## a\t가", "nothing but the sentence"),
    ],
)
def test_a_malformed_sentence_goes_to_quarantine_whole(read_bytes, sentence, error):
    outcome = read_bytes("klue_ner", f"{HEAD}{SENTENCES}{sentence}\n\n## z\t끝\n끝\tO\n".encode())
    (bad,) = outcome.bad
    assert (bad.error, bad.raw, bad.where.line) == (error, sentence.encode(), 20)
    assert bad.lines == sentence.count("\n") + 1
    assert [row.record.attributes["id"] for row in outcome.rows][-1] == "z"
    assert len(outcome.rows) == 3


def test_another_file_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not begin with a line `## …`") as refused:
        read_bytes("konec", b"1\ta\tb\n", name="other.tsv")
    assert refused.value.where == "other.tsv:1"


def test_klue_ner_for_real(read, corpora):
    outcome = read("klue_ner", corpora / "klue/klue-ner-v1.1_dev.tsv")
    assert (len(outcome.rows), outcome.bad, recoveries(outcome.rows)) == (5000, [], {})
    assert outcome.notes == {"klue-ner-v1.1_dev.tsv: lines of explanation": "5"}
    first, last = outcome.rows[0], outcome.rows[-1]
    assert turns([first, last]) == [
        (f"문장: {FIRST}", "경찰 (기관)\n박 (인물)\n32 (수량)\n김 (인물)\n33 (수량)\n16명 (수량)"),
        (f"문장: {LAST}", "10년 (날짜)\n20년 (날짜)"),
    ]
    assert (first.where.line, first.lines) == (6, 71)
    assert (last.where.line, last.lines) == (295896, 38)
    # 14,257 B tags, counted with grep.
    assert Counter(label for row in outcome.rows for _, label in spans(row)) == {
        "PS": 4418, "QT": 3151, "DT": 2312, "OG": 2182, "LC": 1649, "TI": 545,
    }  # fmt: skip


def test_konec_for_real(read, corpora):
    outcome = read("konec", corpora / "konec_konne/konec-dev.tsv")
    assert (len(outcome.rows), outcome.bad, recoveries(outcome.rows)) == (5000, [], {})
    assert turns(outcome.rows[:1]) == [
        (
            f"문장: {FIRST}",
            "경찰 (정치·행정 기관)\n박 (인물)\n딸 (가족·친족 관계)\n32 (나이)\n김 (인물)\n"
            "33 (나이)\n16명 (인원수)",
        )
    ]
    assert turns(outcome.rows[-1:]) == [(f"문장: {LAST}", "10년 (기간(날짜))\n20년 (기간(날짜))")]
    found = [spanned for row in outcome.rows for spanned in spans(row)]
    assert (len(found), len({label for _, label in found})) == (19003, 134)


KONNE = {
    "id": 7,
    "klue_id": "klue-ner-v1_x_00007",
    "text": "서울역 앞",
    "label": [[0, 2, "LCP_CAPITALCITY"], [0, 3, "LC_OTHERS"]],
}


def konne(**changes: object) -> bytes:
    return json.dumps({**KONNE, **changes}, ensure_ascii=False).encode() + b"\n"


def test_entities_within_one_another(read_bytes):
    first, second = read_bytes("konne", konne() + konne(label=[])).rows
    assert turns([first, second]) == [
        ("문장: 서울역 앞", "서울 (수도)\n서울역 (기타 장소)"),
        ("문장: 서울역 앞", "없음"),
    ]
    assert first.record.attributes == {
        "id": "7",
        "klue_id": "klue-ner-v1_x_00007",
        "annotation": '[[0,2,"LCP_CAPITALCITY"],[0,3,"LC_OTHERS"]]',
    }


@pytest.mark.parametrize(
    ("label", "error"),
    [
        (None, "no list of entities under 'label'"),
        ([[0, 6, "PS_NAME"]], "the entity 0–6 does not lie within the text"),
        ([[2, 2, "PS_NAME"]], "the entity 2–2 does not lie within the text"),
        ([[-1, 2, "PS_NAME"]], "the entity -1–2 does not lie within the text"),
        ([[0, True, "PS_NAME"]], "an entity is no [begin, end, type]"),
        ([[0, 1]], "an entity is no [begin, end, type]"),
        ([7], "an entity is no [begin, end, type]"),
        ([[0, 1, "PS"]], "the entity type 'PS' is unknown"),
    ],
)
def test_offsets_outside_the_text(read_bytes, label, error):
    outcome = read_bytes("konne", konne(label=label))
    assert ([bad.error for bad in outcome.bad], outcome.rows) == ([error], [])


def test_konne_for_real(read, corpora):
    outcome = read("konne", corpora / "konec_konne/konne-dev.jsonl")
    assert (len(outcome.rows), outcome.bad) == (5000, [])
    assert turns(outcome.rows[-1:]) == [
        (f"문장: {LAST}", "영화 (예술 갈래)\n10년 (기간(날짜))\n20년 (기간(날짜))")
    ]
    assert turns(outcome.rows[:1]) == [
        (
            f"문장: {FIRST}",
            "경찰 (정치·행정 기관)\n박 (인물)\n딸 (가족·친족 관계)\n32 (나이)\n김 (인물)\n"
            "33 (나이)\n16명 (인원수)",
        )
    ]
    assert outcome.rows[0].record.attributes["id"] == "21009"
    found = [spanned for row in outcome.rows for spanned in spans(row)]
    assert (len(found), len({label for _, label in found})) == (23652, 141)
    assert sum(row.record.references == ("없음",) for row in outcome.rows) == 8


def test_the_same_sentences_are_on_one_side_of_a_split(read, corpora):
    """KLUE NER spells single letters otherwise than the two made of it; marks are left in six sentences."""
    files = {
        "klue_ner": "klue/klue-ner-v1.1_dev.tsv",
        "konec": "konec_konne/konec-dev.tsv",
        "konne": "konec_konne/konne-dev.jsonl",
    }
    rows = {reader: read(reader, corpora / path).rows for reader, path in files.items()}
    groups = {reader: [row.record.split_group for row in held] for reader, held in rows.items()}
    assert groups["konec"] == groups["konne"]
    assert len(set(groups["konne"])) == 5000
    shared = [ours == theirs for ours, theirs in zip(groups["klue_ner"], groups["konne"], strict=True)]
    assert shared.count(False) == 6
    texts = [{row.record.messages[0].content for row in rows[reader]} for reader in files]
    assert [len(texts[0] & texts[2]), len(texts[1] & texts[2])] == [4682, 5000]


def test_the_150_types_have_names(corpora):
    listed = json.loads((corpora / "konec_konne/NIKL_NE_2021_TAGSET_150.json").read_bytes())
    assert {one["label"] for one in listed} == set(TYPES_150)
    assert {one["level1"] for one in listed} == set(TYPES_15)
    assert len(set(TYPES_150.values())) == 150
