"""What the bot says in its own words, in the languages it speaks."""

from slackbot.phrases.english import ENGLISH
from slackbot.phrases.japanese import JAPANESE
from slackbot.phrases.korean import KOREAN
from slackbot.phrases.wording import Phrases

__all__ = ["ENGLISH", "JAPANESE", "KOREAN", "LANGUAGES", "Phrases", "of"]

LANGUAGES = {spoken.language: spoken for spoken in (KOREAN, ENGLISH, JAPANESE)}


def of(locale: str, default: str = "ko") -> Phrases:
    """The phrases for a Slack locale such as ``ko-KR``; for any other language those of ``default``."""
    return LANGUAGES.get(locale[:2].lower() if locale[2:3] in ("", "-", "_") else "", LANGUAGES[default])
