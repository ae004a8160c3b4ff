"""What `malmoi curate explain` and `sample` show to people: single rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from curation.inspection.relations import text_of
from malmoi import console

if TYPE_CHECKING:
    from curation.inspection.explain import Story
    from curation.inspection.trail import Passed

_SHOWN_CHARACTERS = 600
_SHOWN_LINE = 100
_SHOWN_COPIES = 5
_MOST_CHANGES = 8
# Aligning words takes the square of their number.
_MOST_WORDS = 3_000
_CONTEXT = 3
_WORD = re.compile(r"\s+|\S+")
# What a terminal obeys, or nobody sees: controls, zero-width and bidirectional characters, surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)


def show_stories(release: Path, stories: Sequence["Story"]) -> None:
    """Print each row: its fate, where it was read, what every step did, and what it has to do with."""
    for story in stories:
        _show_story(release, story)


def _show_story(release: Path, story: "Story") -> None:
    row = story.row
    console.out.print(Text(f"{story.fate}  {row.get('id', '')}".rstrip(), style="bold"))
    _fact("read from", f"{row['file']}:{row['line']}, source {row['source']}")
    if story.recovered is not None:
        _fact("repaired", f"{story.recovered['reason']} ({_lines(story.recovered['lines'])})")
    _fact("error", row.get("error"))
    _show_verdict(story)
    if story.fate == "kept":
        copies = f", {story.copies} copies" if story.copies > 1 else ""
        _fact("split", f"{story.split} of {story.config}{copies}")
    if story.alike > 1:
        _fact("same id", f"{story.alike} rows of this source say the same")
    for name in ("tags", "attributes"):
        _fact(name, _pairs(row.get(name) or {}))
    for key in ("title", "task", "definition"):
        _fact(key, _one_line(row.get(key) or ""))
    _show_trail(story.trail)
    _show_copies(story.stands_for)
    _fact("stands in", ", ".join((release / name).as_posix() for name in story.held))
    _show_text(text_of(row))


def _show_verdict(story: "Story") -> None:
    verdict = story.verdict
    if verdict is None:
        return
    score = f", {verdict.score:.4g}" if verdict.score is not None else ""
    limits = next((_pairs(one.params) for one in story.trail if one.outcome == "dropped"), "")
    _fact("dropped by", f"{verdict.step}: {verdict.reason}{score}")
    _fact("with", limits)
    _fact("because", verdict.detail)
    stays = verdict.duplicate_of
    if stays is not None:
        place = f" {stays['file']}:{stays['line']}" if stays["file"] else ""
        older = f" of the release {stays['release']}" if stays["release"] else ""
        fate = f" ({stays['fate']}{older})" if stays["fate"] else f" (not in this release{older})"
        _fact("stays", f"{stays['id']}{place}{fate}")
        if stays["text"]:
            _fact("", _one_line(stays["text"]))


def _show_trail(trail: Sequence["Passed"]) -> None:
    width = max((len(passed.step) for passed in trail), default=0)
    for number, passed in enumerate(trail):
        counts = ", ".join(f"{rule} × {count}" for rule, count in passed.counts.items())
        said = {
            "unchanged": "nothing",
            "changed": counts or "rewrote",
            "dropped": f"{counts}; dropped it" if counts else "dropped it",
            "raised": "could not work on it",
            "other sources": "not for this source",
            "not reached": "-",
            "unknown": "see its first use",
        }[passed.outcome]
        _fact("steps" if not number else "", f"{passed.step:<{width}}  {said}")
        for rewrite in passed.rewrites:
            for line in changed_parts(rewrite["before"], rewrite["after"]):
                console.out.print(Text.assemble(" " * (16 + width), line), soft_wrap=True)


def _show_copies(stands_for: Mapping[str, Any]) -> None:
    for number, copy in enumerate(stands_for["rows"][:_SHOWN_COPIES]):
        score = f" {copy['score']:.3f}" if copy["score"] is not None else ""
        why = f"{copy['step']}/{copy['reason']}{score}"
        _fact("stands for" if not number else "", f"{copy['id']} {copy['file']}:{copy['line']} ({why})")
    if stands_for["count"] > _SHOWN_COPIES:
        _fact("", f"and {stands_for['count'] - _SHOWN_COPIES:,} more")


def show_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows of a sample one after the other, with what a step found or changed in them."""
    for row in rows:
        name = f"{row['id']}  " if "id" in row else ""
        why = f"  {row['step']}/{row['reason']}" if "reason" in row else ""
        score = f" {row['score']:.4g}" if row.get("score") is not None else ""
        console.out.print(Text(f"{name}{row['file']}:{row['line']}{why}{score}", style="dim"), soft_wrap=True)
        for key in ("error", "detail"):
            if row.get(key):
                console.out.print(Text(f"  {_shown(row[key])}", style="yellow"), soft_wrap=True)
        if row.get("duplicate_of"):
            console.out.print(Text(f"  stays: {row['duplicate_of']}", style="yellow"), soft_wrap=True)
        if row.get("counts"):
            counts = ", ".join(f"{label} × {count}" for label, count in row["counts"].items())
            console.out.print(Text(f"  {counts}", style="yellow"), soft_wrap=True)
        if row.get("rewrites"):
            for rewrite in row["rewrites"]:
                for line in changed_parts(rewrite["before"], rewrite["after"]):
                    console.out.print(Text.assemble("  ", line), soft_wrap=True)
            console.out.print()
        else:
            _show_text(text_of(row))


