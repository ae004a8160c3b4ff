import pytest

from rag.citations import verify
from rag.types import Hit, Passage


def hit(name, text, *, title="", source=""):
    return Hit(Passage(name, f"{name}.md", title, source, text, 0, len(text)), 0.9, 0.8, 0.7, 1.0)


HITS = [
    hit("p1", "연차는 16일입니다. 신청은 나이테에서 합니다.", source="연차.md"),
    hit("p2", '숙박비는 하루 11만 원까지 드립니다. 표어는 "먼저 안전"입니다.', title="출장비 2026"),
]


@pytest.mark.parametrize(
    ("draft", "text", "quotes"),
    [
        ("연차는 16일입니다. [1]", "연차는 16일입니다. [1]", ["연차는 16일입니다."]),
        # Marks are numbered anew by quote.
        (
            "숙박비는 하루 11만 원까지 드립니다. [2]\n연차는 16일입니다. [1]",
            "숙박비는 하루 11만 원까지 드립니다. [1]\n연차는 16일입니다. [2]",
            ["숙박비는 하루 11만 원까지 드립니다.", "연차는 16일입니다."],
        ),
        (
            '한도는 "하루 11만 원까지"라고 합니다. [2]',
            '한도는 "하루 11만 원까지"라고 합니다. [1]',
            ["하루 11만 원까지"],
        ),
        ("- 연차는 16일입니다.[1]", "연차는 16일입니다. [1]", ["연차는 16일입니다."]),
        ("연차는 16일입니다. [1][2]", "연차는 16일입니다. [1]", ["연차는 16일입니다."]),
        (
            "연차는 16일입니다. [1]\n연차는 16일입니다. [1]",
            "연차는 16일입니다. [1]\n연차는 16일입니다. [1]",
            ["연차는 16일입니다."],
        ),
        (
            '2026년 한도는 "하루 11만 원까지"입니다. [2]',
            '2026년 한도는 "하루 11만 원까지"입니다. [1]',
            ["하루 11만 원까지"],
        ),
        # The kept one survives its neighbours.
        (
            "연차는 20일입니다. [1]\n연차는 16일입니다. [1]\n근거 없음.",
            "연차는 16일입니다. [1]",
            ["연차는 16일입니다."],
        ),
    ],
)
def test_supported_sentences_stay(draft, text, quotes):
    verified = verify(draft, HITS)

    assert verified.text == text
    assert [citation.quote for citation in verified.citations] == quotes
    passages = {hit.passage.passage_id: hit.passage.text for hit in HITS}
    for n, citation in enumerate(verified.citations, start=1):
        assert citation.n == n
        assert passages[citation.passage_id][citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "draft",
    [
        "",
        "연차는 16일입니다.",
        "연차는 16일입니다. [3]",
        "연차는 16일입니다. [0]",
        "연차는 16일입니다. [2]",
        "연차는 16일입니다. [1][9]",
        "연차는 십육 일입니다. [1]",
        '연차는 "20일"입니다. [1]',
        '연차는 "16일"이고 반차는 "반나절"입니다. [1]',
        '"연차는 16일"이며 5일 전에 신청합니다. [1]',
        "[1]",
    ],
)
def test_what_the_passages_do_not_say_is_dropped(draft):
    verified = verify(draft, HITS)

    assert (verified.text, verified.citations) == ("", ())


def test_a_source_is_named_as_a_person_knows_it():
    draft = "연차는 16일입니다. [1]\n숙박비는 하루 11만 원까지 드립니다. [2]"

    assert [citation.source for citation in verify(draft, HITS).citations] == ["연차.md", "출장비 2026"]
