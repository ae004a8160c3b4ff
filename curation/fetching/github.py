"""Files and folders of GitHub repositories: `github:owner/repository/path@ref`.

What a ref holds is asked of the API (one request), each file comes from the raw address, and is checked
against the id that git gave its content. A token in GITHUB_TOKEN or GH_TOKEN is sent to both, for private
repositories and more requests an hour.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from curation.errors import ConfigurationError, UserError
from curation.fetching.kept import held, keep, part_of
from curation.progress import Progress

API = "https://api.github.com"
RAW = "https://raw.githubusercontent.com"
SCHEME = "github:"
_ADDRESS = re.compile(r"github:([\w.-]+)/([\w.-]+)((?:/[^@]*)?)(?:@([\w./-]+))?")
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a repository at a ref (a branch, tag or commit; `HEAD` is the default branch)."""

    owner: str
    repository: str
    path: str
    ref: str

    @property
    def pattern(self) -> str:
        """Where it is kept, below the folder of fetched files."""
        return "/".join(filter(None, ("github", self.owner, self.repository, self.ref, self.path)))


def place_of(address: str) -> Place:
    """Read an address.

    Raises
    ------
    ConfigurationError
        When it is none.

    Examples
    --------
    >>> place_of("github:e9t/nsmc/raw/1.json@v1.0").pattern
    'github/e9t/nsmc/v1.0/raw/1.json'
    """
    found = _ADDRESS.fullmatch(address)
    ref = (found[4] or "HEAD") if found is not None else ""
    parts = PurePosixPath(ref).parts
    if found is None or ".." in (found[1], found[2], *parts) or ref.startswith("/"):
        raise ConfigurationError(
            "this is no address of a file or folder on GitHub",
            where=address,
            fix="write github:owner/repository/path or github:owner/repository/path@ref",
        )
    return Place(found[1], found[2], found[3].strip("/"), ref)


def fetch_place(address: str, folder: Path, progress: Progress) -> set[Path]:
    """Bring the files of an address below ``folder``, and give their paths.

    Raises
    ------
    ConfigurationError
        When the address holds no file.
    UserError
        When the other side does not answer, or a file is not what git says it is.
    """
    from curation.fetching.http import download  # noqa: PLC0415 - httpx takes 50 ms

    place = place_of(address)
    root = folder / Place(place.owner, place.repository, "", place.ref).pattern
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    fetched = set()
    for path, blob in _blobs(place, address, headers).items():
        target = root / path
        note = held(target)
        if note is None or note.version != blob:
            source = f"{RAW}/{place.owner}/{place.repository}/{quote(place.ref)}/{quote(path)}"
            download(source, part_of(target), progress, headers=headers)
            _check(part_of(target), blob, f"{address} ({path})")
            keep(target, blob)
        fetched.add(target)
    return fetched


def _blobs(place: Place, address: str, headers: dict[str, str]) -> dict[str, str]:
    """The ids of the files at a place, by their paths in the repository."""
    from curation.fetching.http import get_json  # noqa: PLC0415 - the same

    url = f"{API}/repos/{place.owner}/{place.repository}/git/trees/{quote(place.ref, safe='')}?recursive=1"
    tree = get_json(url, headers={"Accept": "application/vnd.github+json", **headers})
    entries = tree.get("tree") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(entries, list) or tree.get("truncated"):
        raise UserError(
            "GitHub does not list this repository whole",
            where=address,
            fix="clone the repository, and name the files in the clone",
        )
    below = f"{place.path}/" if place.path else ""
    blobs = {
        str(entry.get("path")): str(entry.get("sha")) for entry in entries if entry.get("type") == "blob"
    }
    found = {
        path: blob
        for path, blob in blobs.items()
        if (path == place.path or path.startswith(below)) and _plain(path)
    }
    if not found:
        raise ConfigurationError("the address holds no file", where=address, fix="check the path and the ref")
    return found


def _plain(path: str) -> bool:
    return not any(part.startswith((".", "/")) for part in PurePosixPath(path).parts)


def _check(part: Path, blob: str, where: str) -> None:
    content = part.read_bytes()
    found = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    if found != blob:
        part.unlink()
        raise UserError(
            f"the file is not what git lists: listed {blob}, found {found}",
            where=where,
            fix="it changed while it was fetched: run again, or name a commit after @",
        )
    if content.startswith(_LFS_POINTER):
        part.unlink()
        raise UserError(
            "the file is a Git LFS pointer, not the data",
            where=where,
            fix="clone the repository with Git LFS, and name the file in the clone",
        )
