"""Characters that nobody sees: controls, zero-width characters, marks of direction, tags."""

import re

# A zero-width joiner stays where it builds an emoji: after a pictograph or its modifier. Tag
# characters stay where they build a flag; elsewhere they can hide whole sentences from a reader.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
    "|(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)


def remove_invisible(text: str) -> tuple[str, int]:
    r"""Give ``text`` without invisible characters, and how many were removed.

    Examples
    --------
    >>> remove_invisible("머리\u200b표\u00ad시")
    ('머리표시', 2)
    """
    shorter = _INVISIBLE.sub("", text)
    return shorter, len(text) - len(shorter)
