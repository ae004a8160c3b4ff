"""Mojibake: text that was read in another encoding than it was written in."""

import functools
import re
from typing import Any

from curation.normalising.misread_cp949 import read_as_cp949
from curation.normalising.misread_utf8 import LEADS, LOST, read_as_utf8

# UTF-8 read as a Western code page always shows an accented letter or a control in 0x80-0x9F.
_WESTERN = re.compile("[\x80-\x84\x86-\x9fÀ-ÖØ-öø-ÿŒœŠšŽžŸƒ]")
_CP949 = re.compile(f"{_WESTERN.pattern}|[\xa1-\xff]{{4}}")
_KOREAN = re.compile(f"[{LOST}{LEADS}]")
_TWO_BYTE_SCRIPT = re.compile("[\u0180-\u07ff]")
_FEWEST_OF_A_SCRIPT = 3


def repair(text: str) -> tuple[str, int]:
    """Give ``text`` with mojibake put right, and how many stretches were.

    Three accidents are known: CP949 read as Windows-1252 (``¾È³ç``), UTF-8 read as CP949
    (``�븞�뀞``), and UTF-8 read as a Western code page (``ì•ˆë…•``), which is ftfy's part. Of
    ftfy only the repair of encodings is used: quotes, ligatures, widths and controls are not its
    business here.

    Examples
    --------
    >>> repair("¾È³çÇÏ¼¼¿ä, ì•ˆë…•")
    ('안녕하세요, 안녕', 2)
    """
    count = 0
    if _KOREAN.search(text):
        text, count = read_as_utf8(text)
    if _CP949.search(text):
        text, stretches = read_as_cp949(text)
        count += stretches
    if _WESTERN.search(text):
        text, stretches = _read_by_ftfy(text)
        count += stretches
    return text, count


def _read_by_ftfy(text: str) -> tuple[str, int]:
    import ftfy  # noqa: PLC0415 - only few texts need it

    fixed = ftfy.fix_encoding_and_explain(text, _ftfy_config())
    if fixed.text == text or fixed.explanation is None:
        return text, 0
    if any(
        step.parameter in ("windows-1252", "latin-1") for step in fixed.explanation if step.action == "decode"
    ):
        return text, 0  # a guess about controls, not about UTF-8
    if 0 < _foreign(fixed.text) - _foreign(text) < _FEWEST_OF_A_SCRIPT:
        return text, 0  # a lone Greek or rare Latin letter is two bytes that met by chance
    return fixed.text, 1


def _foreign(text: str) -> int:
    return len(_TWO_BYTE_SCRIPT.findall(text))


@functools.cache
def _ftfy_config() -> Any:
    import ftfy  # noqa: PLC0415

    return ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=True,
        decode_inconsistent_utf8=True,
        fix_c1_controls=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=True,
    )
