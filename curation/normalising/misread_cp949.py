"""CP949 text that was read as Latin-1 or Windows-1252: ¾È³ç was 안녕.

Source of the mapping: Windows code pages 949 and 1252 as Python's codecs hold them.
"""

import re

from curation.normalising.syllables import COMMON

# Windows-1252 prints most of 0x80-0x9F; where it leaves a hole, programs pass the control through.
_BYTES = {chr(code): code for code in range(0x100)} | {
    bytes([code]).decode("cp1252"): code
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_TABLE = str.maketrans({letter: chr(code) for letter, code in _BYTES.items()})
_HIGH = "".join(re.escape(letter) for letter, code in _BYTES.items() if code >= 0x80)

_LINE = re.compile(rf"[\x01-\x09\x0b-\x7f{_HIGH}]*[{_HIGH}]{{2}}[\x01-\x09\x0b-\x7f{_HIGH}]*")
_WORD = re.compile(rf"[{_HIGH}][A-Za-z{_HIGH}]+")
_LEAST_SHARE = 0.75


def read_as_cp949(text: str) -> tuple[str, int]:
    """Give ``text`` with what is CP949 read as Windows-1252 put right, and how many stretches were.

    A stretch is changed only when its bytes are valid CP949 and read as Korean: at least two
    different letters of Hangul, three quarters of what is not ASCII being Hangul and three
    quarters of that common. By chance, two bytes above 0xA0 hit a common syllable about one time
    in fifteen, and European languages hardly ever put two such letters side by side.

    Examples
    --------
    >>> read_as_cp949("Àü¼Û: ¾È³çÇÏ¼¼¿ä 안녕")
    ('전송: 안녕하세요 안녕', 1)
    """
    count = 0

    def repaired(found: re.Match[str]) -> str:
        nonlocal count
        korean = _korean(found[0])
        if korean is None:
            return _WORD.sub(repaired, found[0]) if found.re is _LINE else found[0]
        count += 1
        return korean

    return _LINE.sub(repaired, text), count


def _korean(stretch: str) -> str | None:
    try:
        decoded = stretch.translate(_TABLE).encode("latin-1").decode("cp949")
    except UnicodeDecodeError:
        return None
    foreign = [letter for letter in decoded if letter > "\x7f"]
    syllables = [letter for letter in foreign if "가" <= letter <= "힣"]
    jamo = sum("ㄱ" <= letter <= "ㅣ" for letter in foreign)  # laughter, tears, initials
    common = jamo + sum(letter in COMMON for letter in syllables)
    korean = jamo + len(syllables)
    if (
        len(set(syllables)) + min(jamo, 1) < 2
        or not syllables
        or korean < _LEAST_SHARE * len(foreign)
        or common < _LEAST_SHARE * korean
    ):
        return None
    return decoded
