"""Code inside prose: what stands between backticks is quoted, not meant."""

import re
from bisect import bisect_right
from collections.abc import Sequence

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)


def code_spans(text: str) -> list[tuple[int, int]]:
    """``(start, end)`` of each fenced block and inline code span, in code points."""
    return [found.span() for found in _CODE.finditer(text)] if "`" in text else []


def covers(spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether ``place`` lies in one of ``spans``, which stand in order and do not overlap."""
    before = bisect_right(spans, place, key=lambda span: span[0])
    return before > 0 and place < spans[before - 1][1]
