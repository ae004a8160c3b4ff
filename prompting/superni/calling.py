"""Calls of a model through the journal: greedy, none of them paid twice, and never an end to the whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from curation.progress import Advance
from prompting.asking import Conversation, Reply, Sampler
from prompting.journal import BudgetSpentError, CallJournal


def replies_of(
    conversations: Sequence[Conversation],
    sampler: Sampler,
    journal: CallJournal,
    key: Mapping[str, Any],
    advance: Advance = lambda _: None,
) -> list[Reply]:
    """Let a model answer; what the journal has is not asked again.

    An answer that failed, or that the budget does not allow, is a UserError in its place: the others are
    kept.

    Raises
    ------
    ConfigurationError
        When the model cannot be used at all.
    """
    seeds = [0] * len(conversations)
    try:
        return journal.ask(sampler, conversations, seeds, key, advance)
    except BudgetSpentError as spent:
        kept = journal.kept(conversations, seeds, key)
        return [spent if reply is None else reply for reply in kept]
