import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer, Citation
from slackbot import phrases, render
from slackbot.emulator.markup import POSTED_TEXT, fault_of, notifications_in


def cited(n=1, source="handbook/휴가.md", quote="해마다 열닷새"):
    return Citation(n, f"{source}#{n}", source, quote, 0, len(quote), 0.9)


def answered(text, *citations):
    return Answer(text, citations, False, "", {})


def shown(messages):
    return [block["text"]["text"] for message in messages for block in message.blocks]


hostile = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["<!channel>", "<@U1>", "<http://a|b>", "@here ", "&", "<", "\n\n", "가" * 500, "&lt;"]
        ),
    ),
    max_size=60,
).map("".join)


@given(text=hostile, quote=hostile, source=hostile)
def test_whatever_is_answered_slack_accepts_it_and_nobody_is_pinged(text, quote, source):
    messages = render.answer(answered(text, cited(1, source, quote), cited(2, f"https://a.test/{source}")))
    assert messages
    for message in messages:
        assert fault_of(message.text, message.blocks, longest_text=POSTED_TEXT) == ""
        assert len(message.text.encode()) <= render.TEXT_BYTES
        assert notifications_in(message.text, message.blocks) == {"notifies": [], "links": []}


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
        ("가나다라 마바사아 자차카타", 10, ("가나다라 마바사아", "자차카타")),
        ("가" * 25, 10, ("가" * 10, "가" * 10, "가" * 5)),
        ("<" * 5, 10, ("<<", "<<", "<")),
        ("", 10, ()),
    ],
)
def test_cuts_are_where_a_reader_would_pause(text, longest, pieces):
    assert render.split(text, longest) == pieces


def test_sources_are_numbered_and_quoted():
    [message] = render.answer(
        answered("열닷새입니다. [1] [2]", cited(), cited(2, "https://malmoi.test/p?a=1&b=2", "둘\n째"))
    )
    assert shown([message]) == [
        "열닷새입니다. [1] [2]",
        "*출처*\n[1] handbook/휴가.md\n> 해마다 열닷새\n[2] <https://malmoi.test/p?a=1&amp;b=2>\n> 둘 째",
    ]
    assert render.body_of(message.text) == "열닷새입니다. [1] [2]"
    assert "handbook/휴가.md" in message.text


@pytest.mark.parametrize(
    "source", ["https://a.test/|b", "https://a.test/> <!here>", "javascript:alert(1)", "https://a.test/\nx"]
)
def test_a_source_that_is_no_plain_address_is_not_a_link(source):
    [line] = render.sources([cited(source=source)])
    assert "<" not in line


def test_a_long_quote_and_many_sources_are_shortened_and_spread():
    citations = [cited(n, f"folder/{'아주' * 50}{n}.md", "말" * 400) for n in range(1, 61)]
    messages = render.answer(answered("답", *citations))
    together = "\n".join(shown(messages))
    assert [f"[{n}]" in together for n in range(1, 61)] == [True] * 60
    assert "말" * 160 not in together
    assert len(messages) > 1


@pytest.mark.parametrize(
    ("given_answer", "text"),
    [
        (Answer("", (), True, "coverage", {}), phrases.NO_SOURCE),
        (Answer("찾지 못했어요.", (cited(),), True, "coverage", {}), "찾지 못했어요."),
        (Answer("  ", (), False, "", {}), phrases.NO_SOURCE),
    ],
)
def test_a_refusal_is_one_message_without_sources(given_answer, text):
    [message] = render.answer(given_answer)
    assert message.text == text
    assert shown([message]) == [text]


def test_the_notification_text_is_never_cut_inside_an_entity():
    [message, *_] = render.notice("&" * 2_000)
    assert html.unescape(message.text.removesuffix("…")).strip("&") == ""
