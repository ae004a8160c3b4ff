"""What the bot needs of whoever answers: nothing about indexes, models or stores."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.types import EVERYTHING, Answer, Filter, Turn


class Answerer(Protocol):
    """Answers a question from the owner's sources."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING
    ) -> Iterator[str | Answer]:
        """Give each sentence as soon as it may be shown, and at the end the `Answer` that they make up.

        ``history`` holds the thread's earlier messages, oldest first; ``among`` says which passages
        may be used. Called and read from a worker thread. Closing the iterator ends the model's work.
        """
        ...
