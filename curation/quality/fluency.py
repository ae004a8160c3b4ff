"""How likely Kiwi's language model holds a text, and how much of the text it does not know."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from curation.korean import Morpheme

_SYLLABLES = re.compile("[가-힣]+")
_BLANKS = re.compile(r"\s+")

# What a wrong decoding, a broken font or a broken keyboard leaves behind:
_GIBBERISH = re.compile(
    # UTF-8 read as Latin-1 or Windows-1252: each syllable becomes ê-í and two more characters,
    "(?:[ê-í][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,2}){2,}"
    # CP949 read as Latin-1: pairs of ¡-þ,
    "|[¡-ÿ]{4,}"
    # syllables typed as single letters; ㅋㅋㅠㅠ is a vowel after a consonant too, and is not one,
    "|[ㄱ-ㅣ]*[ㄱ-ㅎ][ㅏ-ㅛㅝ-ㅟㅢㅣ][ㄱ-ㅣ]*"
    # characters that stand for no character, and private ones.
    "|[\x80-\x9f\ufffd\ue000-\uf8ff]+"
)
# Other scripts and numbers have no probability of their own; web addresses, emoji (W_*) and the
# letters that Kiwi cuts off an ending (Z_CODA) neither.
_NO_WORDS = frozenset("SWZU")
_FOREIGN = frozenset({"SL", "SH"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one analysis says about a text.

    ``fluency``
        mean natural logarithm of the probability of a Hangul syllable, None where the text has none;
    ``syllables``
        how many that mean is over;
    ``unknown``, ``foreign``
        shares of the visible characters: in no known word; Latin letters or Hanja;
    ``function``
        share of particles and endings among the Korean morphemes: sentences have about a third,
        lists of keywords none.
    """

    fluency: float | None
    syllables: int
    unknown: float
    foreign: float
    function: float


def read(text: str, morphemes: Sequence[Morpheme]) -> Reading:
    """Measure ``text`` by its analysis.

    The probability is a syllable's and not a morpheme's, because an analysis of nonsense has
    fewer, longer morphemes: by syllable, texts of any length and kind can be compared.
    """
    words = function = unknown = foreign = 0
    likelihood = 0.0
    for morpheme in morphemes:
        tag = morpheme.tag
        first = tag[0]
        if first in _NO_WORDS:
            if tag in _FOREIGN:
                foreign += morpheme.end - morpheme.start
            continue
        words += 1
        likelihood += morpheme.score
        if first in "JE":
            function += 1
        elif morpheme.oov:
            unknown += morpheme.end - morpheme.start
    syllables = sum(map(len, _SYLLABLES.findall(text)))
    visible = len(_BLANKS.sub("", text)) or 1
    unknown += sum(map(len, _GIBBERISH.findall(text)))
    return Reading(
        fluency=likelihood / syllables if syllables else None,
        syllables=syllables,
        unknown=min(1.0, unknown / visible),
        foreign=min(1.0, foreign / visible),
        function=function / words if words else 0.0,
    )
