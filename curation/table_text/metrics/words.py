"""What counts as a word when sentences and tables are compared.

`words` is what the published figures use: mteval's 13a tokens in lower case. Korean particles stand
in the same token as the value before them (서울은 beside a cell 서울), so that measures that look
table values up find too little; `particles` takes them off, `characters` compares character by
character. Only figures of the same choice can be compared.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal

from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from curation.korean import Morpheme, analyses, is_syllable, plain_tag

Comparing = Literal["words", "particles", "characters"]


def prepared(texts: Sequence[str], comparing: Comparing) -> list[str]:
    """Give the texts in lower case, without particles where that is asked for."""
    return [
        text.strip().lower() for text in (without_particles(texts) if comparing == "particles" else texts)
    ]


def tokens_of(comparing: Comparing) -> Callable[[str], list[str]]:
    """Give the function that parts a prepared text."""
    return _characters if comparing == "characters" else _words


def without_particles(texts: Sequence[str]) -> list[str]:
    """Take Korean particles off their words, and the copula with its endings.

    Examples
    --------
    >>> without_particles(["경기도의 수도는 수원이다.", "Suwon"])
    ['경기도 수도 수원.', 'Suwon']
    """
    korean = [text for text in texts if any(map(is_syllable, text))]
    if not korean:
        return list(texts)  # no model is loaded for them
    stripped = iter([_stripped(text, found) for text, found in zip(korean, analyses(korean), strict=True)])
    return [next(stripped) if any(map(is_syllable, text)) else text for text in texts]


def _stripped(text: str, morphemes: Sequence[Morpheme]) -> str:
    kept, position = [], 0
    after_copula = False
    for before, one in pairwise(morphemes):
        tag = plain_tag(one.tag)
        after_copula = tag == "VCP" or (after_copula and tag.startswith("E"))
        # A particle that shares a syllable with its word (난, 뭘) cannot be parted from it.
        if (tag.startswith("J") or after_copula) and before.end <= one.start < one.end:
            kept.append(text[position : one.start])
            position = one.end
    return "".join([*kept, text[position:]])


@cache
def _tokenizer() -> Callable[[str], str]:
    tokenizer: Callable[[str], str] = Tokenizer13a()  # type: ignore[no-untyped-call]  # the library has no types here
    return tokenizer


def _words(text: str) -> list[str]:
    return _tokenizer()(text).split()


def _characters(text: str) -> list[str]:
    return [char for char in text if not char.isspace()]
