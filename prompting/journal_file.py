"""The file of a journal of calls: whole JSON lines only, whatever happens to the process or the machine."""

import fcntl
import os
import threading
from pathlib import Path
from typing import Any, Final

import orjson

from curation.errors import ConfigurationError, UserError

_BEGINNING: Final = b'{"call":"'


class JournalFile:
    """Replies by call, as lines ``{"call": sha256, "reply": …}``; one process has the file at a time.

    A last line that was half written when the process was killed or the power went is dropped.

    Parameters
    ----------
    path
        It is made where it is absent.

    Raises
    ------
    ConfigurationError
        When the file cannot be written, another process has it, or a line before the last is not ours.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = _opened(path)
        try:
            self._replies, self._end = _read(path)
            os.ftruncate(self._file, self._end)
        except BaseException:
            self.close()
            raise

    def __contains__(self, call: str) -> bool:
        return call in self._replies

    def get(self, call: str) -> Any:
        """The reply to a call; ``None`` where there is none."""
        return self._replies.get(call)

    def append(self, call: str, reply: Any) -> None:
        """Write a reply, and flush it to the disk before coming back.

        Raises
        ------
        UserError
            When it cannot be written; the file then ends with the last whole line.
        """
        line = orjson.dumps({"call": call, "reply": reply}, option=orjson.OPT_APPEND_NEWLINE)
        with self._lock:
            try:
                written = 0
                while written < len(line):
                    written += os.write(self._file, line[written:])
                os.fsync(self._file)
            except OSError as error:
                os.ftruncate(self._file, self._end)
                raise UserError(
                    "A reply of the model could not be written down.",
                    where=f"{self._path}: {error.strerror}",
                    fix="Make room, then run the same command again: what was written is not asked again.",
                ) from error
            self._end += len(line)
            self._replies[call] = reply

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o666)
    except OSError as error:
        raise ConfigurationError(
            "The journal of the model's replies cannot be written.",
            where=f"{path}: {error.strerror}",
            fix="Choose a folder of your own for the output.",
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise ConfigurationError(
            "Another run is using this journal of the model's replies.",
            where=str(path),
            fix="Wait until it is done, or give this one an output of its own.",
        ) from None
    return file


def _read(path: Path) -> tuple[dict[str, Any], int]:
    """The replies, and how many bytes of the file are whole lines."""
    replies: dict[str, Any] = {}
    end = 0
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        found = _parsed(line)
        if found is None:
            if number == len(lines) and _is_begun(line):
                break
            raise ConfigurationError(
                "This file is no journal of a model's replies, or it is damaged.",
                where=f"{path}:{number}",
                fix="Look whether the file is the right one; a damaged line can be deleted, its call is "
                "then made again.",
            )
        replies[found["call"]] = found["reply"]
        end += len(line)
    return replies, end


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    whole = isinstance(found, dict) and found.keys() == {"call", "reply"} and isinstance(found["call"], str)
    return found if whole else None


def _is_begun(line: bytes) -> bool:
    """Whether it may be the beginning of one of our lines; blocks that were never written read as zeros."""
    line = line.rstrip(b"\0")
    return line.startswith(_BEGINNING[: len(line)])
