"""Tables as aligned text for a code block; a Hangul syllable or an ideograph takes two columns."""

from collections.abc import Sequence

from rich.cells import cell_len

# A wider cell is written whole, but the others of its column are not filled up to it.
WIDEST = 40
_BETWEEN = " | "


def aligned(rows: Sequence[Sequence[str]], ends: Sequence[str]) -> tuple[str, ...]:
    """One line for each row, below the first a rule; ``ends`` holds ``left``, ``right`` or ``center``."""
    columns = max(map(len, rows))
    widths = [0] * columns
    for row in rows:
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], min(cell_len(cell), WIDEST))
    ends = [*ends, *("left" for _ in range(columns - len(ends)))]
    lines = [
        _BETWEEN.join(_filled(*each) for each in zip(row, widths, ends, strict=False)).rstrip()
        for row in rows
    ]
    return (lines[0], "-+-".join("-" * width for width in widths), *lines[1:])


def _filled(cell: str, width: int, end: str) -> str:
    room = max(width - cell_len(cell), 0)
    left = {"right": room, "center": room // 2}.get(end, 0)
    return " " * left + cell + " " * (room - left)
