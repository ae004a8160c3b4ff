"""The one Kiwi of the process: morphemes and sentence ends of Korean text.

A model copy takes about 500 MB and two seconds, so every package shares this one. Kiwi threads
over lists only; callers hand over whole batches.
"""

import dataclasses
import functools
import itertools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

# Kiwi's tags (kiwipiepy README, "품사 태그"): nouns, numerals, foreign words, roots, verbs,
# adjectives. Particles, endings, affixes, pronouns, adverbs and punctuation carry no topic.
_CONTENT_TAGS = frozenset({"NNG", "NNP", "NNB", "NR", "SN", "SL", "SH", "XR", "VV", "VA"})

# How much likelier a corrected reading must be: Kiwi multiplies the cost of a typing error by it.
# Its own 6 "corrects" foreign names and rare words; with 9 a quarter of the corrections is lost and
# edited prose (KoBEST BoolQ) has one change in 12,000 eojeol instead of two.
_TYPO_COST_WEIGHT = 9.0

_lock = threading.Lock()
_kiwi: "Kiwi | None" = None


def _shared() -> "Kiwi":
    global _kiwi  # noqa: PLW0603 - the one copy of the process is the point
    with _lock:
        if _kiwi is None:
            from kiwipiepy import Kiwi  # noqa: PLC0415 - who asks nothing need not wait for it

            # No model type is named: naming one that the wheel does not carry raises.
            _kiwi = Kiwi(num_workers=len(os.sched_getaffinity(0)))
        return _kiwi


def kiwi_versions() -> dict[str, str]:
    """Name the versions of Kiwi and of its model: others may read a text otherwise."""
    return {name: version(name) for name in ("kiwipiepy", "kiwipiepy_model")}


class Morpheme(Protocol):
    """One morpheme where it stands: Kiwi's token, its positions in code points.

    ``score``
        natural logarithm of the morpheme's probability after the ones before it;
    ``oov``
        it stands in no dictionary and was taken for a noun by its letters;
    ``typo_cost``
        more than 0 when ``form`` corrects what is written.

    A contraction is several morphemes at one place (했 = 하 + 었), some of them of no length.
    """

    form: str
    tag: str
    start: int
    end: int
    score: float
    oov: bool
    typo_cost: float


@functools.cache
def plain_tag(tag: str) -> str:
    """Give the tag of a morpheme without the suffix of irregular verbs: ``VV`` for ``VV-I``."""
    return tag.split("-", maxsplit=1)[0]


def is_syllable(char: str) -> bool:
    """Tell whether ``char`` is a composed Hangul syllable."""
    return "가" <= char <= "힣"


def analyses(texts: Iterable[str], *, typos: bool = False) -> Iterator[Sequence[Morpheme]]:
    """Morphemes of each text, in order, over all cores, as they are asked for.

    At most 32 results wait to be asked for, so memory grows with the longest text and not with
    the number of texts; a result takes some 120 bytes a character. With ``typos`` the readings
    may correct spelling, which takes about twice the time.
    """
    kiwi = _shared()
    if typos:
        config = dataclasses.replace(kiwi.global_config, typo_cost_weight=_TYPO_COST_WEIGHT)
        found = kiwi.analyze(texts, typos="basic", override_config=config)
    else:
        found = kiwi.analyze(texts)
    return (readings[0][0] for readings in found)


def spelled(morphemes: Iterable[tuple[str, str]]) -> str:
    """Write morphemes, as ``(form, tag)``, as one word, contracted as Korean spelling has it."""
    word: str = _shared().join([(form, tag, False) for form, tag in morphemes])
    return word


def spaced(text: str) -> str:
    """Write ``text`` with spaces between its words where they are missing; none is taken away."""
    written: str = _shared().space(text)
    return written


def _tokenized(texts: Sequence[str]) -> Iterable[Any]:
    """Give the morphemes of each text in order; no texts load no model."""
    return _shared().tokenize(list(texts)) if texts else ()


def _is_content(tag: str) -> bool:
    # W_* are e-mail addresses, links and serials.
    return plain_tag(tag) in _CONTENT_TAGS or (tag.startswith("W_") and tag != "W_EMOJI")


def tagged_content(texts: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Content morphemes of each text in order, as ``(form, tag)``.

    Forms are lower case and hold no white space; tags carry no suffix of irregular verbs.
    """
    return [
        [
            ("".join(token.form.split()).lower(), plain_tag(token.tag))
            for token in tokens
            if _is_content(token.tag)
        ]
        for tokens in _tokenized(texts)
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


def sentences_and_content(
    texts: Iterable[str],
) -> Iterator[tuple[list[tuple[int, int]], list[tuple[int, str]]]]:
    """Give what `sentence_spans` and `content_morphemes` give of each text, from one pass.

    Of each content morpheme the place where it starts, in code points, and its form. Texts are read
    as results are asked for.
    """
    kept, analysed = itertools.tee(texts)
    found = _shared().tokenize(analysed, split_sents=True)
    for text, sentences in zip(kept, found, strict=True):
        spans = _whole_words(text, [(tokens[0].start, tokens[-1].end) for tokens in sentences if tokens])
        content = [
            (token.start, "".join(token.form.split()).lower())
            for tokens in sentences
            for token in tokens
            if _is_content(token.tag)
        ]
        yield spans, content


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


def function_morphemes(texts: Sequence[str]) -> list[tuple[list[tuple[str, str]], int]]:
    """Particles and endings of each text in order, as ``(form, tag)``, and its number of morphemes.

    They are what ties Korean words into sentences: tags J* and E*. Punctuation and other signs are
    not counted as morphemes.
    """
    found = []
    for tokens in _tokenized(texts):
        tagged = [(token.form, plain_tag(token.tag)) for token in tokens]
        words = [(form, tag) for form, tag in tagged if tag[0] != "S" or tag in ("SL", "SH", "SN")]
        found.append(([(form, tag) for form, tag in words if tag[0] in "JE"], len(words)))
    return found


def tagged_morphemes(texts: Sequence[str]) -> list[list[str]]:
    """All morphemes of each text in order, functional ones too, as ``form/TAG``.

    Forms are lower case; tags carry no suffix of irregular verbs.
    """
    return [
        [f"{token.form.lower()}/{plain_tag(token.tag)}" for token in tokens] for tokens in _tokenized(texts)
    ]


def nearest_nouns(noun: str, count: int) -> list[tuple[str, float]]:
    """Common nouns that stand where ``noun`` does, nearest first, with their cosine.

    Kiwi's language model knows what stands in the same places, which is often a synonym and as often
    a thing of the same kind: 휴가 is near 휴일, and 관리비 near 임차료. A word that it does not know
    has none.
    """
    try:
        found = _shared().most_similar_morphemes((noun, "NNG"), count)
    except (KeyError, ValueError):
        return []
    return [(near.form, near.score) for near in found if near.tag == "NNG"]
