"""Whether a message deserves a hint.

Pure: the message, what was said before it, and the thread that it may belong to.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rag.types import Turn
from slackbot.coaching import cues
from slackbot.intake import Question

REMEMBERED_S: Final = 600.0
# A split thought: so many root messages of one person in so many seconds, each of at most so many characters.
_PIECES, _PIECES_WITHIN_S, _PIECE = 3, 60.0, 45
# Between two pieces one does not do anything else.
_PIECE_GAP_S = 30.0
# A reply that went to the channel is short, or it would stand for itself. What comes sooner after one's
# own message was written before the answer was read; it continues the question (`Limits.gather`).
_REPLY, _SOONEST_S = 150, 3.0
# A thread is old after a day, or after so many messages.
_OLD_S, _LONG = 86_400.0, 20
# New topics are compared with the root and so many of the last messages.
_LAST = 5


class Kind(StrEnum):
    """What the hint is about.

    ``split``: one thought in many messages. ``loose_reply``: an answer to a thread, as a new message of
    the channel. ``new_topic``: another topic in an old thread.
    """

    SPLIT = "split"
    LOOSE_REPLY = "loose_reply"
    NEW_TOPIC = "new_topic"


@dataclass(frozen=True, slots=True)
class Nudge:
    """A hint for the author of a message; ``thread`` is the one it is about, empty for a split thought."""

    kind: Kind
    thread: str = ""


def thread_to_read(message: Question, recent: Sequence[Question]) -> str | None:
    """The thread without which `advice` cannot judge the message; ``None``: it needs none.

    Threads are asked of Slack, so only those are named that may matter.
    """
    if message.addressed == "direct" or not message.text:
        return None
    if message.in_thread:
        return message.thread if cues.turns_away(message.text) else None
    if message.calls_others or len(message.text) > _REPLY or cues.turns_away(message.text):
        return None
    return _thread_taken_part_in(message, recent)


def advice(message: Question, recent: Sequence[Question], thread: Sequence[Turn] = ()) -> Nudge | None:
    """The hint that the author of ``message`` should get, if any.

    Parameters
    ----------
    recent
        What people said in the channel and its threads in the last ten minutes, oldest first.
    thread
        What was said before the message in the thread that `thread_to_read` names.
    """
    if message.addressed == "direct" or not message.text:
        return None
    if message.in_thread:
        return Nudge(Kind.NEW_TOPIC, message.thread) if _is_new_topic(message, thread) else None
    belongs_to = thread_to_read(message, recent)
    if belongs_to and _is_loose_reply(message, recent, belongs_to, thread):
        return Nudge(Kind.LOOSE_REPLY, belongs_to)
    return Nudge(Kind.SPLIT) if _is_split(message, recent) else None


def _is_split(message: Question, recent: Sequence[Question]) -> bool:
    """Whether the message is at least the third piece of a thought that nobody interrupted."""
    pieces = [message]
    for earlier in reversed([one for one in recent if not one.in_thread]):
        if earlier.user != message.user or not _follows(earlier, pieces[0]):
            break
        if _seconds(earlier, message) > _PIECES_WITHIN_S:
            break
        pieces.insert(0, earlier)
    if len(pieces) < _PIECES or len(message.text) > _PIECE:
        return False
    joints = sum(
        cues.is_open(first.text) or cues.goes_on(second.text) for first, second in itertools.pairwise(pieces)
    )
    return joints >= _PIECES - 1


def _follows(first: Question, second: Question) -> bool:
    return _seconds(first, second) <= _PIECE_GAP_S and len(first.text) <= _PIECE


def _thread_taken_part_in(message: Question, recent: Sequence[Question]) -> str | None:
    """The last thread in which the author spoke and somebody may have answered."""
    answered = {one.thread for one in recent if one.in_thread or one.addressed == "mention"}
    for earlier in reversed(recent):
        if earlier.user == message.user and earlier.thread in answered:
            return earlier.thread if _seconds(earlier, message) > _SOONEST_S else None
    return None


def _is_loose_reply(message: Question, recent: Sequence[Question], thread: str, said: Sequence[Turn]) -> bool:
    in_thread = [one for one in recent if one.thread == thread]
    by_others = [one for one in in_thread if one.user != message.user]
    if not by_others and not any(turn.role == "assistant" for turn in said):
        return False
    if cues.refers_back(message.text) or cues.thanks(message.text):
        # What was said in the channel since is nearer than the thread.
        since = [one for one in recent if not one.in_thread and one.ts > in_thread[-1].ts]
        if not any(one.user != message.user for one in since):
            return True
    if message.addressed == "mention":  # a question to the bot that stands for itself may be a new one
        return False
    own = cues.stems(message.text)
    shared = own & cues.stems(" ".join([*(turn.text for turn in said), *(one.text for one in in_thread)]))
    return len(shared) >= 2 or (cues.asks(message.text) and 3 * len(shared) > len(own))


def _is_new_topic(message: Question, thread: Sequence[Turn]) -> bool:
    if not thread or not cues.turns_away(message.text):
        return False
    if float(message.ts) - float(message.thread) <= _OLD_S and len(thread) <= _LONG:
        return False
    near = [thread[0], *thread[1:][-_LAST:]]
    return cues.stems(message.text).isdisjoint(cues.stems(" ".join(turn.text for turn in near)))


def _seconds(first: Question, second: Question) -> float:
    return float(second.ts) - float(first.ts)