def changed_parts(before: str, after: str) -> Iterator[Text]:
    """Give what differs between two texts, each difference with some words around it.

    What is gone stands in ``[-…-]``, what has come in ``{+…+}``, as wdiff has it.
    """
    old, new = (_WORD.findall(text) for text in (before, after))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(middle_old), len(middle_new)) > _MOST_WORDS:
        yield Text(f"{len(before):,} characters became {len(after):,}")
        return
    matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    for _, i1, i2, j1, j2 in blocks[:_MOST_CHANGES]:
        left, right = start + i1, start + i2
        line = Text("… " if left > 2 * _CONTEXT else "")
        line.append(_joined(old[max(0, left - 2 * _CONTEXT) : left]))
        if i2 > i1:
            line.append(f"[-{_joined(middle_old[i1:i2])}-]", style="red")
        if j2 > j1:
            line.append(f"{{+{_joined(middle_new[j1:j2])}+}}", style="green")
        line.append(_joined(old[right : right + 2 * _CONTEXT]))
        line.append(" …" if right + 2 * _CONTEXT < len(old) else "")
        yield line
    if len(blocks) > _MOST_CHANGES:
        yield Text(f"and {len(blocks) - _MOST_CHANGES:,} more changes")


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next(
        (place for place, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other))
    )


def _joined(words: Sequence[str]) -> str:
    return _one_line("".join(words))


def _one_line(text: str) -> str:
    """Give the beginning of a text as one line."""
    line = visible(text.replace("\n", " ⏎ "))
    return line if len(line) <= _SHOWN_LINE else line[: _SHOWN_LINE - 2] + " …"


def _shown(text: str) -> str:
    return visible(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + " …")


def visible(text: str) -> str:
    """Spell characters that nobody sees, or that a terminal would obey.

    Examples
    --------
    >>> visible("좋은\\u200b 영화\\x1b[31m")
    '좋은\\\\u200b 영화\\\\u001b[31m'
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _show_text(text: str) -> None:
    # A terminal breaks between words; a file or a pipe gets the lines as they are.
    console.out.print(Text(_shown(text)), soft_wrap=not console.out.is_terminal)
    console.out.print()


def _pairs(values: Mapping[str, Any]) -> str:
    """Spell values by name, those that say nothing left out."""
    told = (
        f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in values.items()
        if value not in (None, [], {}, "")
    )
    return ", ".join(told)


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number:,} lines"


def _fact(name: str, value: str | None) -> None:
    if value:
        console.out.print(Text.assemble((f"  {name:<12}", "dim"), visible(value)), soft_wrap=True)
