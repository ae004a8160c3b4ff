"""Whatever a model or a document says: nobody is notified, nothing is disguised, no letter is lost."""

import html
import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot import render
from slackbot.emulator.markup import POSTED_TEXT, UPDATED_TEXT, fault_of, notifications_in
from slackbot.stream import harmless
from tests.slackbot.rendered import leaves, letters
from tests.slackbot.test_render import answered, cited, hostile

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
MARKUP = st.sampled_from(
    [
        *(
            "**",
            "*",
            "_",
            "~~",
            "`",
            "```\n",
            "```이름\n",
            "> ",
            "- ",
            "\n- ",
            "\n1. ",
            "\n\n",
            "\n",
            "# ",
            "|",
        ),
        *(
            "\n|-|-|\n",
            "[",
            "](",
            ")",
            "![",
            "<",
            ">",
            "[1]",
            "\\",
            "    ",
            "\t",
            "2024. 3. 1. ",
            "은",
            "가나다 ",
        ),
        *(
            "&lt;!here&gt;",
            "&amp;",
            "<!channel>",
            "<@U1>",
            "<!subteam^S1>",
            "<#C1>",
            "@everyone",
            "https://a.test/",
        ),
        *(
            "https://evil.test|",
            "\u200b",
            "\u200d",
            "\ufeff",
            "\x00",
            "\x1b[31m",
            "\ud800",
            "\udfff",
            "é",
            *BIDI,
        ),
        *("👩\u200d👩\u200d👧", "ᄒ\u1161ᆫ"),
    ]
)
marked_up = st.lists(st.one_of(MARKUP, st.text(max_size=8)), max_size=80).map("".join)


def only_letters(text):
    """Letters as they must arrive."""
    return [c for c in text if unicodedata.category(c)[0] == "L" and c != "\ufffd"]


def check(messages):
    assert messages
    for message in messages:
        assert fault_of(message.text, message.blocks, longest_text=POSTED_TEXT) == ""
        assert fault_of(message.text, message.blocks, longest_text=UPDATED_TEXT) == ""
        assert len(message.text.encode()) <= render.TEXT_BYTES
        assert notifications_in(message.text, message.blocks) == {"notifies": [], "links": []}
        sent = json.dumps(message.blocks, ensure_ascii=False, separators=(",", ":"))
        assert len(sent.encode("utf-16-le")) // 2 <= render.MESSAGE_CHARACTERS + 100
        assert len(message.blocks) <= 50
        for leaf in leaves(message.blocks):
            assert leaf["type"] == "text" or leaf.keys() <= {"type", "url", "style"}
            assert not set(leaf.get("text", leaf.get("url"))) & {*BIDI, "\u200b", "\ufeff", "\x00", "\x1b"}


@given(text=hostile, quote=hostile, source=hostile)
def test_whatever_is_answered_slack_accepts_it_and_nobody_is_pinged(text, quote, source):
    check(render.answer(answered(text, cited(1, source, quote), cited(2, f"https://a.test/{source}"))))


@settings(max_examples=300)
@given(text=marked_up)
def test_every_letter_arrives_in_order(text):
    messages = render.answer(answered(f"{text}\n\n끝"))
    check(messages)
    shown = only_letters("".join(letters(message.blocks) for message in messages))
    assert shown == only_letters(text + "끝")


@given(text=marked_up)
def test_what_is_shown_while_it_is_written_is_as_safe(text):
    streamed = harmless(render.shown(text))
    streamed.encode()  # Slack takes UTF-8: half a surrogate pair would end the stream
    block = {"type": "markdown", "text": streamed}
    assert notifications_in(streamed, [block]) == {"notifies": [], "links": []}
    assert not set(streamed) & {*BIDI, "\u200b", "\ufeff", "\x00", "\x1b"}
    assert only_letters(html.unescape(streamed)) == only_letters(text)


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("&lt;!here&gt;", "&lt;!here&gt;"),
        ("<!channel> <@U1|철수> <#C1>", "<!channel> <@U1|철수> <#C1>"),
        ("@channel @here @everyone", "@channel @here @everyone"),
        ("<http://evil.test|http://slack.com>", "<http://evil.test|http://slack.com>"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("관\u200b리\u2060자", "관리자"),
        ("pass\u00adword\ufeff", "password"),
        ("한\u200d글", "한글"),
        ("👩\u200d👩\u200d👧\ufe0f 👍🏽", "👩\u200d👩\u200d👧\ufe0f 👍🏽"),
        ("ᄒ\u1161ᆫ글 ㅎㅏㄴ", "ᄒ\u1161ᆫ글 ㅎㅏㄴ"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\x00b\x07c\x1b[31md\x9b", "abc[31md"),
        ("a\ud800b", "a?b"),
        ("줄\u2028바꿈\r\n끝", "줄\n바꿈\n끝"),
        ("שלום עולם", "שלום עולם"),
        ("tag\U000e0041\U000e0042", "tag"),
    ],
)
def test_what_could_deceive_is_taken_out_and_what_is_text_stays(written, arrives):
    [message] = render.notice(written)
    assert letters(message.blocks).replace("\ufffd", "?") == arrives
    check([message])


def test_bidirectional_controls_cannot_disguise_a_source():
    [message] = render.answer(
        answered("답 [1]", cited(source="규정\u202edm.exe", quote="가\u2066나", place="\u202e2쪽"))
    )
    check([message])
    assert "규정dm.exe, 2쪽" in letters(message.blocks)


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " 끝",
        "> " * 10_000 + "끝",
        "- " * 10_000 + "끝",
        "1. " * 10_000 + "끝",
        "".join(f"{' ' * (2 * n)}- 층{n}\n" for n in range(300)) + "끝",
        "> - " * 3_000 + "끝",
        "[" * 10_000 + "끝",
        "![" * 10_000 + "끝",
        "*가 " * 10_000 + "끝",
        "**가(나)**" * 5_000 + "끝",
        "[가](" * 5_000 + "끝",
        "`" * 10_000 + "끝",
        "```\n" * 5_001 + "끝",
        "|" * 10_000 + "\n" + "|-" * 9_999 + "|\n끝",
        "가\u0301" + "\u0301" * 10_000 + "끝",
        "https://a.test/" * 2_000 + "끝",
    ],
    ids=lambda text: text[:4].strip(),
)
def test_depth_and_repetition_cost_little_and_lose_nothing(text):
    messages = render.answer(answered(text))
    check(messages)
    shown = "".join(letters(message.blocks) for message in messages)
    assert only_letters(shown) == only_letters(text)
    assert shown.rstrip("`\n").endswith("끝")
