"""Options for the readers of no corpus in particular, told from the beginning of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pyarrow import ArrowException, parquet
from pydantic import JsonValue

from curation.guessing.column_roles import Roles, roles_of
from curation.guessing.heads import Head
from curation.guessing.nested import roles_in
from curation.readers import READERS, json_file
from curation.readers.dialect import delimiter_name, detect_dialect
from curation.readers.lines import Line, text_lines
from curation.readers.quoting import shown
from curation.readers.table import Dialect, Fields, table_rows
from curation.records import BadRow

_ROWS = 200
_LONGEST_NAME = 40
_LONGEST_BEGINNING = 60
_MOST_NAMED = 8
_TABLES = (".csv", ".tsv")
# Of rows with as many fields as the first, so many make a table of a file that is not named like one.
_LEAST_EVEN = 0.95
_LEAST_TABLE_ROWS = 3
# From so many lines on, with hardly any blank one, a text is a list of texts and no document.
_LEAST_LINES = 1000
_MOST_BLANK = 0.01
_LAYOUTS = ("dialogue", "document", "translation", "mrc")
# It stands in no text, so that a line is one field whatever is in it.
_NO_DELIMITER = "\x1f"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file looks like, in words, with the names of its keys or columns, or how its text begins."""

    words: str
    keys: tuple[str, ...] = ()
    begins: str = ""

    @property
    def named(self) -> str:
        """The words with the first of the names."""
        if not self.keys:
            return self.words
        first = ", ".join(shown(key, _LONGEST_NAME).strip() or "(no name)" for key in self.keys[:_MOST_NAMED])
        more = f" and {len(self.keys) - _MOST_NAMED} more" if len(self.keys) > _MOST_NAMED else ""
        return f"{self.words}: {first}{more}"

    @property
    def told(self) -> str:
        """All that is known of it."""
        return f"{self.named} that begins: {self.begins}" if self.begins else self.named


@dataclass(frozen=True, slots=True)
class Candidate:
    """A generic reader with options for a file, what speaks for them, and what look like labels."""

    reader: str
    options: dict[str, JsonValue]
    evidence: str
    labels: Mapping[str, int]
    firm: bool = True


def shape_of(head: Head) -> Shape:
    """Tell what a file looks like."""
    if head.form == "parquet":
        return Shape("Parquet", _parquet_names(head))
    if head.form != "text":
        return Shape(head.form)
    first = next((line.text for line in _lines(head) if line.text.strip()), "")
    json_shape = _json_shape(head, first) if first.lstrip()[:1] in ("{", "[") else None
    if json_shape is not None:
        return json_shape
    table = _table(head)
    if table is None:
        return Shape("text", begins=shown(" ".join(first.split()), _LONGEST_BEGINNING))
    dialect, rows = table
    parted = f"table parted by {delimiter_name(dialect)}"
    return Shape(parted, tuple(rows[0])) if _is_header(rows) else Shape(f"{parted}, no header")


def _json_shape(head: Head, first: str) -> Shape | None:
    value = _value(first)
    if isinstance(value, dict) and (_is_named_lines(head) or not _is_one_value(head)):
        return Shape("JSON lines", tuple(value))
    whole = _whole_value(head)
    if isinstance(whole, dict):
        return Shape("one JSON object", tuple(whole))
    if isinstance(whole, list):
        item = next((one for one in whole if isinstance(one, dict)), {})
        return Shape("one JSON array", tuple(item))
    return None


def candidates(head: Head, shape: Shape) -> Iterator[Candidate]:
    """Give the generic readers that may take a file, with their options."""
    if head.form == "parquet":
        yield from _named("parquet", _parquet_rows(head))
    if shape.words == "JSON lines":
        values = (_value(line.text) for line in _lines(head))
        yield from _named("jsonl", [value for value in values if isinstance(value, dict)][:_ROWS])
    if shape.words in ("one JSON object", "one JSON array"):
        yield from _json(head)
    table = _table(head) if head.form == "text" and "JSON" not in shape.words else None
    if table is not None:
        yield from _csv(table[1])
    elif head.form == "text" and "JSON" not in shape.words and _is_list(head):
        options: dict[str, JsonValue] = {"header": False, "text": 1, "delimiter": _NO_DELIMITER}
        yield Candidate("csv", options | {"quotes": False}, "each line is a text of its own", {})
    suffix = head.file.path.suffix.lower()
    for name in ("documents", "table_documents"):
        if suffix in READERS[name].suffixes:
            yield Candidate(
                name, {}, f"the suffix {suffix}", {}, firm=name == "documents" and "JSON" not in shape.words
            )


