"""Labels out of replies, for models that cannot tell how probable a label is: those behind a server."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from prompting.selection.answers import final_of
from prompting.selection.spellings import normalised

_UNSEEN: Final = 0.5  # added to each label's count (Jeffreys' prior): none is impossible after six replies


def label_of(reply: str, labels: Sequence[str], *, cot: bool = False) -> str:
    """Give the label that a reply is, or the only one that it names; empty when there is none."""
    spelled = {normalised(label): label for label in labels}
    answer = final_of(reply, cot=cot)
    if label := spelled.get(answer):
        return label
    texts = [answer] if cot else [normalised(reply)]
    if not cot and re.search("[가-힣]", texts[0]):  # without its blanks, so a word beside another is none
        texts.append(unicodedata.normalize("NFKC", reply).casefold())
    named = [one for one in spelled if any(_is_named(one, text) for text in texts)]
    # "비공격적" names "공격적" as well, and means itself.
    longest = [one for one in named if not any(one != other and one in other for other in named)]
    return spelled[longest[0]] if len(longest) == 1 else ""


def _is_named(label: str, text: str) -> bool:
    """Whether a text names a label: 긍정적 does 긍정, but "know" does not "no", nor 10 the label 1."""
    before = "" if "가" <= label[0] <= "힣" else r"(?<![^\W가-힣])"
    behind = "" if "가" <= label[-1] <= "힣" else r"(?![^\W가-힣])"
    return label in text and re.search(f"{before}{re.escape(label)}{behind}", text) is not None


def log_shares(replies: Sequence[str], labels: Sequence[str]) -> list[float]:
    """Estimate the labels' natural-log probabilities from several replies; -inf when none names a label."""
    counts = Counter(filter(None, (label_of(reply, labels) for reply in replies)))
    if not counts:
        return [-math.inf] * len(labels)
    whole = counts.total() + _UNSEEN * len(labels)
    return [math.log((counts[label] + _UNSEEN) / whole) for label in labels]
