"""The lexical field: Kiwi content morphemes and character bigrams, joined by spaces.

The store splits it at white space and does nothing else to it; query and passage pass through
the same functions.
"""

import re
from collections.abc import Sequence

from curation.korean import content_morphemes

# Part of the index's version: raise it when the same text gives other tokens.
LEXICAL_VERSION = "1"

_HANGUL_RUN = re.compile(r"[가-힣]{2,}")
# Keeps a bigram apart from the morpheme of the same form: each has its own document frequency.
_BIGRAM_MARK = "_"


def titled(title: str, text: str) -> str:
    """What is tokenised and embedded for a passage: its document's title, then its text."""
    return f"{title}\n{text}" if title else text


def bigrams(text: str) -> list[str]:
    """Marked character bigrams of the Hangul runs; they find what the morphemes cut differently."""
    return [
        _BIGRAM_MARK + run[at : at + 2] for run in _HANGUL_RUN.findall(text) for at in range(len(run) - 1)
    ]


def lexical_fields(texts: Sequence[str]) -> list[str]:
    """The lexical field of each text, ready for a store that splits at white space."""
    return [
        " ".join([*morphemes, *bigrams(text)])
        for text, morphemes in zip(texts, content_morphemes(texts), strict=True)
    ]
