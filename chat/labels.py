"""How probable labels are as a model's answer, where it can tell."""

from collections.abc import Callable, Sequence

from langchain_core.language_models import BaseChatModel

from curation.records import Message

LabelScorer = Callable[[Sequence[Sequence[Message]], Sequence[str]], list[list[float]]]
"""Conversations and labels; for each conversation the natural logarithm of each label's probability."""


def label_scorer(model: BaseChatModel) -> LabelScorer | None:
    """Give what scores labels with a chat model of this process; ``None`` for any other.

    The score of a label is log p(label | conversation), the sum over its tokens, as the beginning of the
    assistant's turn: the label need not be the whole answer, so "no" counts "nobody" as well. Servers
    of OpenAI's interface give the probabilities of a few tokens at best, and quoting has none.

    The function raises ConfigurationError for a label without a token, and UserError when a conversation
    is too long or the model fails.
    """
    scorer: LabelScorer | None = getattr(model, "score_labels", None)
    return scorer
