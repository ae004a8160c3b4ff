"""Which dialect a table is in, told from its first lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from curation.readers.lines import Line
from curation.readers.table import QUOTES_AS_TEXT, Dialect, table_rows
from curation.records import BadRow

# Stands for "one column": no line holds it, for lines with NUL never come as far.
ONE_COLUMN = "\0"
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar", ONE_COLUMN: "none, one column"}
_CANDIDATES = (",", "\t", ";", "|")
_LEAST_FIT = 0.5


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a dialect suits: the share of lines in rows as wide as the first, and that width."""

    share: float
    width: int
    dialect: Dialect


def delimiter_name(dialect: Dialect) -> str:
    """The delimiter in words, for people and manifests."""
    return _NAMES.get(dialect.delimiter, repr(dialect.delimiter))


def detect_dialect(
    lines: Sequence[Line | BadRow], delimiter: str | None = None, quotes: bool | None = None
) -> Dialect | None:
    """The dialect in which most of ``lines`` have as many fields as the first; None when none does.

    ``delimiter`` and ``quotes`` are kept where they are given.
    """
    texts = [line for line in lines if isinstance(line, Line) and line.text.strip()]
    if not texts:
        return Dialect(delimiter or ",", quotes is not False)
    candidates = _CANDIDATES if delimiter is None else (delimiter,)
    if delimiter is None and not any(candidate in texts[0].text for candidate in candidates):
        return Dialect(ONE_COLUMN, quotes is not False)
    fits = [_best_quoting(texts, candidate, quotes) for candidate in candidates]
    best = max(fits, key=lambda fit: (fit.width > 1, fit.share, fit.width))
    return best.dialect if delimiter is not None or best.share >= _LEAST_FIT else None


def _best_quoting(texts: list[Line], delimiter: str, quotes: bool | None) -> _Fit:
    plain = _fit(texts, Dialect(delimiter, quotes=False))
    quoted = _fit(texts, Dialect(delimiter, quotes=True))
    if quotes is not None:
        return quoted if quotes else plain
    if delimiter == "\t":
        # Tables of corpora hold quotes as text. Read as quoting, an open one at the beginning of
        # a field would swallow the rows up to the next, so quoting has to be seen at work.
        return quoted if quoted.share > plain.share or _mostly_quoted(texts, delimiter) else plain
    return quoted if quoted.share >= plain.share else plain


def _fit(texts: list[Line], dialect: Dialect) -> _Fit:
    width, fitting = 0, 0
    for row in table_rows(iter(texts), dialect, ""):
        if isinstance(row, BadRow):
            continue
        width = width or len(row.values)
        # Quotes that had to be ignored speak against their meaning as quotes.
        if len(row.values) == width and QUOTES_AS_TEXT not in row.recovery:
            fitting += row.lines
    return _Fit(fitting / len(texts), width, dialect)


def _mostly_quoted(texts: list[Line], delimiter: str) -> bool:
    fields = [field for line in texts for field in line.text.removesuffix("\r").split(delimiter)]
    quoted = sum(len(field) > 1 and field[0] == field[-1] == '"' for field in fields)
    return quoted > len(fields) / 2
