"""What the console's pages share: the workspace, the token of this start, and what is loaded or running."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curation.errors import ConfigurationError, UserError
from malmoi.holdings import Holdings, Index, Release, holdings
from malmoi.ui.local_slack import LocalSlack
from malmoi.workspace import AnswerSettings, Workspace
from rag.manifest_file import FILE_NAME

if TYPE_CHECKING:
    from rag.answer import CitedAnswerer
    from rag.guarding import GuardedAnswerer
    from rag.search import Index as OpenIndex

# A page and the files in it ask several times within a moment.
_FRESH_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Answering:
    """An index that is open, and who answers from it."""

    index: "OpenIndex"
    answerer: "CitedAnswerer | GuardedAnswerer"


@dataclass
class Desk:
    """One start of the console.

    Parameters
    ----------
    workspace
        What it shows.
    index
        An index to ask besides those of the workspace, chosen on the command line.
    """

    workspace: Workspace
    index: Path | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    slack: LocalSlack = field(default_factory=LocalSlack)
    asking: threading.Lock = field(default_factory=threading.Lock)
    """Held while a question is answered: a model writes one answer at a time."""
    _seen: tuple[float, Holdings] | None = None
    _open: tuple[object, Answering] | None = None

    def holdings(self, *, anew: bool = False) -> Holdings:
        """Look through the workspace, or give what was seen a moment ago."""
        now = time.monotonic()
        if anew or self._seen is None or now - self._seen[0] > _FRESH_S:
            self._seen = now, _held(self.workspace.home)
        return self._seen[1]

    def release(self, name: str) -> Release:
        """The release of that name.

        Raises
        ------
        ConfigurationError
            There is none in the workspace.
        """
        for found in self.holdings().releases:
            if found.name == name:
                return found
        raise ConfigurationError(
            "There is no such release in the workspace.", where=name, fix="Build one with `malmoi curate`."
        )

    def indexes(self) -> dict[str, Path]:
        """Indexes that may be asked, by name, the one that `malmoi ask` would take first."""
        found = {one.name: one.path for one in sorted(self.holdings().indexes, key=_newest_last)[::-1]}
        chosen = self.index or _default(self.workspace)
        if chosen is None:
            return found
        for name, path in found.items():
            if path.resolve() == chosen.resolve():
                return {name: path, **found}
        return {chosen.name if chosen.name not in found else str(chosen): chosen, **found}

    def answering(self, path: Path) -> Answering:
        """Open an index and load who answers, as `malmoi ask` does; what was asked last stays loaded.

        Raises
        ------
        UserError
            The index, the model, the guard or the prompt cannot be had.
        """
        from malmoi.answer_demos import answer_demos
        from malmoi.guards import guarded
        from rag.answer import answerer_of
        from rag.reranking import load_reranker
        from rag.search import open_index

        chosen = self.workspace.settings().answer
        key = path, chosen, _identity(path)
        if self._open is not None and self._open[0] == key:
            return self._open[1]
        self.close_index()
        opened = open_index(path, reranker=load_reranker(chosen.reranker))
        found = answerer_of(opened, chosen.model, answer_demos(None, self.workspace))
        answering = Answering(opened, guarded(found, chosen.guard, chosen.model, self.workspace))
        self._open = key, answering
        return answering

    @property
    def answer(self) -> AnswerSettings:
        """`[answer]` of malmoi.toml as it is now."""
        return self.workspace.settings().answer

    def close_index(self) -> None:
        """Let go of the index that was asked last."""
        if self._open is not None:
            self._open[1].index.close()
        self._open = None

    def close(self) -> None:
        """Stop what was started, and let go of what is open."""
        self.slack.stop()
        if self.asking.acquire(blocking=False):
            self.close_index()
            self.asking.release()


def _held(home: Path) -> Holdings:
    try:
        return holdings(home)
    except (KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        raise UserError(
            "The workspace cannot be looked through: a file in it is not what malmoi writes.",
            where=f"{type(error).__name__}: {error}",
            fix="Move what was damaged out of the workspace, or make it anew.",
        ) from error


def _default(workspace: Workspace) -> Path | None:
    try:
        return workspace.default_index()
    except ConfigurationError:
        return None


def _newest_last(index: Index) -> float:
    return index.made.timestamp() if index.made else 0.0


def _identity(path: Path) -> tuple[int, int] | None:
    """Another one for an index that was built anew at the same place."""
    try:
        found = (path / FILE_NAME).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
