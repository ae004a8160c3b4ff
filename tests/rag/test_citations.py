import re
import time
from pathlib import Path

import pytest
import yaml

from rag.answering.draft import Draft, Piece
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
        # The same number, written otherwise.
        ("연차는 십육 일입니다. [1]", "연차는 십육 일입니다. [1]", ["연차는 16일입니다."]),
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
        "연차는 십오 일입니다. [1]",
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


STATEMENTS = yaml.safe_load((Path(__file__).parent / "statements.yaml").read_text("utf-8"))
SOURCES = [
    hit(f"s{n}", source["text"], title=source["title"]) for n, source in enumerate(STATEMENTS["sources"], 1)
]
# What the fault of a sentence says, by the reason that the table gives.
FAULTS = {
    **dict.fromkeys(("number", "date", "time"), "is not in its source"),
    "name": "the name",
    "denial": "denies",
    "opposite": "opposite",
    "other": "belongs to something else",
    "only": "'only'",
    "condition": "condition",
    "nothing": "nothing",
    "fragment": "fragment",
    "speech": "only quotes",
    "quote": "is quoted from no source",
    "link": "link or address",
}


@pytest.mark.parametrize("draft", STATEMENTS["supported"])
def test_what_a_source_says_in_other_words_stays(draft):
    verified = verify(draft, SOURCES)

    assert verified.removed == ()
    texts = {one.passage.passage_id: one.passage.text for one in SOURCES}
    marks = sorted(set(re.findall(r"\[(\d+)\]", draft)))
    assert sorted(citation.passage_id for citation in verified.citations) == [f"s{n}" for n in marks]
    assert all(texts[one.passage_id][one.start : one.end] == one.quote for one in verified.citations)


@pytest.mark.parametrize(("draft", "reason"), STATEMENTS["unsupported"])
def test_what_no_source_says_falls_and_the_reason_is_told(draft, reason):
    verified = verify(draft, SOURCES)

    assert (verified.text, verified.citations) == ("", ())
    (removed,) = verified.removed
    assert FAULTS.get(reason, "") in removed.fault


def test_a_quote_leads_back_over_what_is_not_shown_of_its_passage():
    text = "안내<!-- 몰래 -->입니다.\n문은\u200b 층마다 [3] 9시에 열립니다."

    (citation,) = verify("문은 층마다 ［3］ 9시에 열립니다. [1]", [hit("p", text)]).citations

    assert citation.quote == "문은\u200b 층마다 [3] 9시에 열립니다."
    assert text[citation.start : citation.end] == citation.quote
    assert verify("안내입니다. [1]", [hit("p", text)]).citations == ()


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        # The mark may stand before the full stop, and several sentences before one mark.
        ("연차는 16일입니다 [1]. 신청은 나이테에서 합니다. [1]", 2),
        ("연차는 16일입니다. 신청은 나이테에서 합니다. [1]", 2),
        ("연차는 16일입니다. 신청은 팩스로 합니다. [1]", 1),
        ("**연차는 16일입니다.** [1]", 1),
        ("1. 연차는 16일입니다. [1]\n2. 신청은 나이테에서 합니다. [1]", 2),
    ],
)
def test_each_sentence_before_a_mark_is_held_against_its_source(draft, shown):
    assert len(verify(draft, HITS).text.splitlines()) == shown


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_draft_is_cut_the_same_in_whatever_parts_it_comes(size):
    text = "연차는 16일입니다.[1][2] 다음 [참고] 줄. [1], [3].\n- 셋째 줄 [2]\n끝에 남은 말"
    draft = Draft()

    pieces = [piece for at in range(0, len(text), size) for piece in draft.add(text[at : at + size])]

    assert [*pieces, *draft.end()] == [
        Piece("연차는 16일입니다.", (1, 2)),
        Piece("다음 [참고] 줄.", (1, 3)),
        Piece("셋째 줄", (2,)),
        Piece("끝에 남은 말", ()),
    ]


@pytest.mark.timed
@pytest.mark.parametrize("blank", ["\n", " ", "\t"])
def test_a_model_that_writes_white_space_without_end_costs_no_time(blank):
    draft = Draft()
    draft.add("연차는 16일입니다. [1]")
    started = time.perf_counter()

    pieces = [piece for _ in range(1_000) for piece in draft.add(blank)]

    assert [*pieces, *draft.end()] == [Piece("연차는 16일입니다.", (1,))]
    assert time.perf_counter() - started < 2


@pytest.mark.timed
def test_nor_does_one_that_writes_marks_without_end():
    draft = Draft()
    draft.add("연차는 16일입니다.")
    started = time.process_time()

    pieces = [piece for _ in range(1_000) for piece in draft.add("[1]")]

    assert [*pieces, *draft.end()] == [Piece("연차는 16일입니다.", (1,))]
    assert time.process_time() - started < 2
