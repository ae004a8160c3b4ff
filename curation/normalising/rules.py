"""The rules of the step ``normalise``, in the order in which they run."""

from typing import Literal

from curation.normalising.blanks import fold_blanks
from curation.normalising.composition import compose
from curation.normalising.entities import decode_entities
from curation.normalising.hanja import to_hangul
from curation.normalising.invisible import remove_invisible
from curation.normalising.jamo import join_jamo
from curation.normalising.mojibake import repair
from curation.normalising.repeats import cutter
from curation.normalising.ruleset import Rule
from curation.normalising.suspicion import Sign
from curation.normalising.tags import strip_tags
from curation.normalising.widths import WIDTHS, Widths


def rules_of(
    *,
    nfc: bool,
    invisible: bool,
    white_space: bool,
    jamo: bool,
    full_width: Widths,
    mojibake: bool,
    html_entities: bool,
    html_tags: bool,
    repeats: int | None,
    hanja: Literal["keep", "hangul"],
) -> list[Rule]:
    """Give the rules that are asked for, by the names of the step's parameters.

    Mojibake comes first: it is made of controls and blanks that later rules remove. Hanja come
    before NFC, which takes away what says how a compatibility ideograph is read.
    """
    narrow = WIDTHS[full_width]
    return [
        *([Rule("mojibake", Sign.MOJIBAKE, repair)] if mojibake else []),
        *([Rule("html_tags", Sign.LESS_THAN, strip_tags)] if html_tags else []),
        *([Rule("html_entities", Sign.AMPERSAND, decode_entities)] if html_entities else []),
        *([Rule("invisible", Sign.INVISIBLE, remove_invisible)] if invisible else []),
        *([Rule("hanja", Sign.HAN, to_hangul)] if hanja == "hangul" else []),
        *([Rule("nfc", Sign.DECOMPOSED, compose)] if nfc else []),
        *([Rule("jamo", Sign.JAMO, join_jamo)] if jamo else []),
        *([Rule("full_width", Sign.FULL_WIDTH, narrow)] if narrow else []),
        *([Rule("repeats", Sign.REPEATED, cutter(repeats))] if repeats else []),
        *([Rule("white_space", Sign.BLANK, fold_blanks)] if white_space else []),
    ]
