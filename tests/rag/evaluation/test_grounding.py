from dataclasses import replace

import pytest

from rag.answering.refusals import CUT_SHORT
from rag.evaluation.grounding import grounding
from rag.types import Answer, Citation, Passage

LEAVE = "연차 휴가는 1년을 채우면 16일이 됩니다. 연차 휴가는 5영업일 전까지 나이테에서 신청합니다."
TRAVEL = "국내 출장 숙박비는 하루에 11만 원까지 드립니다. 영수증은 살림팀에 냅니다."
HELD = {
    name: Passage(name, f"{name}.md", title, f"{name}.md", text, 0, len(text))
    for name, title, text in (("연차", "연차 휴가", LEAVE), ("출장", "출장비", TRAVEL))
}


def _cites(n: int, name: str, quote: str) -> Citation:
    start = HELD[name].text.index(quote)
    return Citation(n, name, f"{name}.md", quote, start, start + len(quote), 1.0)


ONE = _cites(1, "연차", "연차 휴가는 1년을 채우면 16일이 됩니다.")
TWO = _cites(2, "출장", "국내 출장 숙박비는 하루에 11만 원까지 드립니다.")


def _answer(text: str, *citations: Citation) -> Answer:
    return Answer(text, citations, refused=False, reason="", timings={})


@pytest.mark.parametrize(
    ("text", "sentences", "faults"),
    [
        ("연차 휴가는 1년을 채우면 16일이 됩니다. [1]", 1, []),
        (
            "1년을 채우면 연차 휴가가 16일이 됩니다. [1]\n국내 출장 숙박비는 하루 11만 원까지입니다. [2]",
            2,
            [],
        ),
        # A number, a name and a date that the passage does not hold.
        ("연차 휴가는 1년을 채우면 26일이 됩니다. [1]", 1, ["26일"]),
        ("국내 출장 숙박비는 하루에 11만 원까지 Concur로 드립니다. [2]", 1, ["Concur"]),
        ("연차 휴가는 3월 2일부터 1년을 채우면 16일이 됩니다. [1]", 1, ["3월 2일"]),
        # True, but of another source than the one it names.
        ("국내 출장 숙박비는 하루에 11만 원까지 드립니다. [1]", 1, ["11만 원"]),
        ("연차 휴가는 1년을 채우면 16일이 됩니다. [3]", 1, ["there is no citation [3]"]),
        # Without a number each sentence counts.
        ("연차 휴가는 16일이 됩니다. 좋은 하루 보내세요.", 2, ["no source", "no source"]),
        ("연차 휴가는 1년을 채우면 16일이 됩니다. [1] 참고하세요.", 2, ["no source"]),
        ("", 0, []),
    ],
)
def test_sentences_are_held_against_their_passages(text, sentences, faults):
    found = grounding(_answer(text, ONE, TWO), HELD)
    assert found.sentences == sentences
    assert len(found.faults) == len(faults)
    for fault, wanted in zip(found.faults, faults, strict=True):
        assert wanted in fault


@pytest.mark.parametrize(
    ("citation", "fault"),
    [
        (replace(ONE, passage_id="반차"), "the passage of [1] is not in the index"),
        (replace(ONE, start=ONE.start + 1, end=ONE.end + 1), "the quote of [1] is not in its passage"),
        (replace(ONE, quote=ONE.quote.replace("16", "26")), "the quote of [1] is not in its passage"),
        (replace(ONE, quote="", start=0, end=0), "the quote of [1] is not in its passage"),
    ],
)
def test_nothing_rests_on_a_citation_that_does_not_hold(citation, fault):
    # The sentence itself is true of the passage.
    found = grounding(_answer("연차 휴가는 1년을 채우면 16일이 됩니다. [1]", citation), HELD)
    assert found.sentences == 1
    assert [one.partition(": ")[2] for one in found.faults] == [fault]


def test_what_changed_in_the_index_since_is_seen():
    answer = _answer("연차 휴가는 1년을 채우면 16일이 됩니다. [1]", ONE)
    changed = HELD | {"연차": replace(HELD["연차"], text=LEAVE.replace("16일", "17일"))}
    assert grounding(answer, HELD).faults == ()
    assert len(grounding(answer, changed).faults) == 1


def test_the_line_about_a_model_that_broke_off_is_no_sentence_of_the_answer():
    text = f"연차 휴가는 1년을 채우면 16일이 됩니다. [1]\n\n{CUT_SHORT}"
    assert grounding(_answer(text, ONE), HELD).sentences == 1
