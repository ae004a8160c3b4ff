"""How a person calls a row: by its id, by the beginning of one, or by the place where it was read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.errors import ConfigurationError, UserError
from curation.inspection.open_release import OpenRelease, mask_of
from curation.yaml_lines import nearest

_SHORTEST_ID = 4
_ID = re.compile(r"[0-9a-f]{1,32}|[0-9a-f]{32}#[0-9]+")
_PLACE = re.compile(r"(.+):([0-9]{1,18})")
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class ById:
    """Rows whose id begins with ``beginning``."""

    beginning: str

    columns = ("id",)

    def among(self, table: pa.Table) -> npt.NDArray[np.bool_]:
        """Tell which rows of a table are meant."""
        return mask_of(pc.starts_with(table["id"], self.beginning))


@dataclass(frozen=True, slots=True)
class ByPlace:
    """Rows that were read from ``line`` of ``file``."""

    file: str
    line: int

    columns = ("file", "line")

    def among(self, table: pa.Table) -> npt.NDArray[np.bool_]:
        """Tell which rows of a table are meant."""
        return mask_of(pc.and_(pc.equal(table["file"], self.file), pc.equal(table["line"], self.line)))


def understand(wanted: str, release: OpenRelease) -> ById | ByPlace:
    """Tell what a person means; a file may be called by the end of its path.

    Raises
    ------
    ConfigurationError
        When it is neither an id nor FILE:LINE, or the release read no such file.
    """
    wanted = wanted.strip()
    if _ID.fullmatch(wanted.lower()):
        if len(wanted) < _SHORTEST_ID:
            raise ConfigurationError(
                f"'{wanted}' is too short to be the beginning of an id",
                fix=f"give {_SHORTEST_ID} characters of it or more",
            )
        return ById(wanted.lower())
    place = _PLACE.fullmatch(wanted)
    files = _files(release)
    if place is None:
        known = [name for name in files if _ends_with(name, wanted)] if wanted else []
        raise ConfigurationError(
            f"'{wanted}' is neither an id nor FILE:LINE",
            fix=f"give a line as well: {known[0]}:1"
            if known
            else "an id is 32 hexadecimal digits, or the first of them; FILE:LINE is like "
            f"{files[0] if files else 'notes.jsonl'}:1",
        )
    return ByPlace(_file(place[1], files, release), int(place[2]))


def no_such_row(wanted: str, meant: ById | ByPlace, release: OpenRelease) -> UserError:
    """Build the error for a row that is not there; for a place, it names the rows around it."""
    if isinstance(meant, ById):
        return UserError(
            f"no row of this release has an id that begins with '{wanted.strip()}'",
            where=str(release.path),
            fix="rows that could not be read have no id: give FILE:LINE for them",
        )
    before, after = _around(release, meant)
    near = [f"{meant.file}:{line}" for line in (before, after) if line is not None]
    return UserError(
        f"no row begins at line {meant.line:,} of {meant.file}",
        where=str(release.path),
        fix=f"the nearest: {', '.join(near)}" if near else "no row was read from this file at all",
    )


def one_id(wanted: str, ids: Iterable[str]) -> None:
    """Refuse a beginning that several ids have.

    Raises
    ------
    ConfigurationError
        With some of the ids.
    """
    different = sorted({identifier.partition("#")[0] for identifier in ids})
    if len(different) < 2:
        return
    shown = ", ".join(different[:_MOST_NAMED]) + (" …" if len(different) > _MOST_NAMED else "")
    raise ConfigurationError(
        f"{len(different):,} ids begin with '{wanted.strip()}'", fix=f"give more of the one you mean: {shown}"
    )


def _files(release: OpenRelease) -> list[str]:
    return [file["path"] for source in release.manifest["sources"] for file in source["files"]]


def _file(name: str, files: Sequence[str], release: OpenRelease) -> str:
    if name in files:
        return name
    known = [one for one in files if _ends_with(one, name)]
    if len(known) == 1:
        return known[0]
    if known:
        raise ConfigurationError(
            f"{len(known):,} files are called '{name}'",
            fix=f"give more of the path: {', '.join(known[:_MOST_NAMED])}",
        )
    for entry in release.manifest.get("evaluation_sets", ()):
        if any(_ends_with(file["path"], name) for file in entry["files"]):
            raise ConfigurationError(
                f"'{name}' is a file of the evaluation set '{entry['name']}', whose rows no release holds",
                fix="give a file of a source",
            )
    base = {one.rpartition("/")[2]: one for one in files}
    raise ConfigurationError(
        f"this release read no file '{name}'",
        where=str(release.path),
        fix=nearest(name, files) if len(files) <= _MOST_NAMED else _nearest_file(name, base),
    )


def _nearest_file(name: str, base: dict[str, str]) -> str:
    advice = nearest(name.rpartition("/")[2], base).partition(" allowed:")[0]
    return advice if advice.startswith("did you mean") else "manifest.json lists its files under 'sources'"


def _ends_with(path: str, name: str) -> bool:
    """Tell whether one is the end of the other, as a person sees names: macOS spells Hangul apart."""
    one, other = (f"/{unicodedata.normalize('NFC', spelled)}" for spelled in (path, name))
    return one.endswith(other) or other.endswith(one)


def _around(release: OpenRelease, meant: ByPlace) -> tuple[int | None, int | None]:
    """Give the lines of the rows before and after a place."""
    before: int | None = None
    after: int | None = None
    for line in _lines(release, meant.file):
        if line < meant.line and (before is None or line > before):
            before = line
        elif line > meant.line and (after is None or line < after):
            after = line
    return before, after


def _lines(release: OpenRelease, file: str) -> Iterable[int]:
    for part in ("data", "rejects"):
        for _, batch in release.batches(part, ["file", "line"]):
            mine: Any = batch.filter(pc.equal(batch["file"], file))
            yield from mine["line"].to_pylist()
    for _, entry in release.quarantined():
        if entry["file"] == file:
            yield entry["line"]
