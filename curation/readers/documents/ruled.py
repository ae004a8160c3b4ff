"""Tables of a PDF page that are drawn with rules: the grid of lines, and the words in its cells."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

# A line of text by its pieces, each with the place of its left edge in points, and its height.
Text = tuple[Sequence[tuple[str, float]], float]

_NEAR = 3.0  # points: rules closer than this are one
_LEAST_LENGTH = 6.0
_PAINTING = frozenset({b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_MOST_RULES = 5_000  # a drawing, no table


class Table(NamedTuple):
    """The cells of a table by row, and which lines of the page stand in it."""

    rows: list[list[str]]
    lines: list[int]


class Rules:
    """The straight lines that a page draws, collected while its operators go by."""

    def __init__(self) -> None:
        self._at: tuple[float, float] | None = None
        self._path: list[tuple[tuple[float, float], tuple[float, float]]] = []
        self._upright: list[tuple[float, float, float]] = []  # x, lower y, upper y
        self._level: list[tuple[float, float, float]] = []  # y, left x, right x

    def take(self, operator: bytes, operands: Any, matrix: list[float], _text: list[float]) -> None:
        """Note the lines and rectangles of a path that is drawn; called by pypdf before each operator."""
        if operator in _PAINTING:
            for start, end in self._path:
                self._rule(start, end)
        if operator in _PAINTING or operator == b"n":  # a path without paint only cuts others off
            self._path.clear()
        if operator not in (b"m", b"l", b"re") or self._too_many():
            return
        try:
            numbers = [float(one) for one in operands]
        except (TypeError, ValueError):
            return
        if operator == b"re" and len(numbers) == 4:
            x, y, width, height = numbers
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
            placed = [_placed(corner, matrix) for corner in corners]
            for start, end in pairwise(placed):
                self._path.append((start, end))
        elif len(numbers) == 2:
            point = _placed((numbers[0], numbers[1]), matrix)
            if operator == b"l" and self._at is not None:
                self._path.append((self._at, point))
            self._at = point

    def tables(self, lines: Sequence[Text]) -> dict[int, Table]:
        """The tables of the page by the number of the first line that stands in them."""
        if len(self._upright) < 2 or self._too_many():
            return {}
        found: dict[int, Table] = {}
        for left, right, lower, upper in self._frames():
            columns = _merged(
                [
                    x
                    for x, low, high in self._upright
                    if low < upper and high > lower and left - _NEAR <= x <= right + _NEAR
                ]
            )
            rows = _merged(
                [
                    y
                    for y, first, last in self._level
                    if lower - _NEAR <= y <= upper + _NEAR and first < right and last > left
                ]
            )
            if len(columns) < 3 or len(rows) < 3:
                continue  # one column or one row is a box, no table
            cells = [[""] * (len(columns) - 1) for _ in range(len(rows) - 1)]
            inside = []
            for number, (pieces, y) in enumerate(lines):
                row = len(rows) - 1 - bisect_right(rows, y)
                if not 0 <= row < len(cells) or not any(
                    left - _NEAR <= x <= right for text, x in pieces if text.strip()
                ):
                    continue
                inside.append(number)
                begun: set[int] = set()
                for text, x in pieces:
                    column = min(max(bisect_right(columns, x + _NEAR) - 1, 0), len(columns) - 2)
                    gap = " " if cells[row][column] and column not in begun else ""
                    cells[row][column] += gap + text
                    begun.add(column)
            # Words in few of the cells are a page with a frame around them.
            if len(inside) > 1 and _is_filled(cells):
                found[inside[0]] = Table(cells, inside)
        return found

    def _too_many(self) -> bool:
        return len(self._path) + len(self._upright) + len(self._level) > _MOST_RULES

    def _rule(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        (x, y), (to_x, to_y) = start, end
        if abs(x - to_x) < 1 and abs(y - to_y) >= _LEAST_LENGTH:
            self._upright.append((x, min(y, to_y), max(y, to_y)))
        elif abs(y - to_y) < 1 and abs(x - to_x) >= _LEAST_LENGTH:
            self._level.append((y, min(x, to_x), max(x, to_x)))

    def _frames(self) -> list[tuple[float, float, float, float]]:
        """What upright rules span together: left, right, lower and upper edge of each table."""
        frames: list[tuple[float, float, float, float]] = []
        for x, low, high in sorted(self._upright, key=lambda rule: rule[1]):
            if frames and low <= frames[-1][3] + _NEAR:
                left, right, lower, upper = frames[-1]
                frames[-1] = min(left, x), max(right, x), lower, max(upper, high)
            else:
                frames.append((x, x, low, high))
        return frames


def _is_filled(cells: Sequence[Sequence[str]]) -> bool:
    filled = [bool(cell.strip()) for row in cells for cell in row]
    return 2 * sum(filled) >= len(filled)


def _placed(point: tuple[float, float], matrix: Sequence[float]) -> tuple[float, float]:
    x, y = point
    return x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5]


def _merged(places: Sequence[float]) -> list[float]:
    merged: list[float] = []
    for place in sorted(places):
        if not merged or place - merged[-1] > _NEAR:
            merged.append(place)
    return merged
