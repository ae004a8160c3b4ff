"""The bytes of the exported index: numbers of variable length, and sorted words that share beginnings.

Read by `compile/web/src/search/coding.ts`.
"""

from collections.abc import Iterable, Sequence
from typing import Final

_MORE: Final = 0x80
# Above it a character is two in a browser's strings.
_LAST_OF_PLANE: Final = "\uffff"


def varint(value: int) -> bytes:
    """A number from 0, seven bits a byte, lowest first (LEB128)."""
    found = bytearray()
    while value >= _MORE:
        found.append(value & 0x7F | _MORE)
        value >>= 7
    found.append(value)
    return bytes(found)


def varints(values: Iterable[int]) -> bytes:
    """Numbers one after another."""
    return b"".join(map(varint, values))


def section(content: bytes) -> bytes:
    """Content with its length before it."""
    return varint(len(content)) + content


def words(sorted_words: Sequence[str]) -> bytes:
    """Words in order, each without the beginning that it shares with the one before.

    The count, then the lengths of the beginnings in characters, then what follows them, in lines.
    """
    shared, rest = [], []
    before = ""
    for word in sorted_words:
        length = _shared(before, word)
        shared.append(length)
        rest.append(word[length:])
        before = word
    return varint(len(sorted_words)) + varints(shared) + section("\n".join(rest).encode("utf-8"))


def _shared(one: str, other: str) -> int:
    length = 0
    for char, same in zip(one, other, strict=False):
        if char != same or char > _LAST_OF_PLANE:
            break
        length += 1
    return length


class Reader:
    """Reads what the functions above wrote; an end too early is an `IndexError`."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether everything was read."""
        return self._at == len(self._content)

    def varint(self) -> int:
        """The next number."""
        value = shift = 0
        while True:
            byte = self._content[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < _MORE:
                return value
            shift += 7

    def varints(self, count: int) -> list[int]:
        """The next numbers."""
        return [self.varint() for _ in range(count)]

    def section(self) -> bytes:
        """The next content that has its length before it."""
        length = self.varint()
        if self._at + length > len(self._content):
            message = "the section is longer than what there is"
            raise IndexError(message)
        self._at += length
        return self._content[self._at - length : self._at]

    def words(self) -> list[str]:
        """The next words."""
        shared = self.varints(self.varint())
        rest = self.section().decode("utf-8").split("\n")
        found: list[str] = []
        before = ""
        for length, end in zip(shared, rest, strict=False):
            before = before[:length] + end
            found.append(before)
        return found
