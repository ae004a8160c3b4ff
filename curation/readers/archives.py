"""ZIP archives whose members are JSON files: read one at a time, never unpacked to the disk."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import SourceFile
from curation.readers.encoding import cannot_open
from curation.readers.quoting import shown

# A file is parsed whole, in some three times its size.
MOST_UNPACKED = 1 << 30
_ZIP = b"PK\x03\x04"


def is_zip(file: SourceFile) -> bool:
    """Tell an archive by its first bytes.

    Raises
    ------
    UserError
        When the file cannot be opened.
    """
    try:
        with file.path.open("rb") as stream:
            return stream.read(len(_ZIP)) == _ZIP
    except OSError as error:
        raise cannot_open(file, error) from error


def json_members(file: SourceFile) -> Iterator[tuple[str, object]]:
    """Yield the name to show and the value of each JSON file in the archive, in the order of their names.

    Raises
    ------
    UserError
        When the archive is damaged, holds no JSON file, or one that unpacks to more than 1 GiB.
    """
    names = []
    try:
        with zipfile.ZipFile(file.path) as archive:
            names = sorted(name for name in archive.namelist() if _is_json(name))
            for name in names:
                yield f"{file.name}/{shown(name)}", _value(archive, name, file)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # RuntimeError: a member is encrypted. NotImplementedError, one of its kind: an unknown compression.
        raise _damaged(file, shown(str(error))) from error
    if not names:
        raise _damaged(file, "it holds no JSON file")


def _is_json(name: str) -> bool:
    # macOS puts its own notes beside each file.
    return name.lower().endswith(".json") and not PurePosixPath(name).name.startswith("._")


def _value(archive: zipfile.ZipFile, name: str, file: SourceFile) -> object:
    with archive.open(name) as member:
        content = member.read(MOST_UNPACKED + 1)
    if len(content) > MOST_UNPACKED:
        raise _damaged(file, f"{shown(name)} unpacks to more than {MOST_UNPACKED >> 20} MiB")
    try:
        return json_file.parsed(content)
    except ValueError as error:
        raise _damaged(file, f"{shown(name)} is no JSON: {error}") from error


def _damaged(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This archive cannot be read: {reason}.",
        where=file.name,
        fix="Get the archive again, or unpack it and name its files in the recipe.",
    )
