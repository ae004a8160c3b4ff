"""What the bot says beside its answers: modals, commands, its home, the assistant pane."""

from slackbot import phrases
from slackbot.phrases.interaction.english import ENGLISH
from slackbot.phrases.interaction.japanese import JAPANESE
from slackbot.phrases.interaction.korean import KOREAN
from slackbot.phrases.interaction.wording import Interaction as Interaction

_BY_LANGUAGE = {"ko": KOREAN, "en": ENGLISH, "ja": JAPANESE}


def of(locale: str, default: str = "ko") -> Interaction:
    """As `phrases.of`: the sentences for a Slack locale, those of ``default`` for one not spoken here."""
    return _BY_LANGUAGE[phrases.of(locale, default).language]
