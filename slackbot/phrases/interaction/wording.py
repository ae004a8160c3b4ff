"""Which sentences there are beside answers; each language fills them in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interaction:
    """The sentences of one language; those with ``{}`` in them are formatted where they are used.

    ``reasons``, ``modes`` are by the value that is stored; ``prompts`` are what may be asked of any
    bot whose index has no titles to offer.
    """

    # Feedback
    thanks: str
    thanks_for_reason: str
    reason_title: str
    reason_intro: str
    reason_label: str
    reasons: Mapping[str, str]
    reason_more: str
    reason_hint: str
    send: str
    cancel: str
    close: str
    # Coaching
    start_coaching: str
    coaching_stopped: str
    coaching_started: str
    # Threads
    summary_title: str
    reading: str
    excerpt: str
    nothing_to_summarise: str
    thread_unreadable: str
    summary_failed: str
    saved_public: str
    saved_private: str
    this_conversation: str
    save_later: str
    save_direct: str
    nothing_to_save: str
    unsaved: str
    # Commands
    help: str
    ask_empty: str
    asking: str
    too_long_here: str
    mode_set: str
    mode_unknown: str
    mode_direct: str
    modes: Mapping[str, str]
    coaching_here: str
    on: str
    off: str
    status_channel: str
    status_person: str
    status_waiting: str
    forget_ask: str
    forget_button: str
    forgotten: str
    # Home
    home_what: str
    home_how: str
    home_settings: str
    home_coaching: str
    home_language: str
    language: str
    # Assistant pane
    greeting: str
    prompts_title: str
    prompt_about: str
    prompts: tuple[str, ...]
