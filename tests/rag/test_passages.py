import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.passages import MAX_CHARACTERS, split_documents
from rag.types import Document

SENTENCES = [
    f"제{n}항의 연차 휴가는 근속 기간에 따라 하루씩 늘어나며 신청은 나이테에서 미리 해야 합니다."
    for n in range(60)
]


def passages(text, **fields):
    return split_documents([Document("d", text, **fields)])[0]


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


def test_equal_passages_of_a_document_and_of_two_documents_have_their_own_ids():
    text = f"{'가' * 600}\n\n{'가' * 600}"
    one, other = split_documents([Document("a", text), Document("b", text)])

    ids = [passage.passage_id for passage in [*one, *other]]
    assert len(set(ids)) == len(ids) == 4


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_no_text_no_passage(text):
    assert passages(text) == []


_PIECES = st.one_of(
    st.sampled_from(
        ["# 제목\n", "연차는 15일이다. ", "- 항목\n", "| 가 | 나 |\n", "\n\n", "가" * 700, "나다 " * 130]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


@settings(max_examples=60, deadline=None)
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
