"""Mobile numbers with digits spelled out, as people write them to get past filters: 공일공 …"""

import re
from collections.abc import Iterator

from curation.personal_data.kinds import Found

_VALUES = {
    **{"공": "0", "영": "0", "일": "1", "이": "2", "삼": "3", "사": "4"},
    **{"오": "5", "육": "6", "륙": "6", "칠": "7", "팔": "8", "구": "9"},
}
_DIGIT = f"[0-9{''.join(_VALUES)}]"
_FOUR = rf"{_DIGIT}(?: ?{_DIGIT}){{3}}"
_NUMBER = re.compile(rf"(?<![0-9])[0공영][1일][0공영] ?[-.]? ?{_FOUR} ?[-.]? ?{_FOUR}(?![0-9])")


def spelled_phone_numbers(text: str) -> Iterator[Found]:
    """Find mobile numbers of which some digits are Hangul syllables."""
    for match in _NUMBER.finditer(text):
        digits = "".join(_VALUES.get(char, char) for char in match[0] if char not in " -.")
        if any(char in _VALUES for char in match[0]):
            yield Found("phone_number", match.start(), match.end(), digits)
