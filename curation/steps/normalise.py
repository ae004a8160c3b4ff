"""Unicode NFC and whitespace: one spelling for what looks the same."""

import re
import unicodedata

from curation.steps.base import BatchJudge, Given, Params, Step, each

# A zero-width joiner stays where it builds an emoji: after a pictograph or its modifier.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
    "|(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d"
)
_HANGUL_FILLER = "\u3164"


class NormaliseParams(Params):
    """No parameters."""


def normalise(text: str) -> str:
    r"""Give ``text`` in NFC with folded whitespace and without invisible characters.

    Line breaks of every kind become ``\n``; each line is trimmed and its runs of blanks
    (including the ideographic space and the Hangul filler) become one space; runs of empty
    lines become one empty line. Applying it twice gives what applying it once gives.

    Examples
    --------
    >>> normalise("좋아요\u200b   정말\r\n\r\n\r\n끝 ")
    '좋아요 정말\n\n끝'
    """
    if text.isprintable():
        return _folded(text)
    folded: list[str] = []
    for line in map(_folded_line, text.splitlines()):
        if line or (folded and folded[-1]):
            folded.append(line)
    if folded and not folded[-1]:
        folded.pop()
    return "\n".join(folded)


def _folded_line(line: str) -> str:
    if line.isprintable():
        return _folded(line)
    # Invisible characters leave before NFC: they may stand between letters that compose.
    return " ".join(_folded(_UNWANTED.sub("", line)).split())


def _folded(line: str) -> str:
    """Bring a line to NFC, its spaces folded; other blanks are left when it is not printable."""
    if not line.isascii():
        line = unicodedata.normalize("NFC", line.replace(_HANGUL_FILLER, " "))
    # Most lines need no folding, and looking is several times cheaper than splitting.
    if "  " in line or line[:1] == " " or line[-1:] == " ":
        return " ".join(line.split())
    return line


def _make(_: NormaliseParams, __: Given) -> BatchJudge:
    return each(normalise)


NORMALISE = Step(
    name="normalise",
    summary="Unicode NFC; blanks and blank lines folded; control and zero-width characters removed",
    params=NormaliseParams,
    sees="strings",
    make=_make,
)
