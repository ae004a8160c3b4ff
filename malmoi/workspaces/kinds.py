"""What a workspace holds, as values: releases, indexes, models, bundles and the bot's store."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

Reason = Literal["changed", "gone", "older", "unfinished", "torn", "damaged"]
"""Why something is stale: what it was made of changed, is gone, or is newer; it was never finished;
a killed run left a folder without what completes it; its own files are not what it says."""


@dataclass(frozen=True, slots=True)
class Stale:
    """One thing that something is behind of.

    ``what`` is a sentence, ``against`` the path or the name of what changed ("": itself), ``fix`` the command
    that mends it.
    """

    reason: Reason
    what: str
    against: str
    fix: str


@dataclass(frozen=True, slots=True)
class Release:
    """A dataset release. ``rows`` are those that are kept; ``sources`` the names of its sources."""

    path: Path
    name: str
    bytes: int
    made: datetime | None
    stale: tuple[Stale, ...] = ()
    title: str = ""
    rows: int = 0
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """A search index. ``lacking`` passages wait for their vector; ``held``: a run writes to it now."""

    path: Path
    name: str
    bytes: int
    made: datetime | None
    stale: tuple[Stale, ...] = ()
    documents: int = 0
    passages: int = 0
    lacking: int = 0
    embedder: str = ""
    store: str = ""
    sources: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A training run (``run``), or the model that came of one (``merged``).

    ``base`` is the model that it started from, ``stages`` what was finished, ``run`` the run's folder of a
    merged model; ``held``: it is being trained now.
    """

    path: Path
    name: str
    bytes: int
    made: datetime | None
    stale: tuple[Stale, ...] = ()
    kind: Literal["run", "merged"] = "run"
    base: str = ""
    stages: tuple[str, ...] = ()
    run: Path | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """A page with a model, for a browser. ``passages`` are those it searches; None: it has no search."""

    path: Path
    name: str
    bytes: int
    made: datetime | None
    stale: tuple[Stale, ...] = ()
    models: tuple[str, ...] = ()
    passages: int | None = None


@dataclass(frozen=True, slots=True)
class Bot:
    """What the bot keeps. ``waiting`` are questions and answers not yet done; None: the store is not a file.

    ``saved`` are threads that people saved; ``running``: a bot has the store open.
    """

    path: Path
    name: str
    bytes: int
    made: datetime | None
    stale: tuple[Stale, ...] = ()
    running: bool = False
    waiting: int | None = None
    saved: int = 0


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything that was found below a workspace; ``bytes`` are those of all that is listed.

    ``settings`` are keys of `malmoi.toml` that lead nowhere; ``incomplete``: there were too many folders to
    look into all.
    """

    workspace: Path
    bytes: int
    releases: tuple[Release, ...] = ()
    indexes: tuple[Index, ...] = ()
    models: tuple[Model, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    bot: Bot | None = None
    settings: tuple[Stale, ...] = ()
    incomplete: bool = False

    def stale(self) -> tuple[Stale, ...]:
        """Everything that something is behind of, in the order in which it is listed."""
        listed = (*self.releases, *self.indexes, *self.models, *self.bundles)
        found = [one for held in (*listed, *([self.bot] if self.bot else ())) for one in held.stale]
        return (*found, *self.settings)
