"""The beginning of a file as a small file of its own, whatever the size of the whole."""

import codecs
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from curation.errors import UserError
from curation.guessing import json_head
from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding, cannot_open, file_encoding

TASTE_BYTES = 64 * 1024
"""Enough to tell which readers are worth more."""
HEAD_BYTES = 4 * 1024 * 1024
"""The most that is read of a text file; a smaller one is read whole."""
MOST_PACKED_BYTES = 64 * 1024 * 1024
"""A packed file cannot be cut; a larger one is shown to readers of files named like it alone."""

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_PACKED = {
    b"PK\x03\x04": "ZIP archive or office document",
    b"\x1f\x8b": "gzip archive",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "OLE document (HWP 5, old office formats)",
    b"BZh": "bzip2 archive",
    b"\xfd7zXZ": "xz archive",
    b"\x28\xb5\x2f\xfd": "zstd archive",
}
_PARQUET = b"PAR1"
_MOST_BESIDE = 8
_LIKE_SIZE = 8


@dataclass(frozen=True, slots=True)
class Head:
    """What readers are handed instead of a file.

    ``file`` is the file itself where ``whole``, and else its beginning in another folder, under the
    same name. ``form`` is ``text``, ``parquet``, or what a packed file is. ``encoding`` is that of a text.
    """

    file: SourceFile
    bytes: int
    whole: bool
    form: str
    encoding: Encoding | None = None

    @property
    def only_by_name(self) -> bool:
        """Whether the file is too large for readers that would load it to see what it is."""
        return self.form not in ("text", "parquet") and self.bytes > MOST_PACKED_BYTES


def head_of(file: SourceFile, scratch: Path, most: int = HEAD_BYTES) -> Head:
    """Make the head of ``file``, in a folder of its own below ``scratch`` when it has to be cut.

    Files that differ in the suffix only are cut with it, to the same number of lines: a reader may
    look for them beside it.

    Raises
    ------
    UserError
        When there is nothing that a reader could be handed; it says why.
    """
    try:
        size = file.path.stat().st_size
        with file.path.open("rb") as stream:
            begun = stream.read(most + 1)
    except OSError as error:
        raise cannot_open(file, error) from error
    if not begun.strip():
        raise UserError("the file is empty" if not size else "the file holds nothing but blanks")
    if begun.startswith(_LFS_POINTER):
        raise UserError("a Git LFS pointer, not the file itself: fetch it with `git lfs pull`")
    if begun.startswith(_PARQUET):
        return Head(file, size, whole=True, form="parquet")
    for sign, form in _PACKED.items():
        if begun.startswith(sign):
            return Head(file, size, whole=True, form=form)
    whole = size <= most
    handed = file if whole else _cut_with_neighbours(file, begun[:most], scratch, most)
    return Head(handed, size, whole, "text", file_encoding(handed))


def _cut_with_neighbours(file: SourceFile, begun: bytes, scratch: Path, most: int) -> SourceFile:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    texts = {file.path.name: cut(begun)}
    for path in _halves(file.path):
        with path.open("rb") as stream:
            texts[path.name] = cut(stream.read(most))
    for name, content in _as_long(texts).items():
        (folder / name).write_bytes(content)
    return SourceFile(folder / file.path.name, file.name)


def _halves(path: Path) -> list[Path]:
    """The texts that may belong to a file line by line: of its name but the suffix, and not much smaller."""
    size = path.stat().st_size
    beside = sorted(path.parent.glob(f"{_literal(path.stem)}.*"))
    return [
        other
        for other in beside[:_MOST_BESIDE]
        if (other.stem, other != path) == (path.stem, True)
        and other.is_file()
        and not other.is_symlink()
        and 1 / _LIKE_SIZE <= other.stat().st_size / size <= _LIKE_SIZE
    ]


def _literal(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _as_long(texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Cut texts after as many lines as the shortest of them has."""
    if len(texts) == 1:
        return dict(texts)
    lines = min(text.count(b"\n") for text in texts.values())
    if not lines:
        return dict(texts)
    return {name: b"\n".join(text.split(b"\n", lines)[:lines]) + b"\n" for name, text in texts.items()}


def cut(begun: bytes) -> bytes:
    """Cut the beginning of a text where a line, or an item of one JSON value, ends.

    Examples
    --------
    >>> cut(b"id\\ttext\\n1\\t...\\n2\\t..")
    b'id\\ttext\\n1\\t...\\n'
    >>> cut(b'[{"a": 1}, {"a": ')
    b'[{"a": 1}]'
    """
    first, _, _ = begun.partition(b"\n")
    if begun.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{") and not is_json(first):
        whole = json_head.closed(begun)
        if whole is not None:
            return whole
    for mark, line_break in (
        (codecs.BOM_UTF16_LE, b"\n\0"),
        (codecs.BOM_UTF16_BE, b"\0\n"),
    ):
        if begun.startswith(mark):
            end = begun.rfind(line_break)
            while end > 0 and end % 2:
                end = begun.rfind(line_break, 0, end)
            return begun[: end + 2] if end > 0 else begun[: len(begun) // 2 * 2]
    end = begun.rfind(b"\n") + 1
    return begun[:end] or begun


def is_json(line: bytes) -> bool:
    """Tell whether a line is a JSON value of its own."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
