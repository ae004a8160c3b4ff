"""One spelling for digits, hyphens, dots and blanks, with the way back to the text as it stands.

Detectors read a :class:`Reading`: ASCII digits and punctuation, nothing invisible. What they find
is then told in places of the original text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = "0-9０-９"
"""All digits that are read as such, as the inside of a character class."""

HYPHENS = "‐‑‒–—―−﹘﹣－ー─ｰ"
DOTS = "・·ㆍ•∙⋅․。．｡･"
BLANKS = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_PLAIN: dict[str, str] = {
    **_FULL_WIDTH,
    **dict.fromkeys(HYPHENS, "-"),
    **dict.fromkeys(DOTS, "."),
    **dict.fromkeys([*"\t\u00a0\u1680\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))], " "),
    **dict.fromkeys("〜∼", "~"),
    **dict.fromkeys("⁄∕", "/"),
}
# Nearly all characters stay: to search for those that do not is far quicker than `str.translate`.
_ODD = re.compile(f"[{''.join(_PLAIN)}]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# A form with one box a digit: eight or more digits, each alone, one blank between most of them.
_BOXES = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ ]?[-.]?[ ][0-9]|[-.][0-9]){7,}(?![0-9])(?! [0-9])")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in one spelling; ``places`` gives each character's place in the original.

    ``numbers_only`` when blanks between digits are left out, which says nothing about words.
    """

    text: str
    places: tuple[int, ...] | None = None
    numbers_only: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the original of what stands from ``start`` to ``end`` here."""
        if self.places is None or start == end:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def holds_invisible(text: str) -> bool:
    """Tell whether ``text`` holds characters that show nothing and part a number all the same."""
    # No invisible character is printable, and asking that is twenty times cheaper than a search.
    return not text.replace("\n", "").isprintable() and _INVISIBLE.search(text) is not None


def readings(text: str, *, numbers: bool = True) -> Iterator[Reading]:
    """Give the ways to read a text; most texts have one.

    A text with invisible characters is read without them and with blanks in their stead: they
    may stand inside one number or between two. Digits in boxes are also read without the blanks,
    when ``numbers`` are looked for.
    """
    plain = _ODD.sub(lambda odd: _PLAIN[odd[0]], text)
    if holds_invisible(plain):
        kept = tuple(place for place, char in enumerate(plain) if not _INVISIBLE.match(char))
        yield Reading("".join(plain[place] for place in kept), kept)
        plain = _INVISIBLE.sub(" ", plain)
    yield Reading(plain)
    if not numbers:
        return
    blanks = {
        place for boxes in _BOXES.finditer(plain) for place in range(*boxes.span()) if plain[place] == " "
    }
    if blanks:
        kept = tuple(place for place in range(len(plain)) if place not in blanks)
        yield Reading("".join(plain[place] for place in kept), kept, numbers_only=True)
