"""Readers of labelled corpora that have no options but how a task's records are worded."""

from collections.abc import Callable, Iterator

from curation.readers.base import Item, Reader, SourceFile
from curation.tasks.spec import TaskOptions


def worded_reader(
    name: str, summary: str, read: Callable[[SourceFile, TaskOptions], Iterator[Item]], suffix: str
) -> Reader[TaskOptions]:
    """Give the reader of one of several corpora that are published in the same form."""
    return Reader(name, summary, TaskOptions, read, lambda _: "instruction", suffixes=(suffix,))
