"""The ZIP file of a Slack export, unpacked for the reader of folders."""

import contextlib
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

# Of an export only the lists and the days are read; the names lead nowhere else.
_MEMBER: Final = re.compile(
    r"(?:[^/]+/)?([a-z_]+\.json)|(?:[^/]+/)??([^/]+/[0-9]{4}-[0-9]{2}-[0-9]{2}\.json)"
)
_MOST_MEMBERS: Final = 500_000
_MOST_BYTES: Final = 4_000_000_000


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A folder with the export's files, for as long as it is read.

    Raises
    ------
    ValueError
        When it is damaged, needs a password, or unpacks to more than an export has.
    """
    with tempfile.TemporaryDirectory(prefix="slack-export-") as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, folder)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
            raise ValueError(str(error)) from error
        yield folder


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = [
        (member, found) for member in archive.infolist() if (found := _MEMBER.fullmatch(member.filename))
    ]
    size = sum(member.file_size for member, _ in members)
    if len(members) > _MOST_MEMBERS or size > _MOST_BYTES:
        raise ValueError(f"{len(members):,} files of {size:,} bytes are more than an export has")
    for member, found in members:
        target = folder / (found[1] or found[2])
        if target.parent.name in (".", "..") or folder not in target.resolve().parents:
            raise ValueError(f"a name that leads out of it: {member.filename!r}")
        target.parent.mkdir(exist_ok=True)
        with archive.open(member) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
