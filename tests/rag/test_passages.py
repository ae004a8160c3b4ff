import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.readers.documents.structure import Pages
from rag.lexical import lexical_fields
from rag.passages import MAX_CHARACTERS, cut_documents, searched_text
from rag.types import Document, Passage

SENTENCES = [
    f"제{n}항의 연차 휴가는 근속 기간에 따라 하루씩 늘어나며 신청은 나이테에서 미리 해야 합니다."
    for n in range(60)
]


def passages(text, **fields):
    return [cut.passage for cut in cut_documents([Document("d", text, **fields)])]


def test_a_short_document_is_one_passage():
    (passage,) = passages("# 휴가\n\n연차는 15일이다.\n", title="휴가", source="휴가.md")

    assert passage.text == "# 휴가\n\n연차는 15일이다."
    assert (passage.title, passage.source, passage.doc_id) == ("휴가", "휴가.md", "d")


def test_passages_end_at_sentences_and_fill_400_to_600_characters():
    found = passages(" ".join(SENTENCES))

    assert all(passage.text.endswith("합니다.") for passage in found)
    assert all(400 <= len(passage.text) <= MAX_CHARACTERS for passage in found[:-1])


def test_a_sentence_longer_than_a_passage_is_cut_at_white_space_or_else_hard():
    spaced = passages("가나다라마 " * 300)
    solid = passages("가" * 1500)

    assert all(passage.text.split() == ["가나다라마"] * len(passage.text.split()) for passage in spaced)
    assert [len(passage.text) for passage in solid] == [600, 600, 300]


def test_a_heading_goes_with_what_follows_it():
    text = "\n\n".join([" ".join(SENTENCES[:8]), "## 출장", " ".join(SENTENCES[8:16])])

    found = passages(text)

    assert not any(passage.text.rstrip().endswith("## 출장") for passage in found)
    assert any(passage.text.startswith("## 출장") for passage in found)


def test_a_table_that_fits_stays_whole():
    table = "\n".join(f"| {n} | 값 {n} |" for n in range(20))
    text = f"{' '.join(SENTENCES[:7])}\n\n{table}\n\n{' '.join(SENTENCES[7:14])}"

    assert sum(table in passage.text for passage in passages(text)) == 1


def test_an_edit_keeps_the_ids_of_passages_before_it():
    before = passages(" ".join(SENTENCES))
    after = passages(" ".join([*SENTENCES[:-1], "마지막 문장이 바뀌었다."]))

    assert [p.passage_id for p in before[:-1]] == [p.passage_id for p in after[:-1]]
    assert before[-1].passage_id != after[-1].passage_id


def regulation(chance, articles=20):
    """Articles of a regulation, with sentences that are not alike."""
    words = (
        "직원",
        "휴가",
        "신청",
        "승인",
        "부서장",
        "출장",
        "숙박비",
        "영수증",
        "회의",
        "교육",
        "평가",
        "기록",
    )
    parts = ["# 취업 규칙"]
    for number in range(1, articles + 1):
        parts.append(f"제{number}조({chance.choice(words)} {chance.choice(words)})")
        for _ in range(chance.randint(2, 9)):
            held = " ".join(f"{chance.choice(words)}을" for _ in range(chance.randint(3, 12)))
            parts.append(f"{held} {chance.randint(1, 99)}일 안에 정한다.")
    return parts


@settings(max_examples=10)
@given(st.randoms(use_true_random=False), st.data())
def test_an_edit_anywhere_changes_only_the_ids_around_it(chance, data):
    parts = regulation(chance)
    at = data.draw(st.integers(0, len(parts) - 1))
    edited = [
        *parts[:at],
        *data.draw(st.sampled_from(([], ["새 문장이 하나 들어왔다."], [parts[at] * 2]))),
        *parts[at + 1 :],
    ]
    before, after = "\n".join(parts), "\n".join(edited)

    olds, news = passages(before), passages(after)

    first = len("\n".join(parts[:at]))
    ids = {passage.passage_id for passage in news}
    # What a passage's end may depend on is within one passage's length of it.
    assert all(one.passage_id in ids for one in olds if one.start + MAX_CHARACTERS < first)
    lost = [one for one in olds if one.passage_id not in ids]
    # The cuts fall where they fell within a dozen passages; on average within three.
    assert len(lost) <= 12


