"""One file over HTTP: taken up where a connection was cut, and not fetched again while it is the same.

Ranges and conditions are those of RFC 9110 (https://www.rfc-editor.org/rfc/rfc9110, sections 13 and 14): a
part goes on only when `If-Range` holds for what it began as. httpx drops the credential of a request when it
is redirected to another host.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import MappingProxyType

import httpx
import orjson

from curation.errors import ConfigurationError, UserError
from curation.fetching.kept import held, keep, part_of
from curation.progress import Progress

_TIMEOUT = httpx.Timeout(60, connect=20)
_MOST_TRIES = 6
_LONGEST_WAIT = 90.0  # seconds; for longer a person should decide
_PAUSE = 0.5
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_BUSY = (429, 503)


def download(
    url: str, part: Path, progress: Progress, *, headers: Mapping[str, str] = _NO_HEADERS, known: str = ""
) -> str | None:
    """Bring what is at ``url`` into ``part``, and give its version; None when it still is the ``known`` one.

    A part that an earlier call left is gone on with. What arrived stays there when the connection is lost.

    Raises
    ------
    ConfigurationError
        When nothing is there, or it may not be read.
    UserError
        When the other side does not answer, or keeps refusing.
    OSError
        When this side cannot write; then the part is taken off the disk.
    """
    waits = 0
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True, headers=dict(headers)) as client:
        for _ in range(_MOST_TRIES):
            begun = _size(part)
            try:
                with client.stream("GET", url, headers=_conditions(part, known)) as response:
                    if response.status_code in _BUSY or _limited(response):
                        _wait(response, url)
                        continue
                    if response.status_code == httpx.codes.NOT_MODIFIED and known:
                        return None
                    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and begun:
                        _forget(part)
                        continue
                    _check(response, url)
                    return _written(response, part, progress)
            except (httpx.RequestError, httpx.InvalidURL) as error:
                if _size(part) <= begun:
                    raise _lost(url, error, begun) from error
                waits += 1
                time.sleep(_PAUSE * waits)
            except OSError:
                _forget(part)  # what filled a disk does not stay on it
                raise
    raise _lost(url, None, _size(part))


def fetch_url(url: str, target: Path, progress: Progress) -> Path:
    """Bring the file at ``url`` to ``target``, unless what is held there still is the same; give it back.

    Raises
    ------
    ConfigurationError, UserError, OSError
        As :func:`download`.
    """
    note = held(target)
    version = download(url, part_of(target), progress, known=note.version if note is not None else "")
    if version is not None:
        keep(target, version)
    return target


def get_json(url: str, *, headers: Mapping[str, str] = _NO_HEADERS) -> object:
    """The JSON at an address.

    Raises
    ------
    ConfigurationError
        When nothing is there, or it may not be read.
    UserError
        When the other side does not answer, or answers something else.
    """
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=True, headers=dict(headers)) as client:
            for _ in range(_MOST_TRIES):
                response = client.get(url)
                if response.status_code not in _BUSY and not _limited(response):
                    _check(response, url)
                    value: object = orjson.loads(response.content)
                    return value
                _wait(response, url)
    except (httpx.RequestError, httpx.InvalidURL, ValueError) as error:
        raise _lost(url, error, 0) from error
    raise _lost(url, None, 0)


def _conditions(part: Path, known: str) -> dict[str, str]:
    # Identity: a range of what was packed for the way is no range of the file.
    wanted = {"Accept-Encoding": "identity"}
    begun, version = _size(part), _begun_as(part)
    if begun and version:
        return wanted | {"Range": f"bytes={begun}-", "If-Range": version}
    if known.startswith(('"', "W/")):
        return wanted | {"If-None-Match": known}
    return wanted | ({"If-Modified-Since": known} if known else {})


def _written(response: httpx.Response, part: Path, progress: Progress) -> str:
    version = _version(response)
    begun = _size(part)
    goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT
    if goes_on and not response.headers.get("Content-Range", "").startswith(f"bytes {begun}-"):
        _forget(part)
        raise httpx.RemoteProtocolError("the range is another one than was asked for")
    part.parent.mkdir(parents=True, exist_ok=True)
    if not goes_on:
        begun = 0
        # A weak mark says that two contents mean the same, not that their bytes are: no part goes on by it.
        _mark(part).write_text("" if version.startswith("W/") else version)
    length = response.headers.get("Content-Length", "")
    total = begun + int(length) if length.isdecimal() else None
    with part.open("ab" if goes_on else "wb") as sink, progress.task("fetch", total, "B") as advance:
        advance(begun)
        for piece in response.iter_bytes():
            sink.write(piece)
            advance(len(piece))
    _mark(part).unlink(missing_ok=True)
    return version


def _version(response: httpx.Response) -> str:
    return str(response.headers.get("ETag") or response.headers.get("Last-Modified") or "")


def _mark(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _begun_as(part: Path) -> str:
    mark = _mark(part)
    return mark.read_text() if mark.exists() else ""


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark(part).unlink(missing_ok=True)


def _limited(response: httpx.Response) -> bool:
    # GitHub says so with 403 too: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    exhausted = response.headers.get("x-ratelimit-remaining") == "0"
    return response.status_code == httpx.codes.FORBIDDEN and (exhausted or "Retry-After" in response.headers)


def _wait(response: httpx.Response, url: str) -> None:
    seconds = _asked_to_wait(response)
    if seconds > _LONGEST_WAIT:
        raise UserError(
            f"the other side takes no more requests for {seconds:,.0f} s (status {response.status_code})",
            where=_shown(url),
            fix="wait that long and run again; GitHub takes more with a token in GITHUB_TOKEN",
        )
    time.sleep(seconds)


def _asked_to_wait(response: httpx.Response) -> float:
    """Seconds that the other side wants to be left alone; a little when it does not say."""
    asked = response.headers.get("Retry-After", "").strip()
    reset = response.headers.get("x-ratelimit-reset", "")
    now = datetime.now(UTC).timestamp()
    if asked.isdecimal():
        return float(asked)
    if asked:
        try:
            return max(0.0, parsedate_to_datetime(asked).timestamp() - now)
        except ValueError:
            return _PAUSE
    return max(0.0, float(reset) - now) if reset.isdecimal() else _PAUSE


def _check(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise ConfigurationError(
            "nothing is there", where=_shown(url), fix="check the address, and that you may read it"
        )
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise ConfigurationError(
            f"the address may not be read (status {status})",
            where=_shown(url),
            fix="check that you may read it; for GitHub, put a token into GITHUB_TOKEN",
        )
    if not response.is_success:
        raise UserError(
            f"the address cannot be read: status {status}", where=_shown(url), fix="run again later"
        )


def _lost(url: str, error: Exception | None, begun: int) -> UserError:
    reason = f"{type(error).__name__}: {error}" if error is not None else "it was tried often enough"
    goes_on = f"; the {begun:,} bytes that came stay, and the next run goes on from there" if begun else ""
    return UserError(
        f"the address cannot be read: {reason}{goes_on}",
        where=_shown(url),
        fix="check the network, and run again",
    )


def _shown(url: str) -> str:
    return url.partition("?")[0]
