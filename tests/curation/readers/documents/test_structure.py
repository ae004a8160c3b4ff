"""Blocks, pages and sections: what a citation of a document rests on."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.normalising.rules import rules_of
from curation.normalising.ruleset import changes
from curation.personal_data import KINDS, find
from curation.readers.documents.draft import Draft
from curation.readers.documents.structure import Outline, Pages, blocks
from curation.steps.normalise import NormaliseParams
from tests.curation.readers.documents.writers import all_formats

TEXT = """# 휴가 규정

직원은 쉰다.
두 줄이다.
- 하나
- 둘
  이어진다

| 가 | 나 |
| --- | --- |

```python
# 주석

- 코드
```
끝이다."""


def test_blocks():
    found = [(one.kind, one.level, TEXT[one.start : one.end]) for one in blocks(TEXT)]
    assert found == [
        ("heading", 1, "# 휴가 규정"),
        ("paragraph", 0, "직원은 쉰다.\n두 줄이다."),
        ("list", 0, "- 하나\n- 둘\n  이어진다"),
        ("table", 0, "| 가 | 나 |\n| --- | --- |"),
        ("code", 0, "```python\n# 주석\n\n- 코드\n```"),
        ("paragraph", 0, "끝이다."),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("```\n열린 채", ["code"]),
        ("~~~\n```\n~~~\n글", ["code", "paragraph"]),
        ("````\n```\n````\n글", ["code", "paragraph"]),
        ("# 하나\n## 둘\n글", ["heading", "heading", "paragraph"]),
        ("#해시태그", ["paragraph"]),
        ("2026. 3. 2. 회의", ["list"]),
        ("글\n\n글", ["paragraph", "paragraph"]),
    ],
)
def test_kinds(text, kinds):
    assert [one.kind for one in blocks(text)] == kinds


@settings(derandomize=True, max_examples=300)
@given(
    st.lists(
        st.sampled_from(["# 가", "## 나 ##", "글", "- 항", "1. 항", "| 칸 |", "```", "~~~", "", "  "]),
        max_size=12,
    )
)
def test_nothing_but_blanks_lies_between_blocks(lines):
    text = "\n".join(lines)
    last = 0
    for one in blocks(text):
        assert last <= one.start < one.end <= len(text)
        assert not text[last : one.start].strip()
        last = one.end
    assert not text[last:].strip()


def test_sections():
    text = "# 취업 규칙\n머리말\n## 휴가\n글\n### 연차\n글\n## 급여 ##\n글"
    outline = Outline(text, {})
    assert outline.place(0, 3).section == ("취업 규칙",)
    assert outline.place(text.index("### 연차") + 8, len(text)).section == ("취업 규칙", "휴가", "연차")
    assert str(outline.place(len(text) - 1, len(text))) == "취업 규칙 > 급여"


def test_parts_of_a_regulation_are_sections():
    text = "규칙\n\n제1장 총칙\n제1조(목적) 일을 정한다.\n① 쉰다.\n제2장 휴가\n제5조의2 (연차 휴가)\n쉰다."
    outline = Outline(text, {})
    assert outline.place(0, 2).section == ()
    assert outline.place(text.index("①"), len(text)).section == ("제1장 총칙", "제1조(목적)")
    assert outline.place(len(text) - 2, len(text)).section == ("제2장 휴가", "제5조의2 (연차 휴가)")


@pytest.mark.parametrize(
    "sentence", ["제5조에 따라 쉰다.", "제3장 휴가에서 정한 바에 따른다.", "우리는 제5조(휴가)를 따른다."]
)
def test_sentences_about_parts_are_none(sentence):
    assert Outline(sentence, {}).place(0, 5).section == ()


def test_pages():
    text = "첫 쪽\n\n둘째 쪽 글"
    pages = Pages("page", [(0, 3), (5, 5), (5, 11)])
    assert Pages.of(pages.attributes(), text) == pages
    assert pages.attributes() == {"pages": '{"unit":"page","spans":[[0,3],[5,5],[5,11]]}'}
    assert [pages.numbers(*span) for span in [(0, 3), (2, 3), (5, 6), (0, 11), (10, 11)]] == [
        (1, 1),
        (1, 1),
        (3, 3),
        (1, 3),
        (3, 3),
    ]


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"unit":"page","spans":[[0,4]]}',
        '{"unit":"leaf","spans":[[0,3]]}',
        '{"unit":"page","spans":[]}',
        '{"unit":"page","spans":[[0]]}',
        '{"unit":"page","spans":["ab"]}',
    ],
)
def test_pages_of_another_text_are_none(told):
    assert Pages.of({"pages": told}, "세 자") is None
    assert Pages.of({}, "세 자") is None
    assert str(Outline("세 자", {"pages": told}).place(0, 1)) == ""


@pytest.mark.parametrize(("unit", "shown"), [("page", "2쪽"), ("slide", "슬라이드 2"), ("sheet", "시트 2")])
def test_a_place_in_words(unit, shown):
    outline = Outline("# 가\n\n# 나", Pages(unit, [(0, 3), (5, 8)]).attributes())
    assert str(outline.place(5, 8)) == f"{shown}, 나"
    assert str(outline.place(0, 8)) == f"{shown.replace('2', '1~2')}, 가"


PIECES = st.text(st.sampled_from("가나 \n\t#-|`~1.\f\u200b\ud800\u1112\u1161\u11ab"), max_size=12)
ADDED = st.one_of(
    st.tuples(st.just("heading"), st.integers(0, 8), PIECES),
    st.tuples(st.sampled_from(["paragraph", "item", "code"]), PIECES),
    st.tuples(st.just("table"), st.lists(st.lists(PIECES, max_size=3), max_size=3)),
    st.tuples(st.just("page")),
)


@settings(derandomize=True, max_examples=400)
@given(st.lists(ADDED, max_size=8))
def test_whatever_is_drafted_has_pages_in_order(added):
    draft = Draft()
    for method, *given_ in added:
        getattr(draft, method)(*given_)
    text, pages = draft.text, draft.pages()
    text.encode()
    if pages is None:
        return
    assert pages.spans[-1][1] == len(text)
    last = 0
    for start, end in pages.spans:
        assert last <= start <= end <= len(text)
        last = end
    if all(method == "page" for method, *_ in added[:1]):
        words = "".join(text[start:end] for start, end in pages.spans)
        assert "".join(words.split()) == "".join(text.split())


def test_what_looks_like_markup_in_a_paragraph_stays_words():
    draft = Draft()
    draft.paragraph("# 번호\n```\n끝")
    assert draft.text == "\\# 번호\n\\```\n끝"
    assert [one.kind for one in blocks(draft.text)] == ["paragraph"]


def test_code_with_fences_in_it_stays_one_block():
    draft = Draft()
    draft.code("```\n# 주석\n````\n")
    draft.paragraph("글")
    assert [one.kind for one in blocks(draft.text)] == ["code", "paragraph"]


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".pptx", ".xlsx"])
def test_normalising_leaves_the_offsets_true(document, suffix):
    text = document(all_formats()[suffix], suffix).text
    assert list(changes([text], rules_of(**NormaliseParams().model_dump()))) == []


def test_no_page_is_taken_for_a_number_of_a_person():
    chance = random.Random(4)
    for _ in range(40):
        edges = sorted(chance.sample(range(chance.choice([900, 40_000, 9_000_000])), 400))
        spans = list(zip(edges[::2], edges[1::2], strict=True))
        assert find(Pages("page", spans).attributes()["pages"], KINDS) == []
