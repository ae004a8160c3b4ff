"""Sample texts as HTML: what is invisible is made visible, and differing words are marked."""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from markupsafe import Markup, escape

MAX_CHARACTERS = 600
"""How much of a sample the page shows."""

MAX_COMPARED = 300
"""Words that are aligned on each side, after what both begin and end with is set aside."""

CONTEXT = 8
"""Equal words shown beside a difference."""

# Controls, soft hyphen, Hangul fillers, zero-width and bidirectional characters, line and
# paragraph separator, surrogates, byte order mark, noncharacters: they would be unseen, or turn
# the text around them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff]"
)
_GONE, _COME = Markup("<del>{}</del>"), Markup("<ins>{}</ins>")
_SPACED_WORD = re.compile(r"\S+\s*|\s+")

Block = tuple[str, int, int, int, int]
"""What :meth:`difflib.SequenceMatcher.get_opcodes` gives."""


def shown(text: str) -> Markup:
    """Give the beginning of a text as HTML, with what cannot be seen written out by code point."""
    rest = len(text) - MAX_CHARACTERS
    marked = _marked(text[:MAX_CHARACTERS])
    return marked + Markup(' <span class="more">… +{:,}</span>').format(rest) if rest > 0 else marked


def _marked(text: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _UNSEEN.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<span class="unseen">U+{:04X}</span>').format(ord(match[0])))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def differences(before: str, after: str, *, spaces: bool = False) -> tuple[Markup, Markup]:
    """Give two texts as HTML with the words in which they differ marked; long equal parts left out.

    Words are eojeol. Words that differ only in the blanks behind them are equal unless ``spaces``
    is true. The work is bounded: of very long differences only the first words are aligned.
    """
    left, right = _SPACED_WORD.findall(before), _SPACED_WORD.findall(after)
    same: Callable[[str], str] = str if spaces else str.rstrip
    left_keys, right_keys = [same(word) for word in left], [same(word) for word in right]
    first = _equal_at_start(left_keys, right_keys)
    last = _equal_at_start(left_keys[first:][::-1], right_keys[first:][::-1])
    ends = len(left) - last, len(right) - last
    blocks: list[Block] = [("equal", 0, first, 0, first)]
    blocks += _aligned(left_keys[first : ends[0]], right_keys[first : ends[1]], first)
    blocks.append(("equal", ends[0], len(left), ends[1], len(right)))
    sides = Markup(""), Markup("")
    for number, (kind, a, b, c, d) in enumerate(blocks):
        first_block, last_block = number == 0, number == len(blocks) - 1
        gone, come = (None, None) if kind == "equal" else (_GONE, _COME)
        sides = (
            sides[0] + _side(left[a:b], gone, first=first_block, last=last_block),
            sides[1] + _side(right[c:d], come, first=first_block, last=last_block),
        )
    return sides


def _equal_at_start(left: Sequence[str], right: Sequence[str]) -> int:
    pairs = zip(left, right, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _aligned(left: list[str], right: list[str], offset: int) -> list[Block]:
    matcher = SequenceMatcher(None, left[:MAX_COMPARED], right[:MAX_COMPARED], autojunk=False)
    blocks: list[Block] = [
        (kind, offset + a, offset + b, offset + c, offset + d) for kind, a, b, c, d in matcher.get_opcodes()
    ]
    if len(left) > MAX_COMPARED or len(right) > MAX_COMPARED:
        a, c = min(len(left), MAX_COMPARED), min(len(right), MAX_COMPARED)
        blocks.append(("replace", offset + a, offset + len(left), offset + c, offset + len(right)))
    return blocks


def _side(words: list[str], change: Markup | None, *, first: bool, last: bool) -> Markup:
    """Give one side of a block; ``change`` is the element for its words, none when they are equal."""
    if not words or change is not None:
        return change.format(shown("".join(words))) if change and words else Markup("")
    before, after = (0 if first else CONTEXT), (0 if last else CONTEXT)
    if len(words) <= before + after + 2:
        return shown("".join(words))
    left_out = Markup('<span class="more"> … </span>')
    return shown("".join(words[:before])) + left_out + shown("".join(words[len(words) - after :]))
