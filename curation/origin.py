"""What a release was made from, on this machine: a note beside it, and what has changed since.

The manifest of a release names its files by their hashes and tells no place of this machine, for a release
is handed on. Where the recipe and the data lie stands in ``.NAME.origin.json`` beside its folder, with the
size and time of each file: what has them still is not hashed again.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from curation.atomic import write_bytes
from curation.checkpoints import Hashed, sha256_of

if TYPE_CHECKING:
    from curation.inputs import InputFile

_MANIFEST = "manifest.json"
_GLOB_SIGNS = "*?["


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a release came from.

    ``manifest`` is the SHA-256 of the release's manifest: a note beside another release says nothing.
    ``recipe`` is the file of the recipe (``""``: it was none), ``recipe_sha256`` its content; ``files`` are
    those that were read, by their names in the data folder, with what is known of them; ``folders`` the
    times of the folders in which a new file would be read.
    """

    manifest: str
    recipe: str
    recipe_sha256: str
    data: str
    files: Mapping[str, Hashed]
    folders: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the time of the run; files by their names in the data folder."""

    recipe: bool = False
    recipe_gone: bool = False
    data_gone: bool = False
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Changes()


def origin_file(release: Path) -> Path:
    """Give the place of the note: beside the release, so that it stays here when that is handed on."""
    resolved = release.resolve()
    return resolved.with_name(f".{resolved.name}.origin.json")


def note_origin(
    release: Path, recipe: Path | None, data: Path | str, files: Sequence["InputFile"], paths: Sequence[str]
) -> None:
    """Write the note for a release that stands.

    Parameters
    ----------
    files
        All that were read; of those that were fetched nothing is noted.
    paths
        Where the recipe looks in the data folder, as it says it.
    """
    at = str(data) if "://" in str(data) else str(Path(data).resolve())
    here = [one for one in files if one.path.is_relative_to(at)]
    origin = Origin(
        sha256_of(release / _MANIFEST),
        str(recipe.resolve()) if recipe is not None else "",
        sha256_of(recipe) if recipe is not None else "",
        at,
        {one.name: Hashed(one.bytes, one.modified_ns, one.sha256) for one in here},
        dict(_folders(Path(at), paths)),
    )
    told = asdict(origin) | {"files": {name: list(known) for name, known in origin.files.items()}}
    write_bytes(origin_file(release), orjson.dumps(told))


def origin_of(release: Path) -> Origin | None:
    """Read the note beside a release; ``None`` where there is none, or it is of another release."""
    try:
        told = orjson.loads(origin_file(release).read_bytes())
        files = {name: Hashed(*known) for name, known in told.pop("files").items()}
        origin = Origin(**told, files=files)
        return origin if origin.manifest == sha256_of(release / _MANIFEST) else None
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        return None


def changes_since(origin: Origin, recipe: Mapping[str, Any]) -> Changes:
    """Hold the recipe and the files of a release against what they are now.

    A file with the size and time that it had is taken for the same; others are hashed. New files are looked
    for when a folder has another time. Data at an address, and files that were fetched, are not asked for.

    Parameters
    ----------
    recipe
        As the release's manifest has it.
    """
    altered, lost = _recipe_changed(origin, recipe)
    if "://" in origin.data:
        return Changes(recipe=altered, recipe_gone=lost)
    data = Path(origin.data)
    if not data.is_dir():
        return Changes(recipe=altered, recipe_gone=lost, data_gone=bool(origin.files))
    changed, gone = [], []
    for name, known in sorted(origin.files.items()):
        try:
            now = Hashed.of((data / name).stat(), known.sha256)
            if now != known and (now.bytes != known.bytes or sha256_of(data / name) != known.sha256):
                changed.append(name)
        except OSError:
            gone.append(name)
    come = _come(origin, data, recipe)
    return Changes(altered, lost, False, tuple(changed), tuple(gone), come)


def _recipe_changed(origin: Origin, canonical: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether the recipe says something else now, and whether its file is gone."""
    if not origin.recipe:
        return False, False
    path = Path(origin.recipe)
    try:
        if sha256_of(path) == origin.recipe_sha256:
            return False, False
    except OSError:
        return False, True
    from curation.errors import UserError  # noqa: PLC0415 - recipes know all readers and steps
    from curation.recipe import load_recipe  # noqa: PLC0415

    try:
        # A comment or an order of keys is no other recipe.
        return load_recipe(path).canonical() != canonical, False
    except UserError:
        return True, False


def _come(origin: Origin, data: Path, recipe: Mapping[str, Any]) -> tuple[str, ...]:
    paths = paths_of(recipe)
    if dict(_folders(data, paths)) == origin.folders:
        return ()
    from curation.errors import UserError  # noqa: PLC0415 - as above
    from curation.inputs import find_inputs  # noqa: PLC0415
    from curation.progress import Quiet  # noqa: PLC0415
    from curation.readers import READERS  # noqa: PLC0415
    from curation.recipe import Recipe  # noqa: PLC0415

    told = Recipe.model_validate_json(orjson.dumps(recipe))
    sources = [*told.sources, *(one.as_source() for one in told.evaluation_sets)]
    here = [one for one in sources if not any(is_elsewhere(path) for path in one.path)]
    known = {(data / name).resolve(): held for name, held in origin.files.items()}
    try:
        found = find_inputs(here, data, READERS, Quiet(), known=known)
    except UserError:
        return ()  # what is gone was found above
    return tuple(sorted({file.name for one in found for file in one.files} - origin.files.keys()))


def paths_of(recipe: Mapping[str, Any]) -> list[str]:
    """Where a recipe (as canonical JSON data) looks in the data folder."""
    located = [*recipe.get("sources", ()), *recipe.get("evaluation_sets", ())]
    return [path for one in located for path in one.get("path", ()) if not is_elsewhere(path)]


def is_elsewhere(path: str) -> bool:
    """Tell an address from a path in the data folder."""
    return "://" in path or path.startswith(("github:", "hf:"))


def _folders(data: Path, paths: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Times of the folders in which something new would be read, by their names in the data folder."""
    for path in paths:
        start = data / path
        while any(sign in start.name for sign in _GLOB_SIGNS) and start != data:
            start = start.parent
        if not start.is_dir():
            continue
        for parent, folders, _ in os.walk(start):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield os.path.relpath(parent, data), Path(parent).stat().st_mtime_ns
