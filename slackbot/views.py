"""Modals, the app's home and buttons as Block Kit. Pure; what is shown comes from `phrases`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slackbot.phrases import Phrases
from slackbot.phrases.interaction import Interaction
from slackbot.render import split

COACHING_OFF: Final = "coaching_off"
COACHING_ON: Final = "coaching_on"
FORGET_ME: Final = "forget_me"
REASON_VIEW: Final = "feedback_reason"
SUMMARY_VIEW: Final = "summary"
# Blocks and elements of the modal that asks for a reason; its submission names them again.
REASON_CHOICE: Final = "reason"
REASON_TEXT: Final = "more"
REASON_CHARACTERS: Final = 1_000
# Of a view, and of the text of one section (docs.slack.dev, "Views", "Section block").
_MOST_SECTIONS: Final = 100
_SECTION_CHARACTERS: Final = 3_000

Block = dict[str, Any]
View = dict[str, Any]


def reason_modal(say: Interaction, about: str) -> View:
    """Asks why an answer was not good; ``about`` comes back with the submission."""
    choices = [{"text": _plain(text), "value": value} for value, text in say.reasons.items()]
    return {
        "type": "modal",
        "callback_id": REASON_VIEW,
        "private_metadata": about,
        "title": _plain(say.reason_title),
        "submit": _plain(say.send),
        "close": _plain(say.cancel),
        "blocks": [
            section(say.reason_intro),
            {
                "type": "input",
                "block_id": REASON_CHOICE,
                "label": _plain(say.reason_label),
                "element": {"type": "radio_buttons", "action_id": REASON_CHOICE, "options": choices},
            },
            {
                "type": "input",
                "block_id": REASON_TEXT,
                "optional": True,
                "label": _plain(say.reason_more),
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON_TEXT,
                    "multiline": True,
                    "max_length": REASON_CHARACTERS,
                    "placeholder": _plain(say.reason_hint),
                },
            },
        ],
    }


def summary_modal(say: Interaction, text: str) -> View:
    """Shows ``text`` as it is, however it is written: nothing in it becomes a link or a mention."""
    pieces = split(text, _SECTION_CHARACTERS)[:_MOST_SECTIONS]
    return {
        "type": "modal",
        "callback_id": SUMMARY_VIEW,
        "title": _plain(say.summary_title),
        "close": _plain(say.close),
        "blocks": [{"type": "section", "text": _plain(piece)} for piece in pieces],
    }


def home(say: Interaction, labels: Phrases, *, coached: bool) -> View:
    """The app's home: what the bot does, how to ask, and the person's own settings."""
    state = say.home_coaching.format(state=say.on if coached else say.off)
    switch = _stop_coaching(labels) if coached else button(COACHING_ON, say.start_coaching)
    return {
        "type": "home",
        "blocks": [
            section(say.home_what),
            section(say.home_how),
            section(say.help),
            {"type": "divider"},
            {"type": "header", "text": _plain(say.home_settings)},
            section(state) | {"accessory": switch},
            section(say.home_language.format(language=say.language)),
        ],
    }


def nudge(text: str, labels: Phrases) -> list[Block]:
    """A private hint with the button that stops such hints; ``text`` is mrkdwn."""
    return [section(text), {"type": "actions", "elements": [_stop_coaching(labels)]}]


def forget_question(say: Interaction) -> list[Block]:
    """Asks whether everything is to be erased."""
    erase = button(FORGET_ME, say.forget_button) | {"style": "danger"}
    return [section(say.forget_ask), {"type": "actions", "elements": [erase]}]


def without_buttons(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The blocks of an answer that nobody can give feedback on: it is no message that is kept."""
    return [block for block in blocks if block["type"] not in ("context_actions", "actions")]


def section(text: str) -> Block:
    """One paragraph of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def button(action: str, label: str) -> Block:
    """A button that names its action."""
    return {"type": "button", "action_id": action, "text": _plain(label)}


def _stop_coaching(labels: Phrases) -> Block:
    return button(COACHING_OFF, labels.coaching_off)


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
