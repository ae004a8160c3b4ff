"""What the bot needs of whoever answers: nothing about indexes, models or stores."""

from collections.abc import Sequence
from typing import Protocol

from rag.types import Answer, Turn


class Answerer(Protocol):
    """Answers a question from the owner's sources."""

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer ``question``; ``history`` holds the thread's earlier messages, oldest first.

        Called from a worker thread; blocks until the answer is there.
        """
        ...
