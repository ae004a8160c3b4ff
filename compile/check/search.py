"""The exported passages: every file that `search/index.json` lists, with its size and SHA-256."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from compile.check.fault import Fault
from compile.check.page import PAGE
from compile.check.reading import Object, find_file, find_folder, is_count, is_text, object_of, read_object
from curation.checkpoints import sha256_of
from curation.progress import Progress

INDEX: Final = "index.json"
_AGAIN: Final = "export the passages again"


def check_search(bundle: Path, name: str, passages: Any, progress: Progress) -> list[Fault]:
    """Check the folder of the passages that the page names; ``passages`` is how many it says there are."""
    folder = find_folder(bundle, name)
    if folder is None:
        fault = f"missing: the bundle has no {name[:80]}"
        return [Fault(PAGE, "search.folder", fault, f"{_AGAIN}, or write null as search")]
    within = f"{name.strip('/')}/"
    found: list[Fault] = []
    index = read_object(bundle, within + INDEX, found, fix=_AGAIN)
    if index is None:
        return found
    listed = object_of(index.get("files"))
    if not listed:
        found.append(Fault(within + INDEX, "files", "missing: the files and their hashes", _AGAIN))
    if is_count(passages) and is_count(index.get("passages")) and index["passages"] != passages:
        fault = f"contradiction: {passages:,} passages here, {index['passages']:,} in {within}{INDEX}"
        found.append(Fault(PAGE, "search.passages", fault, f"write {index['passages']}"))
    with progress.task("hash the passages", len(listed), "files") as advance:
        for file, stated in listed.items():
            found += _file(bundle, within, file, object_of(stated))
            advance(1)
    return found


def _file(bundle: Path, within: str, file: str, stated: Object) -> Iterator[Fault]:
    path = find_file(bundle, within + file)
    if path is None:
        yield Fault(within + file, "", f"missing: {INDEX} lists it", _AGAIN)
        return
    if not is_text(stated.get("sha256")):
        yield Fault(within + INDEX, f"files.{file}.sha256", "missing", _AGAIN)
        return
    try:
        size, found = path.stat().st_size, sha256_of(path)
    except OSError as error:
        yield Fault(within + file, "", f"malformed: it cannot be read: {error.strerror}", _AGAIN)
        return
    if is_count(stated.get("bytes")) and size != stated["bytes"]:
        fault = f"contradiction: it has {size:,} bytes, {INDEX} says {stated['bytes']:,}"
        yield Fault(within + file, "bytes", fault, _AGAIN)
    elif found != stated["sha256"].lower():
        yield Fault(within + file, "sha256", f"contradiction: its SHA-256 is {found}", _AGAIN)
