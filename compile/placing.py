"""Where a result goes: to an empty place, or to that of an earlier one, never over what is a person's own."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from compile.check.adapter import ADAPTER
from compile.check.chat_config import CHAT_CONFIG
from compile.check.page import INDEX, PAGE
from compile.check.records import APP_CONFIG
from compile.check.whole import MODELS
from compile.conversation import TOKENIZER_FILES
from compile.formats import INDEX_NAMES
from compile.page_licences import LICENCES
from curation.errors import ConfigurationError, UserError

# What file managers leave behind; nobody misses it.
_LEFT_BEHIND: Final = (".DS_Store", "Thumbs.db", "desktop.ini")
_SHOWN: Final = 3
_UNWRITABLE: Final = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of folder that is written whole.

    ``names`` are patterns of all that lies at its top, ``marks`` what each such folder has.
    """

    name: str
    marks: tuple[str, ...]
    names: tuple[str, ...]


BUNDLE: Final = Kind(
    "bundle",
    (PAGE, APP_CONFIG, MODELS),
    (
        *(PAGE, APP_CONFIG, ADAPTER, MODELS, "search"),
        *(INDEX, "assets", "icons", "sw.js", "manifest.webmanifest", "verify.html", LICENCES),
        *("_headers", ".nojekyll", "HOSTING.md"),
    ),
)
WEIGHTS: Final = Kind(
    "folder of converted weights",
    (CHAT_CONFIG, INDEX_NAMES[0]),
    (
        *(CHAT_CONFIG, *INDEX_NAMES, "params_shard_*.bin", *TOKENIZER_FILES),
        *(APP_CONFIG, ADAPTER, "*.wasm"),
    ),
)


def free_place(out: Path, kind: Kind) -> Path:
    """Give the folder to write for ``out``, which may be a link: new, empty, or an earlier result.

    Raises
    ------
    ConfigurationError
        When a file is there, or a folder with anything else in it.
    """
    with writing(out, kind):
        place = out.expanduser().resolve()
        if Path.cwd().is_relative_to(place):
            raise ConfigurationError(
                "The folder in which the command runs cannot be replaced.",
                where=str(out),
                fix=f"Name a folder in it: --out {kind.name.split()[-1]}.",
            )
        nearest = next(path for path in (place, *place.parents) if path.exists())
        if not nearest.is_dir():
            raise ConfigurationError("A file is there.", where=str(nearest), fix="Name a new folder.")
        if nearest != place:
            return place
        held = sorted(path.name for path in place.iterdir())
    ours = kind.names if all(mark in held for mark in kind.marks) else ()
    others = [name for name in held if not any(fnmatchcase(name, one) for one in (*ours, *_LEFT_BEHIND))]
    if others:
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        raise ConfigurationError(
            f"Something else is there, which would be lost: {', '.join(others[:_SHOWN])}{more}.",
            where=str(out),
            fix=f"Name a new folder, an empty one, or that of an earlier {kind.name}; or move it away.",
        )
    return place


@contextmanager
def writing(out: Path, kind: Kind) -> Iterator[None]:
    """Say what a person can do when a result cannot be written.

    Raises
    ------
    UserError
        So.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        raise UserError(
            f"The {kind.name} cannot be written: {os.strerror(error.errno)}.",
            where=str(error.filename or out),
            fix="Make room there or name another folder, and run the command again.",
        ) from error
