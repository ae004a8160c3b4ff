"""Korean parallel corpora: news in Korean, or as North Korea spells it, line by line with English.

https://github.com/jungyeul/korean-parallel-corpora, CC BY-SA 3.0; Park, Hong and Cha (2016), PACLIC 30. Two
text files a set, `.ko` or `.nk` (whose lines end with CR LF) and `.en`, side by side or in a `.tar.gz`. The
North Korean dev set has the English sentences of the South Korean one.

A recipe names both files, or their folder: the English half is read with the Korean one, and what a recipe
names is what a release states and what tells whether a step must run again.
"""

import codecs
import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from curation.errors import UserError
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import as_korean, cannot_open
from curation.readers.labels import squeezed
from curation.readers.lines import CP949_IN_UTF8
from curation.readers.quoting import shown
from curation.records import BadRow, FileNote, Location, Row
from curation.tasks.spec import TaskOptions, task

_KOREAN = {".ko": "한국어", ".nk": "북한말"}
_ENGLISH = ".en"
_ARCHIVE = ".tar.gz"
# Some 200,000 pairs at the length of those in the dev set.
MOST_UNPACKED = 64 * 1024 * 1024


class KoreanParallelOptions(TaskOptions):
    """Into which language the sentences are to be translated."""

    into: Literal["en", "ko"] = "en"


def read(file: SourceFile, options: KoreanParallelOptions) -> Iterator[Item]:
    """Yield the pairs of sentences; those with the same English sentence form a split group.

    Raises
    ------
    UserError
        When a half is missing, the halves have different numbers of lines, or an archive is damaged
        or unpacks to more than 64 MiB.
    """
    suffix = file.path.suffix
    if file.path.name.endswith(_ARCHIVE):
        yield from _archived(file, options)
    elif suffix in _KOREAN:
        english = _beside(file, _ENGLISH)
        if english is None:
            raise _no_half(file.name, _ENGLISH)
        yield from _pairs(file.name, suffix, _content(file), _content(english), options)
    elif suffix == _ENGLISH:
        korean = next(filter(None, (_beside(file, one) for one in _KOREAN)), None)
        if korean is None:
            raise _no_half(file.name, " or ".join(_KOREAN))
        yield FileNote(file.name, "read with", korean.name)
    else:
        raise UserError(
            "This file is no half of a parallel corpus.",
            where=file.name,
            fix="The reader `korean_parallel` takes files that end with .ko, .nk, .en or .tar.gz.",
        )


def _beside(file: SourceFile, suffix: str) -> SourceFile | None:
    path = file.path.with_suffix(suffix)
    if path.is_symlink():
        raise UserError(
            "The other half of this file is a link.",
            where=file.name,
            fix=f"Put the file with {suffix} there itself.",
        )
    name = str(PurePosixPath(file.name).with_suffix(suffix))
    return SourceFile(path, name) if path.is_file() else None


def _content(file: SourceFile) -> bytes:
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise cannot_open(file, error) from error


def _archived(file: SourceFile, options: KoreanParallelOptions) -> Iterator[Item]:
    members = _members(file)
    read = 0
    for name, content in members.items():
        stem, suffix = PurePosixPath(name).with_suffix(""), PurePosixPath(name).suffix
        if suffix not in _KOREAN:
            continue
        where = f"{file.name}/{shown(name)}"
        english = members.get(f"{stem}{_ENGLISH}")
        if english is None:
            raise _no_half(where, _ENGLISH)
        yield from _pairs(where, suffix, content, english, options)
        read += 1
    if not read:
        raise _no_half(file.name, " or ".join(_KOREAN))


def _members(file: SourceFile) -> dict[str, bytes]:
    """The halves in an archive by their names; nothing is written to the disk, and no link is followed."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(_content(file))) as packed:
            content = packed.read(MOST_UNPACKED + 1)
        if len(content) > MOST_UNPACKED:
            raise _damaged(file, f"it unpacks to more than {MOST_UNPACKED >> 20} MiB")
        members = {}
        # As a stream: a member whose size is negative would send a seeking reader back for ever.
        with tarfile.open(fileobj=io.BytesIO(content), mode="r|") as archive:
            for member in archive:
                # What is sparse holds less than the size that would be had from it.
                plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
                wanted = PurePosixPath(member.name).suffix in {*_KOREAN, _ENGLISH}
                opened = archive.extractfile(member) if plain and wanted else None
                if opened is not None:
                    members[member.name] = opened.read()
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError, RecursionError) as error:
        raise _damaged(file, shown(str(error))) from error
    return members


def _pairs(
    name: str, suffix: str, korean: bytes, english: bytes, options: KoreanParallelOptions
) -> Iterator[Item]:
    ours, theirs = _lines(korean), _lines(english)
    if len(ours) != len(theirs):
        raise UserError(
            f"The Korean half has {len(ours)} lines and the English half {len(theirs)}: "
            "which belong together cannot be told.",
            where=name,
            fix="Get both halves of the same version of the corpus.",
        )
    blank = 0
    for number, (our, their) in enumerate(zip(ours, theirs, strict=True), 1):
        if not our.strip() and not their.strip():
            blank += 1
            continue
        try:
            yield _row(Location(name, number), suffix, our, their, options)
        except ValueError as error:
            yield BadRow(our + b"\n" + their, Location(name, number), str(error))
    if blank:
        yield FileNote(name, "blank lines", str(blank))


def _row(where: Location, suffix: str, our: bytes, their: bytes, options: KoreanParallelOptions) -> Row:
    (korean, recovery), (english, also) = _text(our), _text(their)
    if not korean.strip() or not english.strip():
        raise ValueError("one of the two sentences is empty")
    given, wanted = (korean, english) if options.into == "en" else (english, korean)
    fields = {"language": _KOREAN[suffix], "text": given}
    spec = task(f"korean_parallel_{options.into}")
    record = spec.record(fields, (wanted,), options, group=squeezed(english))
    return Row(record, where, recovery=recovery or also)


def _lines(content: bytes) -> list[bytes]:
    lines = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _text(raw: bytes) -> tuple[str, str]:
    recovery = ""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        korean = as_korean(raw)
        if korean is None:
            raise ValueError(f"not utf-8: {error.reason}") from error
        text, recovery = korean, CP949_IN_UTF8
    if "\0" in text:
        raise ValueError("NUL characters in the line")
    return text.removesuffix("\r"), recovery


def _no_half(where: str, suffix: str) -> UserError:
    return UserError(
        f"The half with {suffix} is missing.",
        where=where,
        fix="Put both halves into the same folder or archive, named alike but for their ends.",
    )


def _damaged(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This archive cannot be read: {reason}.",
        where=file.name,
        fix="Get the archive again, or unpack it and name its files in the recipe.",
    )


def _other_half(path: Path) -> tuple[Path, ...]:
    if path.suffix in _KOREAN:
        return (path.with_suffix(_ENGLISH),)
    return tuple(path.with_suffix(one) for one in _KOREAN) if path.suffix == _ENGLISH else ()


KOREAN_PARALLEL = Reader(
    name="korean_parallel",
    summary="Korean parallel corpora: Korean or North Korean news with English, in pairs or archives",
    options=KoreanParallelOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(*_KOREAN, _ENGLISH, _ARCHIVE),
    beside=_other_half,
)
