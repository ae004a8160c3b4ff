"""Names in sentences, and whether a table's words hold them.

In Latin letters, a name is a word that begins with a capital, unless it is one that opens sentences (The,
In, Although …). In Korean, it is what Kiwi takes for a proper noun, or a noun that stands in no dictionary;
its particles are Kiwi's finding too.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from curation.korean import Morpheme, is_syllable, plain_tag

_WORD = r"[^\W_\p{Hangul}]"
_LATIN = regex.compile(rf"(?:\p{{Lu}}\.){{2,}}|(?<!{_WORD})\p{{Lu}}{_WORD}*(?:['’](?!s\b)\p{{L}}+)?")
_PIECE = regex.compile(rf"(?:\p{{Lu}}\.){{2,}}|{_WORD}+(?:['’](?!s\b)\p{{L}}+)?|\p{{Hangul}}+")
# Words that stand with a capital at the beginning of a sentence or in a title, and name nothing.
_NO_NAME = regex.compile(
    r"a|an|the|this|that|these|those|there|here|it|its|he|his|she|her|hers|they|their|we|our|you|your|i"
    r"|my|in|on|at|by|for|from|with|without|of|to|as|after|before|during|since|until|under|over|between"
    r"|among|against|within|throughout|upon|while|when|where|whereas|who|which|what|although|though"
    r"|because|if|unless|once|and|but|or|nor|so|yet|both|either|neither|each|every|all|some|any|many"
    r"|most|several|few|one|two|three|four|five|six|seven|eight|nine|ten|no|not|only|also|then|later"
    r"|thereafter|subsequently|however|meanwhile|additionally|finally|initially|overall|together|another"
    r"|other|others|such|same|about|around|approximately|nearly|almost|more|less|fewer|followed"
    r"|following|according|despite|due|starting|beginning|founded|located|released|born|based|currently"
    r"|originally|previously|first|second|third|last|next|now|today|towards|toward|along|across|near|out"
    r"|up|down|off|per|via|is|are|was|were|has|had|have|did|does|do|be|being|been|can|could|will|would"
    r"|may|might|must|should",
    regex.IGNORECASE,
)
_LEAST_STEM = 4
_LEAST_KOREAN = 2
_LONGEST_INITIALS = 6


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands, in code points."""

    start: int
    end: int
    text: str


class Known:
    """The words of a table, to look names up in."""

    def __init__(self, texts: Iterable[str]) -> None:
        held = list(texts)
        self._pieces = {_folded(piece) for text in held for piece in _PIECE.findall(text)}
        self._compact = "\n".join("".join(text.split()).casefold() for text in held)
        self._korean = {word for word in self._pieces if len(word) >= _LEAST_KOREAN and is_syllable(word[0])}
        self._initials = "\n".join(
            "".join(piece[0].casefold() for piece in _PIECE.findall(text) if piece[0].isupper())
            for text in held
        )

    def holds(self, name: str) -> bool:
        """Tell whether the table names it: as it is, as part of a longer word, or by its initials."""
        if is_syllable(name[0]):
            compact = "".join(name.split()).casefold()
            return compact in self._compact or any(compact.startswith(word) for word in self._korean)
        folded = _folded(name)
        return (
            folded in self._pieces
            or any(_share_stem(folded, piece) for piece in self._pieces)
            or (name.isupper() and 1 < len(folded) <= _LONGEST_INITIALS and folded in self._initials)
        )


def latin_names(text: str) -> Iterator[Name]:
    """Give the names in Latin letters; each word of a name is one."""
    for found in _LATIN.finditer(text):
        word = found[0]
        if len(word) == 1 or _NO_NAME.fullmatch(word):
            continue
        yield Name(found.start(), found.end(), word)


def korean_names(text: str, morphemes: Sequence[Morpheme]) -> Iterator[Name]:
    """Give the Korean names; neighbouring parts make one name."""
    start = end = 0
    for one in morphemes:
        named = plain_tag(one.tag) == "NNP" or (plain_tag(one.tag) == "NNG" and one.oov)
        if not named or not is_syllable(text[one.start]):
            continue
        if start < end == one.start:
            end = one.end
            continue
        if end - start >= _LEAST_KOREAN:
            yield Name(start, end, text[start:end])
        start, end = one.start, one.end
    if end - start >= _LEAST_KOREAN:
        yield Name(start, end, text[start:end])


def _folded(word: str) -> str:
    """Write a word without case, accents and the dots of abbreviations."""
    parted = unicodedata.normalize("NFKD", word.replace(".", "")).casefold()
    plain = "".join(char for char in parted if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", plain)


def _share_stem(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _LEAST_STEM and longer.startswith(shorter)
