"""Names of Korea's provinces, cities, counties and districts, as one pattern.

The names come from ko-pii's tables (``ko_pii.dictionaries.districts``), which are imported when an
address is first suspected: importing the package takes a tenth of a second.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable


@functools.cache
def province() -> str:
    """Give a pattern for the provinces, in full and as they are usually shortened."""
    from ko_pii.dictionaries.districts import PROVINCE_ABBREV, PROVINCES  # noqa: PLC0415

    # Former names stay in use for years after a province was renamed.
    return _any_of({*PROVINCES, *PROVINCE_ABBREV, "강원도", "전라북도", "세종시", "제주도"})


@functools.cache
def district() -> str:
    """Give a pattern for cities, counties, and the districts of the large cities."""
    from ko_pii.dictionaries.districts import ALL_DISTRICTS  # noqa: PLC0415

    return _any_of(ALL_DISTRICTS)


def _any_of(names: Iterable[str]) -> str:
    """Give an alternation, grouped by first character so that a search fails quickly."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=lambda name: (-len(name), name)):
        by_first[name[0]].append(re.escape(name[1:]))
    return "(?:" + "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in sorted(by_first.items())) + ")"
