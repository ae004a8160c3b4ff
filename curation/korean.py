"""The one Kiwi of the process: content morphemes and sentence ends of Korean text.

A model copy takes about 500 MB and two seconds, so every package shares this one. Kiwi threads
over lists only; callers hand over whole batches.
"""

import os
import threading
from collections.abc import Sequence
from typing import Any

from kiwipiepy import Kiwi

# Kiwi's tags (kiwipiepy README, "품사 태그"): nouns, numerals, foreign words, roots, verbs,
# adjectives. Particles, endings, affixes, pronouns, adverbs and punctuation carry no topic.
_CONTENT_TAGS = frozenset({"NNG", "NNP", "NNB", "NR", "SN", "SL", "SH", "XR", "VV", "VA"})

_lock = threading.Lock()
_kiwi: Kiwi | None = None


def _shared() -> Kiwi:
    global _kiwi  # noqa: PLW0603 - the one copy of the process is the point
    with _lock:
        if _kiwi is None:
            # No model type is named: naming one that the wheel does not carry raises.
            _kiwi = Kiwi(num_workers=len(os.sched_getaffinity(0)))
        return _kiwi


def _is_content(tag: str) -> bool:
    # Irregular verbs carry a suffix (VV-I, VA-R); W_* are e-mail addresses, links and serials.
    return tag.split("-", maxsplit=1)[0] in _CONTENT_TAGS or (tag.startswith("W_") and tag != "W_EMOJI")


def tagged_content(texts: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Content morphemes of each text in order, as ``(form, tag)``.

    Forms are lower case and hold no white space; tags carry no suffix of irregular verbs.
    """
    if not texts:
        return []
    return [
        [
            ("".join(token.form.split()).lower(), token.tag.split("-")[0])
            for token in tokens
            if _is_content(token.tag)
        ]
        for tokens in _shared().tokenize(list(texts))
    ]


def content_morphemes(texts: Sequence[str]) -> list[list[str]]:
    """Forms of the content morphemes of each text, in order, with repetitions."""
    return [[form for form, _ in tokens] for tokens in tagged_content(texts)]


def sentence_spans(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """``(start, end)`` of each sentence of each text, in code points, without outer white space.

    A sentence ends at white space or at final punctuation: Kiwi alone may end one inside a word
    that it does not know.
    """
    if not texts:
        return []
    found: Any = _shared().split_into_sents(list(texts))
    return [
        _whole_words(text, [(sentence.start, sentence.end) for sentence in sentences])
        for text, sentences in zip(texts, found, strict=True)
    ]


def _whole_words(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not _may_end(text, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _may_end(text: str, end: int, start: int) -> bool:
    return start > end or text[end - 1] in ".?!…。？！\"'”’)"
