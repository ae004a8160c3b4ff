"""A repository on the Hugging Face hub: what it has, and commits that survive a hub in trouble."""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, RepoFile, get_token
from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]  # not in what it says it exports

from curation.concealing import without_secrets
from curation.errors import ConfigurationError, UserError

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_DEFAULT_ENDPOINT = "https://huggingface.co"
# Seconds before each further attempt; uploads are repeated inside huggingface_hub besides.
_WAITS = (1.0, 4.0)
_PASSING = (408, 409, 412, 429, 500, 502, 503, 504)
_FAILURES = (HTTPError, OSError, RuntimeError, ValueError)
_WEIGHTS = (".safetensors", ".safetensors.index.json")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of a model folder: name (its path below the folder), size, SHA-256."""

    name: str
    bytes: int
    sha256: str


def endpoint_of_hub() -> str:
    """Give the address of the hub: that of ``HF_ENDPOINT``, or of the public one.

    Raises
    ------
    ConfigurationError
        When it holds a password or a key: the address stands in records and cards.
    """
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _DEFAULT_ENDPOINT
    if without_secrets(endpoint) != endpoint:
        raise ConfigurationError(
            "The hub's address holds a password or a key.",
            where=f"HF_ENDPOINT={endpoint}",
            fix="Leave it out there: log in with `hf auth login`, or set HF_TOKEN.",
        )
    return endpoint


class Hub:
    """A model repository.

    Parameters
    ----------
    repo
        ``owner/name``.
    endpoint
        Address of the hub.
    folder
        Where the files lie that are sent.
    """

    def __init__(self, repo: str, endpoint: str, folder: Path) -> None:
        self._repo = repo
        self._folder = folder
        self._api = HfApi(endpoint=endpoint)

    def open(self, *, private: bool) -> None:
        """Make the repository unless it is there.

        Raises
        ------
        ConfigurationError
            When it is there, is public, and should be private: the hub would keep it public.
        UserError
            When the hub does not let us, or fails.
        """
        self._asked(lambda: self._api.create_repo(self._repo, private=private, exist_ok=True))
        found = self._asked(lambda: self._api.model_info(self._repo))
        if private and found.private is False:
            raise ConfigurationError(
                "The repository is there and public, but the configuration says private.",
                where=f"hub.repo: {self._repo}",
                fix="Name another repository, make it private on the hub, or set hub.private to false.",
            )

    def head(self) -> str:
        """Give the commit that the repository stands at."""
        return str(self._asked(lambda: self._api.model_info(self._repo)).sha)

    def missing(self, files: Sequence[LocalFile]) -> list[LocalFile]:
        """Give the files that the hub lacks or has with another content, in their order."""
        paths = [file.name for file in files]
        found = self._asked(lambda: self._api.get_paths_info(self._repo, paths))
        there = {one.path: one for one in found if isinstance(one, RepoFile)}
        return [file for file in files if not self._same(file, there.get(file.name))]

    def commit(self, part: Sequence[LocalFile], *, kept: Sequence[LocalFile], last: bool) -> str:
        """Send files in one commit and give its id.

        The last commit also takes away weights of an earlier model: a loader would take them for its own.
        """
        stale = self._stale(kept) if last else []

        def send() -> str:
            # Operations cannot be used twice; what was uploaded already is not sent again.
            adds = [CommitOperationAdd(file.name, self._folder / file.name) for file in part]
            deletes = [CommitOperationDelete(path) for path in stale]
            what = part[0].name if len(part) == 1 else f"{len(part)} files"
            return self._api.create_commit(self._repo, [*adds, *deletes], commit_message=f"Add {what}").oid

        return self._asked(send)

    def _stale(self, kept: Sequence[LocalFile]) -> list[str]:
        siblings = self._asked(lambda: self._api.model_info(self._repo)).siblings or []
        ours = {file.name for file in kept}
        return [
            one.rfilename
            for one in siblings
            if one.rfilename.endswith(_WEIGHTS) and one.rfilename not in ours
        ]

    def _same(self, file: LocalFile, there: RepoFile | None) -> bool:
        if there is None or there.size != file.bytes:
            return False
        if there.lfs is not None:
            return there.lfs.sha256 == file.sha256
        content = (self._folder / file.name).read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
        return there.blob_id == blob.hexdigest()

    def _asked(self, request: Callable[[], _Result]) -> _Result:
        """Make a request, again after a failure that passes; the last one becomes a message."""
        for wait in (*_WAITS, None):
            try:
                return request()
            except OfflineModeIsEnabled as error:
                raise ConfigurationError(
                    "The hub may not be asked: HF_HUB_OFFLINE is set.",
                    where=self._repo,
                    fix="Unset HF_HUB_OFFLINE for the push.",
                ) from error
            except _FAILURES as error:
                status = _status_of(error)
                if wait is None or (status and status not in _PASSING):
                    raise self._failed(error, status) from error
                told = status or type(error).__name__
                _log.warning("the hub failed (%s); asking again in %g s", told, wait)
                time.sleep(wait)
        raise AssertionError  # the last wait is None

    def _failed(self, error: Exception, status: int) -> UserError:
        if status in (401, 403):
            return UserError(
                f"The hub does not let you write there (HTTP {status}).",
                where=self._repo,
                fix="Log in with `hf auth login`, or set HF_TOKEN to a token that may write there.",
            )
        return UserError(
            f"The hub failed: {_said(error, status)}.",
            where=self._repo,
            fix="Push again later: what the hub has already is not sent again.",
        )


def _status_of(error: BaseException) -> int:
    """Give the HTTP status behind an error, 0 without one; uploads wrap theirs."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, HfHubHTTPError):
            return int(cause.response.status_code)
        cause = cause.__cause__
    return 0


def _said(error: Exception, status: int) -> str:
    """Say what went wrong without the request: signed addresses and headers are nobody's business."""
    if not status:
        return _without_token(str(error).partition("\n")[0]) or type(error).__name__
    told = _without_token(getattr(error, "server_message", None) or "")
    return f"HTTP {status}" + (f", {told}" if told else "")


def _without_token(text: str) -> str:
    """Give a text of the hub's, which may repeat the token, without it."""
    token = get_token()
    return text.replace(token, "<token>") if token else text
