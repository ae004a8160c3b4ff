import re
from dataclasses import fields
from string import Formatter

import pytest

from rag.answering.refusals import REFUSALS
from slackbot import phrases
from slackbot.phrases import ENGLISH, JAPANESE, KOREAN, Phrases

HANGUL = re.compile("[ᄀ-ᇿ㄰-㆏가-힣]")
KANA_OR_HAN = re.compile("[぀-ヿ一-鿿]")
LETTERS = re.compile("[A-Za-z]")
# Typed as they stand in every language.
VERBATIM = re.compile(r"`[^`]*`|\{\w+\}|Slack")


def said(spoken: Phrases) -> dict[str, str]:
    """Every sentence by its name; those of a mapping by name and key."""
    found: dict[str, str] = {}
    for field in fields(spoken):
        value = getattr(spoken, field.name)
        if isinstance(value, str):
            found[field.name] = value
        else:
            found |= {f"{field.name}.{key}": sentence for key, sentence in value.items()}
    del found["language"]
    return found


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("ko-KR", "ko"),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("ja-JP", "ja"),
        ("ja", "ja"),
        ("en_US", "en"),
        ("EN-us", "en"),
        ("de-DE", "ko"),
        ("", "ko"),
        ("kok-IN", "ko"),
        ("jam-JM", "ko"),
    ],
)
def test_the_language_follows_the_locale(locale, language):
    assert phrases.of(locale).language == language


def test_the_owner_chooses_the_language_of_unknown_locales():
    assert phrases.of("fr-FR", "en") is ENGLISH
    assert phrases.of("kok-IN", "ja") is JAPANESE
    assert phrases.of("ko-KR", "ja") is KOREAN


@pytest.mark.parametrize("spoken", [KOREAN, ENGLISH, JAPANESE], ids=lambda spoken: spoken.language)
def test_every_language_says_everything_with_the_same_placeholders(spoken):
    sentences, korean = said(spoken), said(KOREAN)
    assert all(sentence.strip() == sentence != "" for sentence in sentences.values())
    assert {name: placeholders(s) for name, s in sentences.items()} == {
        name: placeholders(s) for name, s in korean.items()
    }
    assert set(spoken.refusals) == set(REFUSALS)


def test_no_language_is_left_in_another():
    for name, sentence in said(KOREAN).items():
        assert HANGUL.search(sentence), name
        assert not KANA_OR_HAN.search(sentence), name
    for name, sentence in said(ENGLISH).items():
        assert LETTERS.search(sentence), name
        assert sentence.isascii() or sentence.replace("…", "").isascii(), name
    for name, sentence in said(JAPANESE).items():
        assert KANA_OR_HAN.search(sentence), name
        assert not HANGUL.search(sentence), name
        assert not LETTERS.search(VERBATIM.sub("", sentence)), name


def test_sentences_are_polite():
    for name, sentence in said(KOREAN).items():
        if name not in ("sources", "coaching_off", "helpful_label", "unhelpful_label"):
            assert re.search(r"(니다|세요)[….:]?( \{thread\})?$", sentence), name
    for name in ("refusals.not_in_sources", "failed", "not_allowed", "model_down", "nudge_split"):
        assert re.search("(ください|ません|ます)。$", said(JAPANESE)[name]), name


def test_buttons_are_short_enough_for_slack():
    for spoken in phrases.LANGUAGES.values():
        for name in ("coaching_off", "helpful", "unhelpful", "helpful_label", "unhelpful_label"):
            assert len(getattr(spoken, name)) <= 75


def test_a_refusal_says_what_would_help():
    for spoken, asks in ((KOREAN, "주세요"), (ENGLISH, "Please|please"), (JAPANESE, "ください")):
        refused = [*spoken.refusals.values(), spoken.too_slow, spoken.not_allowed]
        assert all(re.search(asks, sentence) for sentence in refused)


def test_every_hint_is_followed_by_how_to_stop_them():
    for spoken in phrases.LANGUAGES.values():
        assert "`/malmoi coaching off`" in spoken.nudge_ending
