"""Where a text that is too long is cut; in time that grows with the text alone."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

import regex

from slackbot.render.letters import escape

# A citation stays with the sentence that it stands behind.
_BREAKS = (
    regex.compile(r"\n\s*\n"),
    regex.compile(r"\n"),
    regex.compile(r"(?<=[.!?。\]])\s(?!\s*\[\d)"),
    regex.compile(r"\s(?!\s*\[\d)"),
    regex.compile(r"\s"),
)
_CITATION = regex.compile(r"\[\d{1,4}\]")
_CLUSTER = regex.compile(r"\X")
_NEAR = 16


def split(text: str, longest: int) -> tuple[str, ...]:
    """Cut raw text into pieces that take at most ``longest`` characters once escaped.

    Cuts at paragraphs, else lines, sentences, words, else anywhere but inside a citation mark or a
    character made of several code points. Joining the pieces gives the text again but for the
    white space at the cuts.
    """
    widths = accumulate((len(escape(character)) for character in text), initial=0)
    return tuple(text[start:end] for start, end in spans(text, list(widths), longest))


def spans(
    text: str, widths: Sequence[int], longest: int, whole: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[int, int]]:
    """The pieces of a text as ``(start, end)``, without the white space around them.

    Parameters
    ----------
    widths
        ``widths[i]``: what ``text[:i]`` takes; one more than the text has characters.
    whole
        Spans in ascending order that are not cut where that can be helped.
    """
    starts = [start for start, _ in whole]
    start, last = _after_space(text, 0), len(text.rstrip())
    while start < last:
        most = bisect_right(widths, widths[start] + longest, lo=start) - 1
        if most >= last:
            yield start, last
            return
        cut = _last_break(text, start, max(most, start + 1))
        at = bisect_right(starts, cut) - 1
        if at >= 0 and start < whole[at][0] < cut < whole[at][1]:
            cut = whole[at][0]
        end = cut
        while end > start and text[end - 1].isspace():
            end -= 1
        if end > start:
            yield start, end
        start = _after_space(text, cut)


def cluster_before(text: str, start: int, cut: int) -> int:
    """``cut``, or the beginning of the character of several code points that it would break."""
    begin = max(start, cut - _NEAR)
    at = begin
    for found in _CLUSTER.finditer(text, begin, min(len(text), cut + _NEAR)):
        if found.end() > cut:
            at = found.start()
            break
        at = found.end()
    return at if at > start else cut


def _last_break(text: str, start: int, most: int) -> int:
    """Where to cut ``text[start:most]``; not in the first half of it."""
    half = start + (most - start) // 2
    for pattern in _BREAKS:
        ends = (found.end() for found in pattern.finditer(text, half, most + _NEAR))
        cut: int = max((end for end in ends if end <= most), default=0)
        if cut:
            return cut
    for mark in _CITATION.finditer(text, max(start, most - _NEAR), most + _NEAR):
        begin: int = mark.start()
        if start < begin < most < mark.end():
            return begin
    return cluster_before(text, start, most)


def _after_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start
