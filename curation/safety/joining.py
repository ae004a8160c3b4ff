"""The texts of a batch as one string, in the form that both layers look at."""

import unicodedata
from collections.abc import Sequence

BETWEEN = "\x1e"
"""What stands between two texts, and in none of them."""


def join_texts(texts: Sequence[str]) -> str:
    """Join the texts, in lower case and NFC."""
    joined = BETWEEN.join(text.replace(BETWEEN, " ") if BETWEEN in text else text for text in texts).lower()
    return joined if unicodedata.is_normalized("NFC", joined) else unicodedata.normalize("NFC", joined)
