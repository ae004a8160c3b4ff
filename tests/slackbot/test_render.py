import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.refusals import CUT_SHORT, REFUSALS
from rag.types import Answer, Citation
from slackbot import render
from slackbot.phrases import ENGLISH, JAPANESE, KOREAN
from tests.slackbot.rendered import leaves, letters, seen


def cited(n=1, source="handbook/휴가.md", quote="해마다 열닷새", place=""):
    return Citation(n, f"{source}#{n}", source, quote, 0, len(quote), 0.9, place)


def answered(text, *citations):
    return Answer(text, citations, False, "", {})


def buttons(message):
    return [block for block in message.blocks if block["type"] == "context_actions"]


hostile = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["<!channel>", "<@U1>", "<http://a|b>", "@here ", "&", "<", "\n\n", "가" * 500, "&lt;"]
        ),
    ),
    max_size=60,
).map("".join)


@given(text=hostile, longest=st.integers(20, 3_000))
def test_pieces_fit_and_hold_the_text_in_order(text, longest):
    pieces = render.split(text, longest)
    assert all(0 < len(render.escape(piece)) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "longest", "pieces"),
    [
        ("첫 문단이다.\n\n둘째 문단이다.", 12, ("첫 문단이다.", "둘째 문단이다.")),
        ("첫 문장이다. 둘째 문장이다.", 12, ("첫 문장이다.", "둘째 문장이다.")),
        ("첫 문장이다. [1] 둘째다.", 13, ("첫 문장이다. [1]", "둘째다.")),
        ("열두 글자의 문장 하나. [12] 다음", 13, ("열두 글자의 문장", "하나. [12] 다음")),
        ("가나다라 마바사아 자차카타", 10, ("가나다라 마바사아", "자차카타")),
        ("가" * 25, 10, ("가" * 10, "가" * 10, "가" * 5)),
        ("가" * 8 + "[12]" + "나" * 4, 10, ("가" * 8, "[12]나나나나")),
        ("가" * 9 + "👩‍👩‍👧", 10, ("가" * 9, "👩‍👩‍👧")),
        ("<" * 5, 10, ("<<", "<<", "<")),
        ("", 10, ()),
    ],
)
def test_cuts_are_where_a_reader_would_pause(text, longest, pieces):
    assert render.split(text, longest) == pieces


def test_sources_are_numbered_and_quoted():
    [message] = render.answer(
        answered(
            "열닷새입니다. [1] [2]",
            cited(place="2쪽, 취업 규칙 > 제5조"),
            cited(2, "https://malmoi.test/p?a=1&b=2", "둘\n째"),
        )
    )
    assert seen(message.blocks) == (
        "열닷새입니다. [1] [2]\n\n*출처*\n[1] handbook/휴가.md, 2쪽, 취업 규칙 > 제5조\n> 해마다 열닷새\n"
        "[2] <https://malmoi.test/p?a=1&b=2>\n> 둘 째"
    )
    assert render.body_of(message.text) == "열닷새입니다. [1] [2]"
    assert "*출처*\n[1] handbook/휴가.md, 2쪽, 취업 규칙 &gt; 제5조\n> 해마다 열닷새" in message.text


@pytest.mark.parametrize(
    "source",
    [
        "https://a.test/|b",
        "https://a.test/> <!here>",
        "javascript:alert(1)",
        "https://a.test/\nx",
        "https://slack.com@a.test/",
        "https://[a.test/",
        "https://",
    ],
)
def test_a_source_that_is_no_plain_address_is_not_a_link(source):
    [message] = render.answer(answered("답 [1]", cited(source=source)))
    assert "<" not in message.text
    assert not [leaf for leaf in leaves(message.blocks) if leaf["type"] == "link"]
    assert " ".join(source.split()) in letters(message.blocks)


