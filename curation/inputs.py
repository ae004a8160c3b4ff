"""From a recipe's paths to units of reading: files found, hashed, and packed to groups."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.checkpoints import Hashed, sha256_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Advance, Progress
from curation.readers.base import Options, Reader, SourceFile
from curation.recipe import Source, reader_options

GROUP_BYTES = 32 * 1024 * 1024
_GLOB_SIGNS = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was hashed, and the state it had then."""

    path: Path
    name: str
    bytes: int
    sha256: str
    modified_ns: int

    def check_unchanged(self) -> None:
        """Raise when the file is not what was hashed any more."""
        try:
            status = self.path.stat()
            same = (status.st_size, status.st_mtime_ns) == (self.bytes, self.modified_ns)
        except FileNotFoundError:
            same = False
        if not same:
            raise UserError("a source file changed while it was read", where=self.name, fix="run again")


@dataclass(frozen=True, slots=True)
class Unit:
    """What one call of the reading stage covers: some files, or one folder.

    ``targets`` is what the reader is handed, one after the other; ``files`` is all that it may
    open, and what the unit's key is made of.
    """

    source: Source
    index: int
    targets: tuple[SourceFile, ...]
    files: tuple[InputFile, ...]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class SourceInput:
    """A source with its reader, the reader's options, and its units in order."""

    source: Source
    reader: Reader[Any]
    options: Options
    units: tuple[Unit, ...]

    @property
    def files(self) -> list[InputFile]:
        """Every file of the source once, in order."""
        return list(dict.fromkeys(file for unit in self.units for file in unit.files))

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)


def find_inputs(
    sources: Sequence[Source],
    data: Path,
    readers: Mapping[str, Reader[Any]],
    progress: Progress,
    *,
    group_bytes: int = GROUP_BYTES,
    roots: Mapping[str, Path] | None = None,
    known: Mapping[Path, Hashed] | None = None,
) -> list[SourceInput]:
    """Find and hash the files of every source (or evaluation set).

    Paths start from ``data``, or from the root that ``roots`` names for a source. ``known`` are files
    that were hashed before: they are not hashed again while they are the same.

    Raises
    ------
    ConfigurationError
        When a path does not exist, matches nothing, leaves the data folder, or has another form
        than the reader takes.
    """
    if not sources:
        return []
    roots = roots or {}
    if not data.is_dir() and any(source.name not in roots for source in sources):
        raise ConfigurationError("the data folder does not exist", where=str(data), fix="give --data DIR")
    found = []
    for source in sources:
        root = roots.get(source.name, data).resolve()
        found.append((source, root, _targets(source, readers[source.reader], root)))
    total = sum(path.stat().st_size for *_, targets in found for group in targets.values() for path in group)
    with progress.task("check the sources", total, "B") as advance:
        return [
            _source_input(
                source,
                readers[source.reader],
                targets=targets,
                root=root,
                group_bytes=group_bytes,
                advance=advance,
                known=known or {},
            )
            for source, root, targets in found
        ]


def _source_input(
    source: Source,
    reader: Reader[Any],
    *,
    targets: Mapping[Path, list[Path]],
    root: Path,
    group_bytes: int,
    advance: Advance,
    known: Mapping[Path, Hashed],
) -> SourceInput:
    hashed: list[tuple[SourceFile, tuple[InputFile, ...]]] = []
    for target, paths in targets.items():
        files = []
        for path in paths:
            files.append(_hashed(path, _name(path, root), known.get(path)))
            advance(files[-1].bytes)
        hashed.append((SourceFile(target, _name(target, root)), tuple(files)))
    groups = [[one] for one in hashed] if reader.unit == "folder" else list(_packed(hashed, group_bytes))
    units = tuple(
        Unit(source, index, tuple(t for t, _ in group), tuple(f for _, files in group for f in files))
        for index, group in enumerate(groups)
    )
    return SourceInput(source, reader, reader_options(source, reader), units)


