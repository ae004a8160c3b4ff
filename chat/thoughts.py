"""Leaves out what a reasoning model thinks aloud before it answers: ``<think>…</think>``.

Servers that know such a model send its thoughts in a field of their own; others, and models in this
process, write them into the text. They are no answer: nobody asked for them, they name no sources, and
what a check would find in them was never said.
"""

from typing import Final

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class Thoughts:
    """Cuts thoughts off the beginning of a text that comes in pieces; later ones are part of the answer."""

    def __init__(self) -> None:
        self._held = ""
        self._within = False
        self._seen = False
        self._over = False

    def push(self, piece: str) -> str:
        """What can be shown: what may be the beginning of thoughts is held back.

        Examples
        --------
        >>> thoughts = Thoughts()
        >>> [thoughts.push(one) for one in ("<thi", "nk>음", "…</think>", "\\n\\n15일", "입니다.")]
        ['', '', '', '15일', '입니다.']
        """
        if self._over:
            return piece
        self._held += piece
        while True:
            if self._within:
                _, closed, after = self._held.partition(_CLOSE)
                if not closed:
                    # Of thoughts that go on, only what may be the beginning of their end is needed.
                    self._held = self._held[-len(_CLOSE) + 1 :]
                    return ""
                self._within, self._held = False, after
            text = self._held.lstrip()
            if text.startswith(_OPEN):
                self._within = self._seen = True
                self._held = text.removeprefix(_OPEN)
            elif _OPEN.startswith(text):
                return ""
            else:
                self._over = True
                return text if self._seen else self._held

    def finish(self) -> str:
        """What was held back and became no thoughts; thoughts that never ended are left out."""
        if self._over or self._within:
            return ""
        return self._held.lstrip() if self._seen else self._held
