"""Which column of a table holds the texts, and what the others are, told from names and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from curation.characters import HANGUL, LETTERS, count

_PAIRS = (
    ("prompt", "response"),
    ("prompt", "completion"),
    ("instruction", "output"),
    ("instruction", "response"),
    ("question", "answer"),
    ("input", "output"),
    ("q", "a"),
    ("질문", "답변"),
    ("질문", "답"),
)
_TITLES = ("title", "제목", "headline", "subject")
_LEAST_TEXTS = 0.5
_MOST_LABELS = 30
_ROWS_A_LABEL = 5
# Of what all columns hold, prompt and response together: beside a passage they are not the whole.
_MOST_OF_IT = 0.6


@dataclass(frozen=True, slots=True)
class Roles:
    """Options that name columns; columns that look like labels, with how many values; the evidence."""

    options: dict[str, JsonValue]
    labels: dict[str, int]
    evidence: str


def roles_of(rows: Sequence[Mapping[str, object]], positions: bool = False) -> Roles | None:
    """Find the columns of a record among those of ``rows``; None when no column holds texts.

    The text is the column with the most Hangul, or the most letters where there is none. With
    ``positions`` the names are numbers, as options of a table without a header have them.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    amounts = {name: _letters([row.get(name) for row in rows]) for name in names}
    texts = {name: amount for name, amount in amounts.items() if amount is not None}
    if not texts:
        return None
    best = max(texts, key=lambda name: texts[name])

    def named(name: str) -> JsonValue:
        return int(name) if positions else name

    pair = _pair(texts)
    if pair is not None:
        options = {"prompt": named(pair[0]), "response": named(pair[1])}
        evidence = f"columns {pair[0]} and {pair[1]} by their names"
    else:
        options = {"text": named(best)}
        what = "Hangul" if texts[best][0] else "letters"
        evidence = f"column {best} has the most {what} of {len(names)}"
        title = next((name for name in texts if name.strip().lower() in _TITLES and name != best), None)
        if title is not None:
            options["title"] = named(title)
    return Roles(options, _labels(rows, names, options), evidence)


def _letters(values: Sequence[object]) -> tuple[int, int] | None:
    """The Hangul and the letters of a column; None when it holds no texts."""
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if not texts or len(texts) < _LEAST_TEXTS * len(values):
        return None
    counted = count(texts).sum(axis=0)
    letters = int(counted[list(LETTERS)].sum())
    return (int(counted[list(HANGUL)].sum()), letters) if letters else None


def _pair(texts: Mapping[str, tuple[int, int]]) -> tuple[str, str] | None:
    by_name = {name.strip().lower(): name for name in texts}
    everything = sum(letters for _, letters in texts.values())
    for prompt, response in _PAIRS:
        if prompt in by_name and response in by_name:
            held = texts[by_name[prompt]][1] + texts[by_name[response]][1]
            if held >= _MOST_OF_IT * everything:
                return by_name[prompt], by_name[response]
    return None


def _labels(
    rows: Sequence[Mapping[str, object]], names: Sequence[str], options: Mapping[str, Any]
) -> dict[str, int]:
    found = {}
    for name in names:
        values = {row.get(name) for row in rows if isinstance(row.get(name), str | int | float)}
        chosen = name in map(str, options.values())
        if not chosen and 1 < len(values) <= _MOST_LABELS and _ROWS_A_LABEL * len(values) <= len(rows):
            found[name] = len(values)
    return found
