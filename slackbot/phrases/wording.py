"""Which sentences there are; each language fills them in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything the bot says around an answer, in one language.

    Names in braces are filled with ``str.format``. A sentence that refuses says what would help.

    Parameters
    ----------
    working
        Status while sources are searched (``assistant.threads.setStatus``).
    no_source, refusals
        Why there is no answer; ``refusals`` by the reasons of ``rag.answering.refusals``.
    near_sources
        Above the names of documents that are near in meaning.
    cut_short
        Below the sentences that were checked before the model failed.
    model_down, model_lost
        The model does not respond: the question waits; it waited as long as it may.
    answer_removed, answer_unknown
        What a click on an answer that is no longer there, or no longer kept, is told.
    nudge_split, nudge_loose_reply, nudge_new_topic
        Private hints on the conventions; ``{thread}`` is a permalink. Each is followed by
        ``nudge_ending``, which says how to turn hints off, and the button ``coaching_off``.
    helpful, unhelpful, helpful_label, unhelpful_label
        The buttons below an answer, and what a screen reader says of them.
    """

    language: str
    sources: str
    working: str
    no_source: str
    refusals: Mapping[str, str]
    near_sources: str
    cut_short: str
    empty_question: str
    too_slow: str
    failed: str
    gave_up: str
    model_down: str
    model_lost: str
    not_allowed: str
    answer_removed: str
    answer_unknown: str
    nudge_split: str
    nudge_loose_reply: str
    nudge_new_topic: str
    nudge_ending: str
    coaching_off: str
    helpful: str
    unhelpful: str
    helpful_label: str
    unhelpful_label: str