def test_cuts_soon_fall_where_they_fell_before():
    chance = random.Random(11)
    parts = [*regulation(chance, 60)]
    olds = passages("\n".join(parts))
    lost = []
    for _ in range(10):
        at = chance.randrange(len(parts) // 2)
        ids = {one.passage_id for one in passages("\n".join([*parts[:at], "새 문장이다.", *parts[at:]]))}
        lost.append(sum(one.passage_id not in ids for one in olds))
    assert sum(lost) / len(lost) < 4


def test_a_place_names_page_and_headings():
    first = "# 취업 규칙\n\n제1조(목적) " + "이 규칙은 근로 조건을 정한다. " * 50
    second = "제2조(휴가) " + "연차 휴가는 해마다 하루씩 늘어난다. " * 60
    text = first[:900].ljust(900, ".") + "\n\n" + second
    spans = Pages("page", [(0, 900), (902, len(text))])

    found = passages(text, title="취업 규칙", attributes=spans.attributes())

    assert found[0].place == "1쪽, 취업 규칙"
    assert found[-1].place == "2쪽, 취업 규칙 > 제2조(휴가)"
    # The title stands there already, and the heading not in a later passage's text.
    assert searched_text(found[-1]) == f"취업 규칙\n제2조(휴가)\n{found[-1].text}"
    assert searched_text(found[0]) == f"취업 규칙\n{found[0].text}"


@pytest.mark.parametrize(
    ("place", "above"),
    [
        ("", "규정"),
        ("3쪽", "규정"),
        ("3~4쪽, 휴가 > 신청", "규정\n휴가 > 신청"),
        ("슬라이드 2, 휴가", "규정\n휴가"),
        ("시트 1, 3쪽짜리", "규정\n3쪽짜리"),
        ("규정 > 본문", "규정"),
    ],
)
def test_what_stands_above_a_passage(place, above):
    assert searched_text(Passage("p", "d", "규정", "s", "본문이다.", 0, 5, place)) == f"{above}\n본문이다."


def test_groups_and_date_of_a_document_are_its_passages():
    found = passages(" ".join(SENTENCES), acl=("hr",), date="2026-11-22")
    assert {(one.acl, one.date) for one in found} == {(("hr",), "2026-11-22")}


def test_code_that_fits_stays_whole_and_longer_code_is_cut_at_lines():
    code = (
        "```python\n"
        + "\n".join(f"값_{n} = 계산(값_{n - 1}, {n}) if 조건 else 값_{n}. 다음" for n in range(9))
        + "\n```"
    )
    assert len(code) < MAX_CHARACTERS
    text = f"{' '.join(SENTENCES[:7])}\n\n{code}\n\n{' '.join(SENTENCES[7:14])}"
    assert sum(code in passage.text for passage in passages(text)) == 1

    lines = [f"    값_{n} = 계산(값_{n}). 다음 줄로 이어지지 않는다" for n in range(60)]
    found = passages("\n".join(["```", *lines, "```"]))
    assert len(found) > 2
    assert all(
        line.strip() in {*map(str.strip, lines), "```"} for one in found for line in one.text.split("\n")
    )


def test_a_later_part_of_a_long_table_is_found_by_its_first_row():
    rows = [f"| {n}호 | {n * 3}층 복도 끝에 있는 작은 방이며 열쇠는 창구에 있다 |" for n in range(60)]
    document = Document("d", "\n".join(["| 회의실 이름 | 위치 설명 |", "| --- | --- |", *rows]))

    cuts = cut_documents([document])

    assert len(cuts) > 3
    assert all({"회의실", "위치", "설명", "_회의"} <= set(cut.lexical.split()) for cut in cuts)
    assert sum("회의실" in cut.passage.text for cut in cuts) == 1


def test_the_lexical_field_is_that_of_kiwi_over_title_and_text():
    document = Document("d", " ".join(SENTENCES[:20]), "연차 휴가 규정")
    for cut in cut_documents([document]):
        (expected,) = lexical_fields([searched_text(cut.passage)])
        ours, theirs = Counter(cut.lexical.split()), Counter(expected.split())
        # The same sentences, read beside other ones.
        assert (ours - theirs).total() + (theirs - ours).total() <= 0.02 * theirs.total()


@pytest.mark.parametrize(
    "text", ["가 " * 3000, "| 가 |\n" * 900, "```\n코드\n" * 300, "# 제목\n" * 300, "\n- 항목" * 400]
)
def test_monotonous_texts_end_within_bounds(text):
    found = passages(text)
    assert all(0 < len(one.text) <= MAX_CHARACTERS for one in found)
    assert sum(len("".join(one.text.split())) for one in found) == len("".join(text.split()))


def test_equal_passages_of_a_document_and_of_two_documents_have_their_own_ids():
    text = f"{'가' * 600}\n\n{'가' * 600}"
    found = cut_documents([Document("a", text), Document("b", text)])

    ids = [cut.passage.passage_id for cut in found]
    assert len(set(ids)) == len(ids) == 4


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_no_text_no_passage(text):
    assert passages(text) == []


_PIECES = st.one_of(
    st.sampled_from(
        [
            "# 제목\n",
            "연차는 15일이다. ",
            "- 항목\n",
            "| 가 | 나 |\n",
            "```\n",
            "\n\n",
            "가" * 700,
            "나다 " * 130,
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


@settings(max_examples=60)
@given(st.lists(_PIECES, max_size=12))
def test_passages_are_spans_that_cover_the_document(pieces):
    text = "".join(pieces)

    found = passages(text)

    position = 0
    for passage in found:
        assert text[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= MAX_CHARACTERS
        assert passage.start >= position
        assert not text[position : passage.start].strip()
        position = passage.end
    assert not text[position:].strip()
