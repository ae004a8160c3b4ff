"""An index in one file, and back: `malmoi rag backup`, `malmoi rag restore`.

The archive is a ``.tar.gz`` with ``manifest.sqlite``, the tables, and last ``SHA256SUMS`` (in the form
of ``sha256sum``): an archive without it was cut off. What is in a Milvus is put into tables first,
so that an archive needs nothing but itself.
"""

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from curation.atomic import publish_directory, replacing, sync_file
from curation.errors import ConfigurationError, UserError
from curation.progress import Advance, Progress, Quiet
from rag.disk import room_on_disk
from rag.lock import LOCK_FILE, held_for_writing
from rag.manifest import DEFAULT_STORE, FILE_NAME, Manifest
from rag.migrate import MIGRATING_TO, copy
from rag.stores import TABLES_FOLDER, open_store
from rag.verify import check_file

_SUMS: Final = "SHA256SUMS"
_ENDINGS: Final = (".tar.gz", ".tgz")
# Vectors hardly shrink: the quickest level takes a third of the time and loses two parts in a hundred.
_LEVEL: Final = 1
_BLOCK: Final = 1 << 20
# What a backup writes shrinks to a half or a tenth; zeros shrink to a thousandth, and would fill a disk.
_MOST_RATIO: Final = 200
_SMALL: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive that was written or unpacked; ``bytes`` are those of the files in it."""

    index: Path
    archive: Path
    files: int
    bytes: int
    passages: int

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return values | {"index": str(self.index), "archive": str(self.archive)}


def backup(
    index: Path,
    archive: Path,
    *,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> Archived:
    """Write an index into one file, whole or not at all; it may be read meanwhile, and not be written.

    Raises
    ------
    ConfigurationError
        When there is no index, or the archive's name does not say ``.tar.gz``.
    UserError
        When a run holds the index, it is damaged, or the disk is full. An older archive stays.
    """
    if not archive.name.endswith(_ENDINGS):
        raise ConfigurationError(
            "An archive's name ends in .tar.gz.", where=str(archive), fix=f"Call it {archive.name}.tar.gz"
        )
    Manifest.open(index).close()
    with (
        room_on_disk(archive, "no archive was written"),
        held_for_writing(index),
        Manifest.open(index) as manifest,
        _beside(archive) as folder,
        replacing(archive) as written,
    ):
        check_file(manifest, index)
        with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as target:
            manifest.connection.backup(target)
            # What is restored must not go on with the move of the index that it was saved from.
            with target:
                target.execute("DELETE FROM meta WHERE key = ?", (MIGRATING_TO,))
        tables = index / TABLES_FOLDER
        if manifest.store != DEFAULT_STORE:
            _bring_home(manifest, index, folder, progress)
            tables = folder / TABLES_FOLDER
        members = {FILE_NAME: folder / FILE_NAME} | {
            f"{TABLES_FOLDER}/{path.relative_to(tables).as_posix()}": path
            for path in sorted(tables.rglob("*"))
            if path.is_file()
        }
        size = sum(path.stat().st_size for path in members.values())
        with progress.task("Writing the archive", size, "bytes") as advance:
            _write(written, members, advance)
        return Archived(index, archive, len(members), size, manifest.passages())


def restore(
    archive: Path,
    index: Path,
    *,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> Archived:
    """Unpack an archive as the index ``index``, which appears when all of it is there and right.

    Raises
    ------
    ConfigurationError
        When ``index`` is a file or holds something, or another version wrote the archive.
    UserError
        When the archive cannot be read, is damaged or holds what an index does not, or the disk is full.
        Nothing is left behind.
    """
    if index.exists() and (not index.is_dir() or any(path.name != LOCK_FILE for path in index.iterdir())):
        raise ConfigurationError(
            "The folder for the index is not empty.", where=str(index), fix="Restore into a new folder."
        )
    with (
        room_on_disk(index, "nothing was restored"),
        _beside(index) as temporary,
    ):
        folder = temporary / "index"
        folder.mkdir()
        with _readable(archive) as tar, progress.task("Unpacking the archive", None, "bytes") as advance:
            files, size = _unpack(tar, archive, folder, advance)
        with Manifest.open(folder) as manifest:
            check_file(manifest, folder)
            passages = manifest.passages()
        publish_directory(folder, index)
        return Archived(index, archive, files, size, passages)


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A temporary folder on the disk of the target."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise ConfigurationError(
            "The folder cannot be written.",
            where=f"{target.parent}: {error.strerror}",
            fix="Choose another place.",
        ) from error
    with folder as name:
        yield Path(name)


def _bring_home(manifest: Manifest, index: Path, folder: Path, progress: Progress) -> None:
    with (
        contextlib.closing(open_store(manifest.store, index, manifest.dimensions, create=False)) as source,
        contextlib.closing(open_store(DEFAULT_STORE, folder, manifest.dimensions, create=True)) as target,
    ):
        copy(manifest, source, target, progress)
    with Manifest.open(folder) as archived:
        archived.set_meta("store", DEFAULT_STORE)


def _write(archive: Path, members: dict[str, Path], advance: Advance) -> None:
    sums = []
    with tarfile.open(archive, "w:gz", compresslevel=_LEVEL) as tar:
        for name, path in members.items():
            with path.open("rb") as content:
                # A header of our own: names of users are nobody's business.
                header = tarfile.TarInfo(name)
                header.size = os.fstat(content.fileno()).st_size
                hashed = _Hashed(content, advance)
                tar.addfile(header, hashed)
            sums.append(f"{hashed.digest}  {name}\n")
        listed = "".join(sums).encode()
        header = tarfile.TarInfo(_SUMS)
        header.size = len(listed)
        tar.addfile(header, io.BytesIO(listed))


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, stream: IO[bytes], advance: Advance) -> None:
        self._stream, self._advance = stream, advance
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._hash.update(block)
        self._advance(len(block))
        return block

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


class _Bounded:
    """What is packed in an archive, up to what a backup may unpack to."""

    def __init__(self, stream: IO[bytes], archive: Path) -> None:
        self._content = gzip.GzipFile(fileobj=stream)
        self._archive = archive
        self._left = max(_SMALL, _MOST_RATIO * os.fstat(stream.fileno()).st_size)

    def read(self, size: int) -> bytes:
        """The next bytes, at most ``size``."""
        piece = self._content.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise _refused(self._archive, "it unpacks to far more than a backup does")
        return piece


def _unpack(tar: tarfile.TarFile, archive: Path, folder: Path, advance: Advance) -> tuple[int, int]:
    """Unpack and compare with the sums; number of files and their bytes."""
    found: dict[str, str] = {}
    listed, size = "", 0
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or not _belongs(member.name) or member.name in found or listed:
            raise _refused(archive, f"it holds {member.name!r}, which no backup of an index does")
        if member.name == _SUMS:
            listed = content.read().decode("utf-8", "replace")
            continue
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        hashed = _Hashed(content, advance)
        with target.open("xb") as stream:
            shutil.copyfileobj(hashed, stream, _BLOCK)
        sync_file(target)
        found[member.name] = hashed.digest
        size += member.size
    if not listed:
        raise _refused(archive, "it was cut off")
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in listed.splitlines())}
    if found != expected:
        differing = sorted(name for name, _ in found.items() ^ expected.items())
        raise _refused(archive, f"{differing[0]} is not as it was written")
    return len(found), size


def _belongs(name: str) -> bool:
    path = PurePosixPath(name)
    in_tables = path.parts[:1] == (TABLES_FOLDER,) and len(path.parts) > 1
    return name in (FILE_NAME, _SUMS) or (in_tables and ".." not in path.parts)


@contextlib.contextmanager
def _readable(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        stream = archive.open("rb")
    except OSError as error:
        raise ConfigurationError(
            "The archive cannot be read.", where=f"{archive}: {error.strerror}", fix="Check the path."
        ) from error
    with stream:
        try:
            content = _Bounded(stream, archive)
            # A stream is read and nothing else.
            with tarfile.open(fileobj=content, mode="r|") as tar:  # type: ignore[call-overload]
                yield tar
        except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise _refused(archive, str(error) or "it is no .tar.gz") from error


def _refused(archive: Path, why: str) -> UserError:
    return UserError(
        f"The archive cannot be restored: {why}.",
        where=str(archive),
        fix="Take another archive: this one is damaged, or no backup of an index.",
    )
