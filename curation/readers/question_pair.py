"""Question_pair: two questions, the same or not (https://github.com/songys/Question_pair, MIT).

Tables parted by commas (``kor_pair_train.csv``, ``kor_Pair_test.csv``) or, shuffled, by tabs
(``train.txt``, ``validation.txt``, ``test.txt``); quotes stand around fields in all of them. The
column without a name at the end of ``kor_Pair_test.csv`` holds one value.

The label is the inverse of its name ``is_duplicate``: 0 is the same question, 1 another one. The
corpus says so, and so do the pairs of identical questions, which are looked at here, for tables with
the plain meaning are handed on as well. Identical questions labelled as different (two in
``kor_pair_train.csv``, one in ``train.txt``) are read as the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from operator import itemgetter

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import Encoding, file_encoding
from curation.readers.fixed_table import headed_rows, items
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.lines import Line, physical_lines, text_line
from curation.readers.table import Dialect, Fields
from curation.records import BadRow, FileNote, InstructionRecord
from curation.tasks.spec import TaskOptions, task

_SAME, _DIFFERENT = "0", "1"
_HEADERS = [
    ("id", "qid1", "qid2", "question1", "question2", "is_duplicate"),
    ("test_id", "question1", "question2", "is_duplicate", ""),
    ("question1", "question2", "is_duplicate"),
]
_IDS = ("id", "qid1", "qid2", "test_id")
# So many rows show what the labels mean: identical questions are one pair in ten to a hundred.
_ROWS_AHEAD = 1000
CONTRADICTED = "identical questions labelled as different"


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the pairs; those with the same first question form a split group.

    Raises
    ------
    UserError
        When the file begins with none of the corpus's headers.
    """
    encoding = file_encoding(file)
    header, rows = headed_rows(file, encoding, _HEADERS, _dialect(file, encoding))
    if not header:
        return
    ahead = list(islice(rows, _ROWS_AHEAD))
    pairs = _Pairs(header, options)
    pairs.learn_labels(ahead)
    yield from items(chain(ahead, rows), len(header), file.name, pairs.record)
    yield from (FileNote(file.name, fact, value) for fact, value in pairs.facts())


def _dialect(file: SourceFile, encoding: Encoding) -> Dialect:
    number, raw = next(physical_lines(file, encoding), (1, b""))
    first = text_line(file, encoding.codec, number, raw)
    return Dialect("\t" if isinstance(first, Line) and "\t" in first.text else ",")


class _Pairs:
    """Makes records of rows, and counts the labels of identical questions."""

    def __init__(self, header: tuple[str, ...], options: TaskOptions) -> None:
        self._spec = task("question_pair")
        self._options = options
        self._columns = [header.index(name) for name in ("question1", "question2", "is_duplicate")]
        self._pair_of = itemgetter(*self._columns)
        self._others = [
            (name or f"column {column + 1}", column)
            for column, name in enumerate(header)
            if name in _IDS or not name
        ]
        self._meanings = {_SAME: _SAME, _DIFFERENT: _DIFFERENT}
        self._identical: Counter[str] = Counter()

    def learn_labels(self, rows: Iterable[Fields | BadRow]) -> None:
        """Invert the labels when most identical questions among ``rows`` carry the one for different."""
        labels: Counter[str] = Counter()
        first, second, label = self._columns
        for row in rows:
            if isinstance(row, Fields) and len(row.values) > max(self._columns):
                values = row.values
                labels[values[label].strip()] += _identical(values[first], values[second])
        if labels[_DIFFERENT] > labels[_SAME]:
            self._meanings = {_SAME: _DIFFERENT, _DIFFERENT: _SAME}

    def record(self, values: list[str]) -> tuple[InstructionRecord, str]:
        """Make the record of a row; the output of identical questions is the same question."""
        first, second, written = self._pair_of(values)
        label, recovery = trimmed(written)
        spec = self._spec
        output = spec.in_words(self._meanings.get(label, label))
        if _identical(required(first, "first question"), required(second, "second question")):
            self._identical[label] += 1
            if self._meanings[label] == _DIFFERENT:
                output = spec.in_words(_SAME)
                recovery = ", ".join(filter(None, (recovery, CONTRADICTED)))
        attributes = {"label": label}
        for name, column in self._others:
            if value := values[column]:
                attributes[name] = value
        record = spec.record(
            {"question1": first, "question2": second},
            [output],
            self._options,
            group=squeezed(first),
            attributes=attributes,
        )
        return record, recovery

    def facts(self) -> Iterator[tuple[str, str]]:
        """What the labels mean, and how the identical questions are labelled."""
        same = self._meanings[_SAME]
        against = ", against the column's name is_duplicate" if same == _SAME else ""
        yield "labels", f"{same} is the same question{against}"
        counts = ", ".join(f"{count} labelled {label}" for label, count in sorted(self._identical.items()))
        yield "pairs of identical questions", counts or "none"


def _identical(first: str, second: str) -> bool:
    if first[:1] != second[:1] and " " not in first[:1] + second[:1]:
        return False  # most pairs, in a third of the time
    return first == second or first.replace(" ", "") == second.replace(" ", "")


QUESTION_PAIR = Reader(
    name="question_pair",
    summary="Question_pair: two questions, the same (0) or different (1), whatever the column's name says",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".csv", ".txt"),
)
