"""The numbers that Word counts by itself: 제1조, 1.2.3, 가., ①. Source: ECMA-376 part 1, 17.9."""

import re

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SYLLABLES = "가나다라마바사아자차카타파하"
_CONSONANTS = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_ROMAN = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x"} | {
    9: "ix",
    5: "v",
    4: "iv",
    1: "i",
}
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


class Numbering:
    """The lists of a document, counted while its paragraphs go by; ``root`` is its numbering part."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._counts: dict[str, list[int]] = {}
        if root is None:
            return
        abstract = {
            node.get(f"{W}abstractNumId", ""): {
                int(level.get(f"{W}ilvl", "0")): _level(level)
                for level in node.iter(f"{W}lvl")
                if level.get(f"{W}ilvl", "0") in "012345678"
            }
            for node in root.iter(f"{W}abstractNum")
        }
        self._list_of: dict[str, str] = {}
        for node in root.iter(f"{W}num"):
            held = node.find(f"{W}abstractNumId")
            name = "" if held is None else held.get(f"{W}val", "")
            number = node.get(f"{W}numId", "")
            self._levels[number] = abstract.get(name, {})
            # Lists of one definition count on, unless one of them starts anew.
            restarts = node.find(f"{W}lvlOverride/{W}startOverride") is not None
            self._list_of[number] = f"restarted {number}" if restarts else name

    def mark(self, number: str, level: int) -> str:
        """What stands before the next paragraph of a list: a dash, a number, or nothing."""
        levels = self._levels.get(number)
        if not levels or level not in levels:
            return "-"
        counts = self._counts.setdefault(self._list_of[number], [0] * _LEVELS)
        counts[level] = counts[level] + 1 if counts[level] else levels[level][2]
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        kind, pattern, _ = levels[level]
        if kind == "bullet":
            return "-"
        if kind == "none":
            return _PLACE.sub("", pattern).strip()

        def counted(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            spelled_as, _, start = levels.get(place, ("decimal", "", 1))
            return _spelled(counts[place] or start, spelled_as)

        return _PLACE.sub(counted, pattern).strip()


def _level(node: etree._Element) -> tuple[str, str, int]:
    def value(name: str, otherwise: str) -> str:
        found = node.find(f"{W}{name}")
        return otherwise if found is None else found.get(f"{W}val", otherwise)

    start = value("start", "1")
    return (
        value("numFmt", "decimal"),
        value("lvlText", ""),
        int(start) if re.fullmatch(r"\d{1,6}", start) else 1,
    )


def _spelled(count: int, kind: str) -> str:
    if kind in ("ganada", "chosung"):
        signs = _SYLLABLES if kind == "ganada" else _CONSONANTS
        return signs[(count - 1) % len(signs)]
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 9 + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        roman = ""
        for worth, sign in _ROMAN.items():
            roman += sign * (count // worth)
            count %= worth
        return roman.upper() if kind == "upperRoman" else roman
    if kind.startswith("decimalEnclosed") and 1 <= count <= 20:
        return chr(ord("①") + count - 1)
    return str(count)
