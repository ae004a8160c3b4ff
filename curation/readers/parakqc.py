"""paraKQC: questions and commands in ten wordings each (https://github.com/warnikchow/paraKQC).

CC BY-SA 4.0. Lines of topic, intent and sentence, parted by tabs, without a header. Topics: 0 mail, 1
schedule, 2 smart home, 3 weather. Intents: 0 question between alternatives, 1 question with a question
word, 2 prohibition, 3 request with a prohibition. Nothing but their place says which sentences
paraphrase one another: lines 1 to 10 are the first cluster, 11 to 20 the second, and so on.

The task is to say a sentence in other words; all others of its cluster are right. The sentence to be
learned is the next one, so that each is learned once. A few sentences stand in two clusters.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.csv_file import wrong_width
from curation.readers.encoding import file_encoding
from curation.readers.fixed_table import refuse_without_rows
from curation.readers.labels import required, trimmed
from curation.readers.table import TABS, Fields, file_rows
from curation.records import BadRow, FileNote, Location, Row
from curation.tasks.spec import TaskOptions, task

_SIZE = 10
_CODES = ("0", "1", "2", "3")


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences; those of a cluster form a split group.

    Raises
    ------
    UserError
        When none of the first ten lines is a topic, an intent and a sentence.
    """
    rows = file_rows(file, file_encoding(file), TABS)
    clusters = 0
    for cluster, lines in groupby(rows, _cluster):
        found = _items([_checked(row, file.name) for row in lines], cluster, options, file.name)
        if not clusters:
            refuse_without_rows(found, "a topic, an intent and a sentence")
        clusters += 1
        yield from found
    if clusters:
        yield FileNote(file.name, "clusters", str(clusters))


def _cluster(row: Fields | BadRow) -> int:
    number = row.where.line if isinstance(row, BadRow) else row.number
    return (number - 1) // _SIZE + 1


def _checked(row: Fields | BadRow, file: str) -> Fields | BadRow:
    if isinstance(row, BadRow):
        return row
    if len(row.values) != 3:
        return row.bad(file, wrong_width(row, 3))
    *codes, sentence = row.values
    try:
        for code, what in zip(codes, ("topic", "intent"), strict=True):
            if trimmed(code, what)[0] not in _CODES:
                raise ValueError(f"the {what} is none of {', '.join(_CODES)}")
        required(sentence, "sentence")
    except ValueError as error:
        return row.bad(file, str(error))
    return row


def _items(
    rows: Sequence[Fields | BadRow], cluster: int, options: TaskOptions, file: str
) -> list[Row | BadRow]:
    sentences = [row for row in rows if isinstance(row, Fields)]
    wordings = [row.values[2] for row in sentences]
    aligned = len({tuple(code.strip() for code in row.values[:2]) for row in sentences}) < 2
    places = iter(range(1, _SIZE + 1))
    found: list[Row | BadRow] = []
    for row in rows:
        if isinstance(row, BadRow):
            found.append(row)
        elif aligned:
            place = next(places)
            others = [*wordings[place:], *wordings[: place - 1]]
            found.append(_item(row, others, cluster, options, file))
        else:
            found.append(row.bad(file, "the lines of its cluster differ in topic or intent"))
    return found


def _item(row: Fields, others: Sequence[str], cluster: int, options: TaskOptions, file: str) -> Row | BadRow:
    topic, intent, sentence = row.values
    # Some sentences stand twice in their cluster.
    wordings = [other for other in dict.fromkeys(others) if other != sentence]
    if not wordings:
        return row.bad(file, "no other wording in its cluster")
    record = task("parakqc").record(
        {"sentence": sentence},
        wordings,
        options,
        group=str(cluster),
        attributes={"topic": topic.strip(), "intent": intent.strip(), "cluster": str(cluster)},
    )
    return Row(record, Location(file, row.number), 1, row.recovery)


PARAKQC = Reader(
    name="parakqc",
    summary="paraKQC: a question or command, and nine other wordings of it",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".txt",),
)
