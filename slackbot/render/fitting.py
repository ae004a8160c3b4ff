"""Cuts pieces that are too long for one message into parts that are not."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

from slackbot.render.cutting import cluster_before, spans
from slackbot.render.pieces import AROUND, Kind, Piece, Run, merged

PIECE_WEIGHT = 3_000
# What begins a run in JSON.
_PER_RUN = 50


def fitted(piece: Piece) -> Iterator[Piece]:
    """The piece, or its parts in order, each of about ``PIECE_WEIGHT`` at most.

    What follows a cut in an item or a paragraph is a section that goes on where the other ended.
    Each part of code is code of the same language; each part of a table has its first lines.
    """
    if piece.weight <= PIECE_WEIGHT:
        yield piece
    elif piece.kind is Kind.CODE:
        for code in _lines_within(piece.text, piece.header):
            yield replace(piece, runs=(Run(code),))
    else:
        yield from _cut(piece)


def _cut(piece: Piece) -> Iterator[Piece]:
    text = piece.text
    begins = list(accumulate((len(run.text) for run in piece.runs), initial=0))
    widths = list(accumulate(map(_width, text), initial=0))
    for number, begin in enumerate(begins[:-1]):
        for position in range(begin + 1, begins[number + 1] + 1):
            widths[position] += _PER_RUN * (number + 1)
    links = [span for span, run in zip(pairwise(begins), piece.runs, strict=True) if run.link]
    number = last = 0
    for start, end in spans(text, widths, PIECE_WEIGHT, links):
        while begins[number + 1] <= start:
            number += 1
        runs: list[Run] = []
        for at in range(number, len(piece.runs)):
            if begins[at] >= end:
                break
            run, begin = piece.runs[at], begins[at]
            runs.append(replace(run, text=run.text[max(start - begin, 0) : end - begin]))
        if last:
            kind = Kind.QUOTE if piece.kind is Kind.QUOTE else Kind.SECTION
            yield Piece(kind, merged(runs), before=text[last:start])
        else:
            yield replace(piece, runs=merged(runs))
        last = end


def _width(character: str) -> int:
    """What a character takes in JSON, in units of UTF-16."""
    return 2 if character in '"\\\n\t' or ord(character) > 0xFFFF else 1


def _lines_within(code: str, header: str) -> Iterator[str]:
    """Code in parts of whole lines; a line that is too long is cut anywhere."""
    head = f"{header}\n" if 0 < len(header) < PIECE_WEIGHT // 8 else ""
    head_width = sum(map(_width, head))
    part, used = "", 0
    for line in _short_lines(code, PIECE_WEIGHT // 4):
        width = sum(map(_width, line))
        if part and used + width > PIECE_WEIGHT - AROUND:
            yield part.removesuffix("\n")
            part, used = head, head_width
        part += line
        used += width
    yield part.removesuffix("\n")


def _short_lines(code: str, longest: int) -> Iterator[str]:
    for line in code.splitlines(keepends=True):
        start = 0
        while len(line) - start > longest:
            cut = cluster_before(line, start, start + longest)
            yield line[start:cut]
            start = cut
        yield line[start:]
