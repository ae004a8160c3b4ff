"""Cuts what a model writes, as it comes, into pieces of text with the source numbers that follow them."""

import re
from dataclasses import dataclass

# White space is read once and not given back: a model may write blank lines without end.
# A run of marks begins at its first one: a model may write [1][1][1] without end as well.
_BEGINS = r"(?<!\s)(?<!\[\d\])(?<!\[\d\d\])(?<!\[\d\d\d\])"
_MARKS = rf"{_BEGINS}\s*+(?P<marks>(?:\[\d{{1,3}}\][ \t]*+,?[ \t]*+)++)(?P<stop>[.。!?]?)[ \t]*+"
# What follows tells that the run of numbers is over.
_PIECE = re.compile(rf"(?P<text>.*?){_MARKS}(?=\n|[^\s\[.。!?,]|\[[^\d])", re.DOTALL)
_LAST_PIECE = re.compile(rf"(?P<text>.*?){_MARKS}", re.DOTALL)
_MARK = re.compile(r"\[(\d{1,3})\]")
# What a model puts before a sentence that it lists.
_LIST_MARK = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text and the numbers of the sources named after it; none where the text ends without any."""

    text: str
    marks: tuple[int, ...]


class Draft:
    """What a model has written so far; `add` gives the pieces that it completes."""

    def __init__(self) -> None:
        self._rest = ""

    def add(self, text: str) -> list[Piece]:
        """The pieces that are complete with ``text``."""
        self._rest += text
        return self._take(_PIECE)

    def end(self) -> list[Piece]:
        """The pieces that are left when nothing more comes."""
        pieces = self._take(_LAST_PIECE)
        rest, self._rest = _bare(self._rest), ""
        return [*pieces, Piece(rest, ())] if re.search(r"\w", rest) else pieces

    def _take(self, pattern: re.Pattern[str]) -> list[Piece]:
        pieces = []
        while found := pattern.match(self._rest):
            self._rest = self._rest[found.end() :]
            text = _bare(found["text"])
            if text:
                marks = dict.fromkeys(int(n) for n in _MARK.findall(found["marks"]))
                stop = "" if text[-1] in ".!?。…" else found["stop"]
                pieces.append(Piece(text + stop, tuple(marks)))
        return pieces


def _bare(text: str) -> str:
    return _LIST_MARK.sub("", text.strip())
