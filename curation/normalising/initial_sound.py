"""The initial sound law (두음 법칙) and its kin: how a Sino-Korean syllable changes with its place.

Source: 한글 맞춤법 (Korean orthography), articles 10 to 12.
"""

_FIRST, _MEDIALS, _FINALS = 0xAC00, 21, 28
_NIEUN, _RIEUL, _IEUNG = 2, 5, 11
_Y_VOWELS = frozenset({2, 3, 6, 7, 12, 17, 20})  # ㅑ ㅒ ㅕ ㅖ ㅛ ㅠ ㅣ
_YEOL_YUL = {"렬": "열", "률": "율"}


def at_start(syllable: str) -> str:
    """Give ``syllable`` as it is said at the start of a word: 녀 → 여, 리 → 이, 락 → 낙."""
    code = ord(syllable) - _FIRST
    initial, rest = divmod(code, _MEDIALS * _FINALS)
    vowel = rest // _FINALS
    if initial == _RIEUL:
        initial = _IEUNG if vowel in _Y_VOWELS else _NIEUN
    elif initial == _NIEUN and vowel in _Y_VOWELS:
        initial = _IEUNG
    return chr(_FIRST + initial * _MEDIALS * _FINALS + rest)


def after(syllable: str, previous: str) -> str:
    """Give ``syllable`` as it is said after ``previous``: 렬 and 률 are 열 and 율 after a vowel or ㄴ."""
    if syllable in _YEOL_YUL and (ord(previous) - _FIRST) % _FINALS in (0, 4):
        return _YEOL_YUL[syllable]
    return syllable
