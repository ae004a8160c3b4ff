"""Results in files, one a script: an interrupted run goes on with what it has."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from collecting.contract import ContractError
from collecting.running import Result
from collecting.scripts import Script
from curation.atomic import write_bytes
from curation.errors import UserError


class Kept:
    """The folder of a run: ``results/``, ``logs/``, and the page and JSON beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def result(self, script: Script) -> Path:
        return self._made("results") / f"{script.name}.json"

    def log(self, script: Script) -> Path:
        return self._made("logs") / f"{script.name}.txt"

    def printed(self, script: Script) -> Path:
        return self._made("logs") / f"{script.name}.json"

    def take(self, script: Script, key: str) -> Result | None:
        """Give the figures that were measured under this key; a file that cannot be read counts as none."""
        try:
            found = orjson.loads(self.result(script).read_bytes())
            result = Result(**{**found, "arguments": tuple(found["arguments"])})
            # What was kept must still be what the contract says.
            return result if result.key == key and result.told else None
        except (OSError, orjson.JSONDecodeError, TypeError, KeyError, ContractError):
            return None

    def keep(self, script: Script, result: Result) -> None:
        write_bytes(self.result(script), result.as_json())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; two runs in one would mix their results, and disturb each other's times."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UserError(
                    "Benchmarks are running in this folder already.",
                    where=str(self.folder),
                    fix="Wait for that run: two at once would disturb each other's times.",
                ) from error
            yield

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