def _packed(
    files: list[tuple[SourceFile, tuple[InputFile, ...]]], limit: int
) -> Iterator[list[tuple[SourceFile, tuple[InputFile, ...]]]]:
    group: list[tuple[SourceFile, tuple[InputFile, ...]]] = []
    size = 0
    for one in files:
        weight = one[1][0].bytes
        if group and size + weight > limit:
            yield group
            group, size = [], 0
        group.append(one)
        size += weight
    if group:
        yield group


def _targets(source: Source, reader: Reader[Any], root: Path) -> dict[Path, list[Path]]:
    """Give what the reader is handed, each with all files it may open, in a stable order."""
    result: dict[Path, list[Path]] = {}
    for pattern in source.path:
        for path in _matches(source, pattern, root):
            if reader.unit == "folder":
                if not path.is_dir():
                    raise _fault(source, pattern, f"the reader '{reader.name}' takes a folder, not a file")
                result[path] = _files_below(source, path, (), root)
            elif path.is_dir():
                below = _files_below(source, path, reader.suffixes, root)
                result.update({file: _with_beside(source, file, reader, root) for file in below})
            else:
                result[path] = _with_beside(source, path, reader, root)
    if not any(result.values()):
        wanted = f" with {', '.join(reader.suffixes)}" if reader.suffixes else ""
        raise _fault(source, ", ".join(source.path), f"no file{wanted} found for the reader '{reader.name}'")
    return result


def _with_beside(source: Source, path: Path, reader: Reader[Any], root: Path) -> list[Path]:
    beside = [one for one in reader.beside(path) if one.is_file()]
    for one in beside:
        _check_inside(source, one, root)
    return [path, *beside]


def _matches(source: Source, pattern: str, root: Path) -> list[Path]:
    try:
        exists = (root / pattern).exists()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise _fault(source, pattern, f"the path cannot be used: {error.strerror}") from error
    if exists:
        found = [root / pattern]
    elif _GLOB_SIGNS & set(pattern):
        found = sorted(path for path in root.glob(pattern) if not _hidden(path, root))
    else:
        found = []
    if not found:
        what = "matches nothing" if _GLOB_SIGNS & set(pattern) else "does not exist"
        raise _fault(source, pattern, f"the path {what} in the data folder")
    for path in found:
        _check_inside(source, path, root)
    return found


def _files_below(source: Source, folder: Path, suffixes: tuple[str, ...], root: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise _fault(
            source, _name(Path(error.filename), root), f"the folder cannot be read: {error.strerror}"
        )

    files = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if Path(parent, name).is_symlink():
                raise _fault(
                    source, _name(Path(parent, name), root), "the folder is a link; put it there itself"
                )
        for name in names:
            if not name.startswith(".") and (not suffixes or name.lower().endswith(suffixes)):
                files.append(Path(parent, name))
    for path in files:
        _check_inside(source, path, root)
    return sorted(files)


def _check_inside(source: Source, path: Path, root: Path) -> None:
    try:
        inside = path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError) as error:  # the latter for links in a circle
        raise _fault(source, _name(path, root), "the path is a link that leads nowhere") from error
    if not inside:
        raise _fault(source, _name(path, root), "the path leads out of the data folder")


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _hashed(path: Path, name: str, known: Hashed | None) -> InputFile:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ConfigurationError(
            "a file name is not UTF-8", where=ascii(name), fix="rename the file"
        ) from error
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")  # a pipe would be waited for without end
        if known is None or known != Hashed.of(status, known.sha256):
            known = Hashed.of(status, sha256_of(path))
    except OSError as error:
        raise ConfigurationError(
            f"a source file cannot be read: {error.strerror}",
            where=name,
            fix="check its permissions, or leave it out of the recipe",
        ) from error
    return InputFile(path, name, known.bytes, known.sha256, known.modified_ns)


def _fault(source: Source, path: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"source '{source.name}': {what}", where=path, fix="check the source's path and --data"
    )
