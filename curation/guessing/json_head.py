"""The beginning of a JSON file made a whole JSON again, so that any reader can take it."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*("?)|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
_CLOSED_BY = {b"[": b"]", b"{": b"}"}


@dataclass(slots=True)
class _Open:
    """A bracket that is open: its sign, and where its last complete value or member ends (0: none)."""

    sign: bytes
    complete: int = 0


def closed(head: bytes) -> bytes | None:
    """Cut the beginning of a JSON value after a complete item, and close what is open there.

    Items of the outermost open list that has a complete one stay; without a list, the members of the
    innermost object do. None when nothing complete is in it.

    Examples
    --------
    >>> closed(b'{"document": [{"id": 1, "tags": [1, 2]}, {"id": 2, "ta')
    b'{"document": [{"id": 1, "tags": [1, 2]}]}'
    """
    waiting: list[_Open] = []
    value_ended = 0
    for token in _TOKEN.finditer(head):
        sign = token[0]
        if sign.startswith(b'"') and not token[1]:
            break  # a string that goes on beyond the head
        if sign in (b"[", b"{"):
            waiting.append(_Open(sign))
        elif sign in (b"]", b"}"):
            if not waiting:
                return None
            waiting.pop()
            value_ended = token.end()
            if not waiting:
                return head[:value_ended]
        elif sign == b",":
            # Only what a comma follows is known to be whole: a number may go on.
            if waiting:
                waiting[-1].complete = value_ended
        elif sign != b":":
            value_ended = token.end()
    lists = [place for place, one in enumerate(waiting) if one.sign == b"[" and one.complete]
    others = [place for place, one in enumerate(waiting) if one.complete]
    if not others:
        return None
    place = lists[0] if lists else others[-1]
    closing = b"".join(_CLOSED_BY[one.sign] for one in reversed(waiting[: place + 1]))
    return head[: waiting[place].complete] + closing
