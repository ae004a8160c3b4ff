"""Modals, home and nudges keep Slack's limits in every language."""

from collections.abc import Iterator
from dataclasses import fields
from string import Formatter
from typing import Any

import pytest

from slackbot import phrases, views
from slackbot.phrases import interaction
from slackbot.policy import Mode

LANGUAGES = ["ko", "en", "ja"]
LONG = "아주 긴 글입니다. <!channel> <@U0DOYUN> & *굵게*\n" * 12_000


def objects(view: Any) -> Iterator[dict[str, Any]]:
    if isinstance(view, dict):
        yield view
        for value in view.values():
            yield from objects(value)
    elif isinstance(view, list):
        for value in view:
            yield from objects(value)


def every_view(language: str) -> list[dict[str, Any]]:
    say, labels = interaction.of(language), phrases.of(language)
    return [
        views.reason_modal(say, "{}"),
        views.summary_modal(say, LONG),
        views.home(say, labels, coached=True),
        views.home(say, labels, coached=False),
        {"blocks": views.nudge("하나의 글에 적어 주세요.", labels)},
        {"blocks": views.forget_question(say)},
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_of_block_kit(language):
    for view in every_view(language):
        for name in ("title", "submit", "close"):
            assert len(view.get(name, {}).get("text", "")) <= 24
        assert len(view["blocks"]) <= 100
        for one in objects(view):
            kind = one.get("type")
            if kind == "section":
                assert 0 < len(one["text"]["text"]) <= 3_000
            elif kind == "button":
                assert len(one["text"]["text"]) <= 75
            elif kind == "header":
                assert len(one["text"]["text"]) <= 150
            elif kind == "radio_buttons":
                assert len(one["options"]) <= 10
                assert all(len(option["text"]["text"]) <= 75 for option in one["options"])
            elif kind == "plain_text_input":
                assert one["max_length"] <= 3_000
                assert len(one["placeholder"]["text"]) <= 150


def test_a_summary_is_shown_as_it_is():
    [block] = views.summary_modal(interaction.of("ko"), "*굵게* <!channel> <http://x|y>")["blocks"]
    assert block["text"] == {"type": "plain_text", "text": "*굵게* <!channel> <http://x|y>"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_sentences_with_the_same_gaps(language):
    korean, other = interaction.of("ko"), interaction.of(language)
    for field in fields(korean):
        ours, theirs = getattr(korean, field.name), getattr(other, field.name)
        assert theirs, field.name
        if isinstance(ours, str):
            assert gaps(theirs) == gaps(ours), field.name
        elif isinstance(ours, dict):
            assert list(theirs) == list(ours), field.name
    assert set(other.modes) == set(Mode)


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ko-KR", "한국어"), ("en-GB", "English"), ("ja-JP", "日本語"), ("fr-FR", "한국어"), ("", "한국어")],
)
def test_the_locale_decides(locale, language):
    assert interaction.of(locale).language == language