def test_a_long_quote_and_many_sources_are_shortened_and_spread():
    citations = [cited(n, f"folder/{'아주' * 50}{n}.md", "말" * 400) for n in range(1, 61)]
    messages = render.answer(answered("답", *citations))
    together = "\n".join(seen(message.blocks) for message in messages)
    assert [f"[{n}]" in together for n in range(1, 61)] == [True] * 60
    assert "말" * 160 not in together
    assert len(messages) > 1
    assert [render.body_of(message.text) for message in messages] == ["답"] + [""] * (len(messages) - 1)


@pytest.mark.parametrize(
    ("given_answer", "text"),
    [
        (Answer("", (), True, "coverage", {}), KOREAN.no_source),
        (Answer("찾지 못했어요.", (cited(),), True, "coverage", {}), "찾지 못했어요."),
        (Answer("  ", (), False, "", {}), KOREAN.no_source),
        (Answer("\u200b\n- \n> ", (), False, "", {}), KOREAN.no_source),
    ],
)
def test_a_refusal_is_one_message_without_sources(given_answer, text):
    [message] = render.answer(given_answer)
    assert message.text == text
    assert seen(message.blocks) == text


@pytest.mark.parametrize("say", [KOREAN, ENGLISH, JAPANESE], ids=lambda say: say.language)
@pytest.mark.parametrize("reason", REFUSALS)
def test_a_refusal_speaks_the_askers_language_and_names_what_is_near(say, reason):
    near = "뜻이 가까운 자료는 다음과 같습니다.\n- 규정/휴가.md, 2쪽\n- 규정/출장.md"
    refused = Answer(f"{REFUSALS[reason]}\n\n{near}", (), True, reason, {})
    [message] = render.answer(refused, say)
    assert seen(message.blocks) == (
        f"{say.refusals[reason]}\n\n{say.near_sources}\n• 규정/휴가.md, 2쪽\n• 규정/출장.md"
    )
    [alone] = render.answer(Answer(REFUSALS[reason], (), True, reason, {}), say)
    assert seen(alone.blocks) == say.refusals[reason]


@pytest.mark.parametrize("say", [KOREAN, ENGLISH, JAPANESE], ids=lambda say: say.language)
def test_the_bots_own_words_around_an_answer_are_in_the_askers_language(say):
    cut = Answer(f"열닷새입니다. [1]\n\n{CUT_SHORT}", (cited(),), False, "model_failed", {})
    [message] = render.answer(cut, say)
    assert seen(message.blocks).startswith(f"열닷새입니다. [1]\n\n{say.cut_short}\n\n*{say.sources}*\n[1] ")
    assert render.body_of(message.text) == f"열닷새입니다. [1]\n\n{say.cut_short}"


def test_an_answer_and_a_refusal_end_with_the_buttons_and_a_notice_does_not():
    long_answer = render.answer(answered("문장입니다. " * 5_000, cited()), ENGLISH)
    refusal = render.answer(Answer("", (), True, "not_in_sources", {}), ENGLISH)
    assert len(long_answer) > 2
    for messages in (long_answer, refusal):
        assert [bool(buttons(message)) for message in messages] == [False] * (len(messages) - 1) + [True]
        block = messages[-1].blocks[-1]
        assert block["type"] == "context_actions"
        [element] = block["elements"]
        assert (element["type"], element["action_id"]) == ("feedback_buttons", render.FEEDBACK_ACTION)
        assert [
            (element[b]["value"], element[b]["text"]["text"]) for b in ("positive_button", "negative_button")
        ] == [
            ("up", ENGLISH.helpful),
            ("down", ENGLISH.unhelpful),
        ]
    assert not any(map(buttons, render.notice("오류입니다.")))


def test_the_notification_text_is_never_cut_inside_an_entity():
    [message, *_] = render.notice("&" * 2_000)
    assert html.unescape(message.text.removesuffix("…")).strip("&") == ""


def test_what_goes_out_survives_the_store():
    messages = render.answer(answered("# 제목\n\n`코드` **굵게**", cited()))
    for message in messages:
        assert json.loads(json.dumps(message.blocks)) == list(message.blocks)
