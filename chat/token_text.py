"""From tokens to text while a model is still writing: no half characters, nothing past a stop string."""

from collections.abc import Callable, Sequence
from typing import Final

_BROKEN: Final = "\N{REPLACEMENT CHARACTER}"


class TokenText:
    """Text of tokens that come one by one.

    A byte-level token may hold a part of a Hangul syllable: it waits until the rest is there.
    Bytes that never become a character are left out. The pieces add up to what decoding all
    tokens at once gives.

    Parameters
    ----------
    decode
        The tokenizer's: text of a list of ids.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        # What was shown last is decoded along: some tokenizers drop a blank at the beginning.
        self._shown: list[int] = []
        self._pending: list[int] = []

    def push(self, token: int) -> str:
        """What can be shown now that ``token`` came; often nothing."""
        self._pending.append(token)
        text = self._new_text()
        if not text or text.endswith(_BROKEN):
            return ""
        self._shown, self._pending = self._pending, []
        return text.replace(_BROKEN, "")

    def finish(self) -> str:
        """What is left at the end."""
        return self._new_text().replace(_BROKEN, "")

    def _new_text(self) -> str:
        before = self._decode(self._shown)
        return self._decode([*self._shown, *self._pending])[len(before) :]


class StopStrings:
    """Cuts a text that comes in pieces before the first of some strings."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.reached = False

    def push(self, piece: str) -> str:
        """What can be shown: what may be the beginning of a stop string is held back."""
        text = self._held + piece
        places = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if places:
            self.reached = True
            self._held = ""
            return text[: min(places)]
        held = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def finish(self) -> str:
        """What was held back and became no stop string."""
        return self._held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest beginning of ``stop`` that ``text`` ends with."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