def _named(reader: str, rows: Sequence[Mapping[str, object]]) -> Iterator[Candidate]:
    roles = roles_of(rows)
    if roles is not None:
        yield _with_roles(reader, roles, {})


def _with_roles(reader: str, roles: Roles, options: Mapping[str, JsonValue]) -> Candidate:
    return Candidate(reader, {**options, **roles.options}, roles.evidence, roles.labels)


def _json(head: Head) -> Iterator[Candidate]:
    for layout in _LAYOUTS:
        yield Candidate("aihub", {"layout": layout}, f"the layout {layout} of AI Hub", {})
    roles = roles_in(_whole_value(head))
    if roles is not None:
        yield _with_roles("aihub", roles, {})


def _csv(rows: list[list[str]]) -> Iterator[Candidate]:
    if _is_header(rows):
        names = [name.strip() or f"column {place}" for place, name in enumerate(rows[0], 1)]
        yield from _named("csv", [dict(zip(names, row, strict=False)) for row in rows[1:]])
        return
    numbered = [{str(place): value for place, value in enumerate(row, 1)} for row in rows]
    roles = roles_of(numbered, positions=True)
    if roles is not None:
        yield _with_roles("csv", roles, {"header": False})


def _table(head: Head) -> tuple[Dialect, list[list[str]]] | None:
    """The dialect of a table and its first rows; None when the file is none."""
    lines = list(islice(_lines(head), 2 * _ROWS))
    dialect = detect_dialect(lines)
    if dialect is None:
        return None
    rows = [
        row
        for row in islice(table_rows(iter(lines), dialect, head.file.name), _ROWS)
        if isinstance(row, Fields) and not row.blank
    ]
    if not rows:
        return None
    width = len(rows[0].values)
    named_so = head.file.path.suffix.lower() in _TABLES
    even = sum(len(row.values) == width for row in rows) / len(rows)
    # Commas part sentences as well; tabs hardly ever do.
    is_table = width > 1 and dialect.delimiter == "\t" and even >= _LEAST_EVEN
    if not named_so and not (is_table and len(rows) >= _LEAST_TABLE_ROWS):
        return None
    return dialect, [row.values for row in rows]


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names columns: short, all different, no numbers, hardly seen again."""
    first = [name.strip() for name in rows[0]]
    named = [name for name in first if name]
    if len(first) - len(named) > 1 or len(set(first)) < len(first) or len(rows) < 2:
        return False
    if any(len(name) > _LONGEST_NAME or _is_number(name) for name in named):
        return False
    if any(len(name.split()) > 3 for name in named):
        return False
    below = [row for row in rows[1:] if len(row) == len(first)]
    # A column of labels may be called like one of them: "hate".
    again = sum(
        sum(row[place].strip() == name for row in below) > len(below) / 20 for place, name in enumerate(first)
    )
    return 3 * again <= len(first)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).replace(",", "").isdecimal()


def _is_list(head: Head) -> bool:
    lines = [line.text.strip() for line in islice(_lines(head), 2 * _LEAST_LINES)]
    blank = sum(not line for line in lines)
    return len(lines) >= _LEAST_LINES and blank <= _MOST_BLANK * len(lines)


def _lines(head: Head) -> Iterator[Line]:
    assert head.encoding is not None  # a text has one
    return (line for line in text_lines(head.file, head.encoding) if not isinstance(line, BadRow))


def _value(text: str) -> object:
    try:
        return json_file.parsed_text(text)
    except ValueError:
        return None


def _is_named_lines(head: Head) -> bool:
    return head.file.path.suffix.lower() in READERS["jsonl"].suffixes


def _is_one_value(head: Head) -> bool:
    """Tell whether a file is one JSON value: its first line is one, and no other follows."""
    return next((False for line in islice(_lines(head), 1, None) if line.text.strip()), True)


def _whole_value(head: Head) -> object:
    try:
        return json_file.parsed(head.file.path.read_bytes())
    except ValueError:
        return None


def rows_of_parquet(head: Head) -> int | None:
    """The number of rows that a Parquet file states."""
    try:
        stated: int = parquet.read_metadata(head.file.path).num_rows
    except (ArrowException, OSError):
        return None
    return stated


def _parquet_names(head: Head) -> tuple[str, ...]:
    try:
        return tuple(parquet.read_schema(head.file.path).names)
    except (ArrowException, OSError):
        return ()


def _parquet_rows(head: Head) -> list[dict[str, object]]:
    try:
        with parquet.ParquetFile(head.file.path) as table:
            batch = next(table.iter_batches(_ROWS), None)
            return [] if batch is None else batch.to_pylist()
    except (ArrowException, OSError, ValueError):
        return []
