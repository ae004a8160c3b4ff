"""The folder beside a result (a release, a bundle) that holds unfinished work, and the lock on it."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from curation.atomic import write_bytes
from curation.errors import ConfigurationError, UserError
from curation.recipe import Recipe

_LOCK = "lock"
_RUN = "run.json"
_MANIFEST = "manifest.json"
# Letters of a checkpoint's key, and of what is put behind it for a draft; see `curation.checkpoints.once`.
_KEY, _OWN = 40, 8


@contextlib.contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """Own the work folder of ``out`` as long as the block runs.

    The lock is the kernel's (flock): it ends with the process, however that ends. The folder is
    removed when the block succeeds; when it raises, what is finished stays for resuming.

    Raises
    ------
    UserError
        When another run works on the same folder.
    """
    folder = _folder_of(out)
    descriptor = _locked(folder, out)
    interrupted = False
    try:
        yield folder
        shutil.rmtree(folder)
    except KeyboardInterrupt:
        interrupted = True  # what was begun can be resumed by name, if nothing is finished yet too
        raise
    finally:
        if not interrupted and folder.exists() and {path.name for path in folder.iterdir()} <= {_LOCK, _RUN}:
            shutil.rmtree(folder)
        os.close(descriptor)


def note_run(
    folder: Path,
    recipe: Recipe,
    data: Path | str,
    files: Mapping[str, str],
    recipe_file: Path | None = None,
) -> list[str] | None:
    """Note what a run is made of, so that it can be resumed without saying it again.

    Parameters
    ----------
    files
        SHA-256 of every file by its name.
    recipe_file
        Where the recipe was read, if it was a file.

    Returns
    -------
    list of str or None
        Files that came, went or changed since the run that left the folder; ``None`` when it is new.
    """
    try:
        noted = orjson.loads((folder / _RUN).read_bytes())["files"]
    except (OSError, orjson.JSONDecodeError, KeyError):
        noted = None
    run = {
        "recipe": recipe.canonical(),
        "data": data if isinstance(data, str) and "://" in data else str(Path(data).resolve()),
        "files": dict(files),
        "recipe_file": str(recipe_file.resolve()) if recipe_file is not None else "",
    }
    write_bytes(folder / _RUN, orjson.dumps(run))
    if noted is None:
        return None
    return sorted(name for name in noted.keys() | files.keys() if noted.get(name) != files.get(name))


def noted_run(out: Path) -> tuple[Recipe, str]:
    """Give the recipe and the data folder of the unfinished run of ``out``.

    Raises
    ------
    ConfigurationError
        When no run of ``out`` is unfinished.
    """
    path = _folder_of(out.resolve()) / _RUN
    try:
        run = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ConfigurationError(
            "no run of this release is unfinished",
            where=str(out),
            fix="start one: malmoi curate RECIPE --data DIR --out " + str(out),
        ) from error
    return Recipe.model_validate_json(orjson.dumps(run["recipe"])), str(run["data"])


def noted_recipe_file(folder: Path) -> Path | None:
    """Give the file of the recipe that the run of a work folder began with, where it is still there."""
    try:
        named = str(orjson.loads((folder / _RUN).read_bytes())["recipe_file"])
    except (OSError, orjson.JSONDecodeError, KeyError):
        return None
    return Path(named) if named and Path(named).is_file() else None


def is_unfinished(out: Path) -> bool:
    """Tell whether a run of ``out`` was stopped and left what it had done."""
    return (_folder_of(out.resolve()) / _RUN).is_file()


def is_superseded(folder: Path, release: Path) -> bool:
    """Tell whether a work folder is of the run that made the release, and was killed at its very end.

    The release is of the same recipe and files, and was written after the run began.
    """
    try:
        manifest = orjson.loads((release / _MANIFEST).read_bytes())
        named = [*manifest["sources"], *manifest.get("evaluation_sets", ())]
        held = {file["path"]: file["sha256"] for one in named for file in one["files"]}
        run = orjson.loads((folder / _RUN).read_bytes())
        later = (release / _MANIFEST).stat().st_mtime_ns > (folder / _RUN).stat().st_mtime_ns
        return later and bool(run["recipe"] == manifest["recipe"] and run["files"] == held)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return False


def abandoned_drafts(folder: Path) -> Iterator[Path]:
    """Give drafts of the pieces of work that a killed run was at; only while the folder is not locked.

    What is finished has a name without a dot, and is what a resumed run goes on with.
    """
    for path in sorted(folder.glob("*/*.*")):
        key, _, rest = path.name.partition(".")
        if len(key) == _KEY and len(rest) == _OWN and path.is_dir() and not path.is_symlink():
            yield path


def _folder_of(out: Path) -> Path:
    return out.parent / f".{out.name}.work"


def _locked(folder: Path, out: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _LOCK
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:
            continue  # the run before removed the folder in this very moment
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise UserError(
                "another run is working on this folder",
                where=str(out),
                fix="wait for it to end, or give another --out",
            ) from None
        # The run that held the lock may have removed the file that was just locked.
        if _same_file(descriptor, path):
            return descriptor
        os.close(descriptor)


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
