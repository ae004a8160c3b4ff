"""What a document is called when nothing in it says so."""

from pathlib import PurePosixPath

from curation.readers.base import SourceFile

_LONGEST_TITLE = 80


def first_line(text: str) -> str:
    """The first line with words, unless it is too long for a title."""
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return line if len(line) <= _LONGEST_TITLE else ""


def stem(file: SourceFile) -> str:
    """The name of the file without its suffix."""
    return PurePosixPath(file.name).stem
