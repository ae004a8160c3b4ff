"""What a bundle was made from, on this machine: a note beside it, and what has changed since.

A bundle is handed on, so no place of this machine stands in it: model and index are named in
``.NAME.origin.json`` beside its folder.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import orjson

from curation.atomic import write_bytes

# What each bundle has at its top; `compile.placing.BUNDLE` says the same and more.
MARKS: Final = ("page.json", "app-config.json", "models")
_WEIGHTS: Final = "*.safetensors"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a bundle came from.

    ``bundle`` is a hash of the files that name all others: a note beside another bundle says nothing.
    ``model`` is what was asked for, an absolute path where it was one; ``revision`` tells its weights, and
    ``weights`` their size and time by file. ``index`` is a path or empty, and ``index_state`` what it held.
    """

    bundle: str
    model: str
    revision: str
    index: str = ""
    index_state: str = ""
    options: tuple[str, ...] = ()
    weights: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def is_bundle(folder: Path) -> bool:
    """Tell whether a folder is a bundle, by its marks."""
    return all((folder / mark).exists() for mark in MARKS)


def origin_file(bundle: Path) -> Path:
    """Give the place of the note: beside the bundle."""
    resolved = bundle.resolve()
    return resolved.with_name(f".{resolved.name}.origin.json")


def origin_for(
    draft: Path,
    *,
    model: str,
    revision: str,
    index: Path | None,
    index_state: str = "",
    options: tuple[str, ...] = (),
) -> Origin:
    """Tell where a finished draft came from.

    Parameters
    ----------
    index_state
        What `state_of` said of the index before its passages were read.
    options
        Those of the command, besides model and index.
    """
    given = Path(model).expanduser()
    here = given.exists()
    return Origin(
        bundle=_hash_of(draft),
        model=str(given.absolute()) if here else model,
        revision=revision,
        index="" if index is None else str(index.expanduser().absolute()),
        index_state=index_state,
        options=options,
        weights=weights_of(given) if here else {},
    )


def note_origin(bundle: Path, origin: Origin) -> None:
    """Write the note of a bundle; before the bundle has its name, for it counts beside that one only."""
    write_bytes(origin_file(bundle), orjson.dumps(asdict(origin)))


def origin_of(bundle: Path) -> Origin | None:
    """Read the note beside a bundle; ``None`` where there is none, or it is of another one."""
    try:
        told = orjson.loads(origin_file(bundle).read_bytes())
        weights = {name: (int(size), int(when)) for name, (size, when) in told.pop("weights").items()}
        origin = Origin(**{**told, "options": tuple(told["options"])}, weights=weights)
        return origin if origin.bundle == _hash_of(bundle) else None
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError, ValueError, AttributeError):
        return None


def weights_of(model: Path) -> dict[str, tuple[int, int]]:
    """Size and time (ns) of a model's weights by name; of a GGUF those of the file."""
    files = [model] if model.is_file() else sorted(model.glob(_WEIGHTS))
    stats = {path.name: path.stat() for path in files}
    return {name: (one.st_size, one.st_mtime_ns) for name, one in stats.items()}


def state_of(source: Path) -> str:
    """Hash what an index or a release holds, from its manifest; empty for a folder of documents.

    An index: its documents with the hashes of their contents, in the order of their ids. The same documents
    give the same hash, however they were indexed.
    """
    manifest = source / "manifest.sqlite"
    if manifest.is_file():
        from rag.manifest import Manifest  # noqa: PLC0415 - for bundles with passages only

        with Manifest.open(source) as opened:
            return opened.contents_hash()
    told = source / "manifest.json"
    return blake2b(told.read_bytes(), digest_size=16).hexdigest() if told.is_file() else ""


def _hash_of(bundle: Path) -> str:
    """Hash what names the files of a bundle: `page.json`, records, lists of shards and passages."""
    found = blake2b(digest_size=16)
    named = [bundle / MARKS[0], bundle / MARKS[1], bundle / "search" / "index.json"]
    named += sorted((bundle / MARKS[2]).glob("*/resolve/main/*-cache.json"))
    for path in named:
        if path.is_file():
            found.update(path.relative_to(bundle).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
