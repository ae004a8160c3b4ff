"""A model's calls through the journal: none is paid twice, and what is not to be had costs nothing else."""

from collections.abc import Sequence

from chat.identity import model_identity
from curation.errors import UserError
from curation.progress import Progress, Quiet
from prompting.asking import Ask, Conversation, Reply
from prompting.journal import BudgetSpentError, CallJournal


class Caller:
    """Asks one model, as an `Ask`.

    A call that the budget does not allow, or that fails, is a UserError in the place of its reply.

    Parameters
    ----------
    model
        Its spec: replies are kept under it.
    ask
        The model.
    journal
        Where replies are kept.
    """

    def __init__(self, model: str, ask: Ask, journal: CallJournal, progress: Progress | None = None) -> None:
        self.model = model
        self.doing = "asking"
        """What the progress is called."""
        self.faults: list[UserError] = []
        """Of the calls that failed, or were not made."""
        self._identity = model_identity(model)
        self._ask = ask
        self._journal = journal
        self._progress = progress or Quiet()

    def __call__(self, conversations: Sequence[Conversation]) -> list[Reply]:
        """Ask.

        Raises
        ------
        ConfigurationError
            When the model cannot be used at all.
        """
        key = {"model": self._identity}
        replies: list[Reply]
        with self._progress.task(self.doing, len(conversations), "calls") as advance:
            try:
                replies = self._journal.ask(self._ask, conversations, None, key, advance)
            except BudgetSpentError as spent:
                kept = self._journal.kept(conversations, None, key)
                replies = [spent if reply is None else reply for reply in kept]
        self.faults += [reply for reply in replies if isinstance(reply, UserError)]
        return replies
