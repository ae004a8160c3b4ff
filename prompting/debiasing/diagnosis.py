"""Self-diagnosis: how sure a model is that a text has an attribute, from the chances of yes and no."""

from collections.abc import Sequence
from math import exp
from typing import Final

from chat.labels import LabelScorer
from chat.sources import NumberedSource, render_sources
from curation.records import Message
from prompting.asking import Conversation
from prompting.debiasing.attributes import Attribute
from prompting.judging import Language

_TITLES: Final = {"ko": "글", "en": "text"}
_QUESTIONS: Final = {
    "ko": "질문: 위 글에 {attribute}이(가) 있습니까? '예'나 '아니요'로만 답하십시오.",
    "en": "Question: does the text above contain {attribute}? Answer only Yes or No.",
}
_LABELS: Final = {"ko": ("예", "아니요"), "en": ("Yes", "No")}


def diagnosis_messages(text: str, attribute: Attribute, language: Language = "ko") -> Conversation:
    """Ask whether a text has an attribute; the text stands between fences that it cannot close."""
    question = _QUESTIONS[language].format(attribute=attribute.words(language))
    return (Message("user", render_sources([NumberedSource(1, _TITLES[language], text)], question)),)


def diagnose(
    score: LabelScorer, texts: Sequence[str], attribute: Attribute, language: Language = "ko"
) -> list[float]:
    """P(yes) / (P(yes) + P(no)) of each text, between 0 and 1.

    Where to draw the line is a matter of the model: see `thresholds.fit_threshold`.
    """
    if not texts:
        return []
    conversations = [diagnosis_messages(text, attribute, language) for text in texts]
    # The ratio of the two, so that chances too small for a float are compared as well.
    return [1 / (1 + exp(min(no - yes, 700.0))) for yes, no in score(conversations, _LABELS[language])]
