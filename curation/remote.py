"""Files elsewhere: brought here to be read, and releases put there.

Readers work on local files, so a remote file is fetched once and kept beside the releases until
it changes there: single files over HTTP, `github:` and `hf:` by :mod:`curation.fetching`, other
protocols by fsspec. Credentials come from the environment, as each protocol's own tools take them;
an address that holds one is refused, since addresses stand in manifests.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import orjson

from curation.checkpoints import Hashed, sha256_of
from curation.errors import ConfigurationError, UserError
from curation.fetching import github, hub, kept
from curation.manifest import NAME
from curation.permission import open_to_others
from curation.progress import Progress
from curation.readers import READERS
from curation.recipe import Source

_GLOB_SIGNS = frozenset("*?[")
_CHUNK = 4 * 1024 * 1024


def is_remote(address: str) -> bool:
    """Tell an address (``s3://bucket/x``, ``github:owner/repository/x``) from a path."""
    return "://" in address or address.startswith(github.SCHEME) or hub.means(address)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file elsewhere; ``version`` changes when its content does (an ETag, a time, a size)."""

    system: Any
    path: str
    url: str
    bytes: int
    version: str


def remote_files(address: str) -> list[RemoteFile]:
    """List what an address means: one file, the files below a folder, or what a pattern matches.

    Raises
    ------
    ConfigurationError
        When the protocol is not installed, the address holds a credential, or nothing is there.
    UserError
        When the other side does not answer.
    """
    _check_no_secret(address)
    with _faults(address):
        system, path = _open(address)
        if _GLOB_SIGNS & set(path):
            found = sorted(one for one in system.glob(path) if system.isfile(one))
        elif system.isdir(path):
            found = sorted(system.find(path))
        else:
            found = [path] if system.exists(path) else []
        found = [one for one in found if not any(part.startswith(".") for part in PurePosixPath(one).parts)]
        if not found:
            raise ConfigurationError("the address holds no file", where=address, fix="check the address")
        scheme = urlsplit(address).scheme
        return [_described(system, one, scheme) for one in found]


def fetch(files: Iterable[RemoteFile], folder: Path, progress: Progress) -> list[Path]:
    """Bring files below ``folder``; those that are there in the same version are not fetched again.

    A file appears under its name only when it is whole.

    Raises
    ------
    UserError
        When the other side does not answer.
    OSError
        When this side cannot write: its disk is full, or may not be written.
    """
    wanted = list(files)
    paths = []
    with progress.task("fetch", sum(file.bytes for file in wanted), "B") as advance:
        for file in wanted:
            target = folder / urlsplit(file.url).scheme / file.url.partition("://")[2].lstrip("/")
            paths.append(target)
            note = kept.held(target)
            if note is not None and note.version == file.version:
                advance(file.bytes)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            part = kept.part_of(target)
            try:
                with part.open("wb") as sink:
                    for piece in _content(file):
                        sink.write(piece)
                        advance(len(piece))
            except BaseException:
                part.unlink(missing_ok=True)  # what filled a disk does not stay on it
                raise
            kept.keep(target, file.version)
    return paths


def _content(file: RemoteFile) -> Iterator[bytes]:
    """Give a file piece by piece; only what the other side raises is a fault of the address."""
    with _faults(file.url), file.system.open(file.path, "rb") as source:
        while piece := source.read(_CHUNK):
            yield piece


def upload_release(release: Path, address: str, progress: Progress, permission: str = "") -> int:
    """Put a release at ``address``, its manifest last; give the number of bytes.

    Until the new manifest is there, the old one does not verify against the new files: a reader
    that checks it never takes half a release for a whole one. ``permission`` says who allowed it where
    the licences of its sources do not; the release states it from then on.

    Raises
    ------
    ConfigurationError
        When the sources do not allow it and there is no permission, or the address cannot be used.
    UserError
        When the other side does not answer.
    """
    _check_no_secret(address)
    open_to_others(release, permission)
    files = sorted(path for path in release.rglob("*") if path.is_file())
    files.sort(key=lambda path: path == release / NAME)
    total = sum(path.stat().st_size for path in files)
    with progress.task("upload", total, "B") as advance, _faults(address):
        system, root = _open(address)
        targets = {f"{root.rstrip('/')}/{path.relative_to(release).as_posix()}": path for path in files}
        for target, path in targets.items():
            system.makedirs(target.rpartition("/")[0], exist_ok=True)
            system.put_file(str(path), target)
            advance(path.stat().st_size)
        for stale in set(map(_plain, system.find(root))) - set(map(_plain, targets)):
            system.rm_file(stale)
    return total


def bring_here(
    sources: Sequence[Source], data: str, folder: Path, progress: Progress
) -> tuple[list[Source], dict[str, Path], dict[Path, Hashed]]:
    """Fetch what lies elsewhere; give sources that name local paths, and the root of each fetched one.

    Beside them, this gives the files that were hashed because a recipe states their SHA-256.

    Parameters
    ----------
    data
        What relative paths start from: a folder here, or an address.
    folder
        Where fetched files are kept, by protocol and path.
    """
    local: list[Source] = []
    roots: dict[str, Path] = {}
    known: dict[Path, Hashed] = {}
    for source in sources:
        addresses = [_address(path, data) for path in source.path]
        if not any(map(is_remote, addresses)):
            if source.sha256:
                (path,) = source.path
                known[Path(data).resolve() / path] = _check_stated(source, Path(data) / path, path)
            local.append(source)
            continue
        if not all(map(is_remote, addresses)):
            raise ConfigurationError(
                "a source names addresses and paths at once",
                where=f"source {source.name}, key path",
                fix="make two sources of it with the same config",
            )
        patterns = [_fetched(address, source, folder, progress, known) for address in addresses]
        local.append(source.model_copy(update={"path": tuple(patterns)}))
        roots[source.name] = folder
    return local, roots, known


def _address(path: str, data: str) -> str:
    return path if is_remote(path) or not is_remote(data) else f"{data.rstrip('/')}/{path}"


def _fetched(
    address: str, source: Source, folder: Path, progress: Progress, known: dict[Path, Hashed]
) -> str:
    """Fetch what ``address`` means; give it as a pattern below ``folder``, and add to ``known``."""
    pattern = _pattern(address, source)
    held = folder / pattern
    before = held.stat() if source.sha256 and held.is_file() else None
    note = kept.held(held) if source.sha256 else None
    if before is not None and note is not None and note.sha256 == source.sha256:
        known[folder.resolve() / pattern] = Hashed.of(before, note.sha256)
        return pattern
    there = {path for path in _below(folder, pattern) if not path.name.startswith(".")}
    variable = kept.offline(address)
    if variable:
        if not kept.all_held(folder, address):
            raise kept.not_held(address, held, variable)
    elif address.startswith(github.SCHEME):
        paths = github.fetch_place(address, folder, progress)
    elif hub.means(address):
        paths = {hub.fetch_rows(address, held, progress)}
    elif _one_file(address):
        from curation.fetching.http import fetch_url  # noqa: PLC0415 - httpx takes 50 ms

        paths = {fetch_url(address, held, progress)}
    else:
        paths = set(fetch(remote_files(address), folder, progress))
    if not variable:
        for stale in there - paths:
            stale.unlink()  # gone on the other side
        kept.remember(folder, address, paths)
    if source.sha256:
        known[folder.resolve() / pattern] = _check_stated(source, held, address, fetched=not variable)
    return pattern


def _pattern(address: str, source: Source) -> str:
    if address.startswith(github.SCHEME):
        return github.place_of(address).pattern
    if hub.means(address):
        return hub.pattern_of(address, READERS[source.reader].suffixes)
    _check_no_secret(address)
    return f"{urlsplit(address).scheme}/{address.partition('://')[2].strip('/')}"


def _below(folder: Path, pattern: str) -> list[Path]:
    held = folder / pattern
    return [path for path in (held.rglob("*") if held.is_dir() else folder.glob(pattern)) if path.is_file()]


def _one_file(address: str) -> bool:
    web = urlsplit(address).scheme in ("http", "https")
    return web and not address.endswith("/") and not _GLOB_SIGNS & set(address)


def _check_stated(source: Source, path: Path, where: str, *, fetched: bool = False) -> Hashed:
    if not path.is_file():
        raise ConfigurationError(
            "sha256 is that of one file, and this is none", where=where, fix="name the file in path"
        )
    status = path.stat()  # before the note: another run may be replacing both, the note last
    note = kept.noted(path) if fetched else None
    found = note.sha256 if note is not None else sha256_of(path)
    if found != source.sha256:
        raise kept.mismatch(where, source.sha256, found)
    return Hashed.of(status, found)


def _plain(path: str) -> str:
    return path.lstrip("/")


def _open(address: str) -> tuple[Any, str]:
    import fsspec  # noqa: PLC0415 - few runs need it

    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"this kind of address cannot be opened: {error}",
            where=address,
            fix="install what fsspec needs for it: s3fs for s3://, gcsfs for gs://, huggingface_hub for hf://",
        ) from error
    return system, path


def _described(system: Any, path: str, scheme: str) -> RemoteFile:
    info = system.info(path)
    size = int(info.get("size") or 0)
    marks = [info.get(key) for key in ("ETag", "etag", "sha256", "blob_id", "md5Hash", "mtime", "created")]
    version = orjson.dumps([size, [str(mark) for mark in marks]]).decode()
    url = path if "://" in path else f"{scheme}://{path.lstrip('/')}"
    return RemoteFile(system, path, url, size, version)


def _check_no_secret(address: str) -> None:
    parts = urlsplit(address)
    if "@" in parts.netloc or parts.query:
        raise ConfigurationError(
            "the address holds a credential or a query, and addresses stand in the manifest",
            where=f"{parts.scheme}://{parts.hostname or ''}{parts.path}",
            fix="give the plain address, and the credential in the environment (AWS_…, GOOGLE_…, HF_TOKEN)",
        )


@contextlib.contextmanager
def _faults(address: str) -> Iterator[None]:
    try:
        yield
    except (UserError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise ConfigurationError(
            "nothing is there", where=address, fix="check the address, and that you may read it"
        ) from error
    except Exception as error:  # every protocol raises its own
        raise UserError(
            f"the address cannot be read or written: {type(error).__name__}: {error}",
            where=address,
            fix="check the network and the credentials in the environment, and run again",
        ) from error
