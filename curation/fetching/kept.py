"""What was fetched before: a note beside each file says which version it is and what it hashes to."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from curation.atomic import sync_directory, sync_file, write_bytes
from curation.checkpoints import sha256_of
from curation.errors import UserError

_YES = ("1", "true", "yes", "on")


@dataclass(frozen=True, slots=True)
class Note:
    """Which version of a file is held, as the other side names it, and its SHA-256."""

    version: str
    sha256: str


def offline(address: str) -> str:
    """The name of the environment variable that forbids to ask for ``address``; empty when none does.

    ``MALMOI_OFFLINE`` forbids everything, ``HF_HUB_OFFLINE`` what is on the hub.
    """
    names = ("MALMOI_OFFLINE", "HF_HUB_OFFLINE") if address.startswith("hf:") else ("MALMOI_OFFLINE",)
    return next((name for name in names if os.environ.get(name, "").lower() in _YES), "")


def part_of(target: Path) -> Path:
    """Where a file is until it is whole."""
    return target.with_name(f".{target.name}.part")


def note_of(target: Path) -> Path:
    """Where the note of a file is."""
    return target.with_name(f".{target.name}.version")


def held(target: Path) -> Note | None:
    """The note of a file that is there and still has the content it came with."""
    note = noted(target)
    return note if note is not None and target.is_file() and sha256_of(target) == note.sha256 else None


def noted(target: Path) -> Note | None:
    """The note of a file, without a look at the file."""
    try:
        values = orjson.loads(note_of(target).read_bytes())
        return Note(str(values["version"]), str(values["sha256"]))
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def keep(target: Path, version: str) -> None:
    """Give the whole part its name, durably, and write the note."""
    part = part_of(target)
    sync_file(part)
    found = sha256_of(part)
    note_of(target).unlink(missing_ok=True)  # a note never stands beside content that it is not of
    part.replace(target)
    sync_directory(target.parent)
    write_bytes(note_of(target), orjson.dumps({"version": version, "sha256": found}))


def remember(folder: Path, address: str, paths: Iterable[Path]) -> None:
    """Write down which files below ``folder`` an address meant, when all of them are there."""
    names = sorted(path.relative_to(folder).as_posix() for path in paths)
    write_bytes(_listing_of(folder, address), orjson.dumps(names))


def all_held(folder: Path, address: str) -> bool:
    """Tell whether all that an address meant when it was fetched last is there as it came."""
    try:
        names = orjson.loads(_listing_of(folder, address).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return all(held(folder / name) is not None for name in names)


def _listing_of(folder: Path, address: str) -> Path:
    return folder / f".{hashlib.blake2b(address.encode(), digest_size=8).hexdigest()}.whole"


def mismatch(where: str, stated: str, found: str) -> UserError:
    """The error for content that is not what a recipe states."""
    return UserError(
        f"the file has another SHA-256 than the recipe states: stated {stated}, found {found}",
        where=where,
        fix="check with who publishes it; state the new one when the change is wanted",
    )


def not_held(address: str, target: Path, variable: str) -> UserError:
    """The error for what is not here and may not be asked for."""
    return UserError(
        f"{variable} is set, and this was not fetched before, or has changed since",
        where=address,
        fix=f"run once without {variable}, or bring {target} with the notes beside it",
    )
