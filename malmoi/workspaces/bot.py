"""The bot as a workspace holds it: its store, whether it runs, what waits; and settings that lead nowhere."""

import os
from collections.abc import Iterator
from pathlib import Path

from malmoi.slack_settings import DATABASE_VARIABLE
from malmoi.workspace import SETTINGS_FILE, Settings, Workspace
from malmoi.workspaces.kinds import Bot, Stale
from malmoi.workspaces.shown import command
from malmoi.workspaces.sizes import bytes_of, time_of
from slackbot.glance import glance

# What SQLite and the lock keep beside the file.
_BESIDE = ("", "-wal", "-shm", "-journal", ".lock")


def store_files(store: Path) -> list[Path]:
    """The store and what stands beside it, whether or not it is there."""
    return [store.with_name(store.name + ending) for ending in _BESIDE]


def bot_of(workspace: Workspace, settings: Settings) -> Bot | None:
    """Look at the bot's store; ``None`` when there has been no bot."""
    store = workspace.home / settings.slack.store
    knowledge = workspace.home / settings.slack.knowledge
    threads = [path for path in knowledge.rglob("*.jsonl") if path.is_file()] if knowledge.is_dir() else []
    if os.environ.get(DATABASE_VARIABLE):
        # The address may hold a password, and nobody is asked over the network for a glance.
        return Bot(knowledge, "PostgreSQL", bytes_of(threads), None, saved=len(threads))
    if not store.is_file():
        return None
    seen = glance(store)
    size = bytes_of([*store_files(store), *threads])
    stale: tuple[Stale, ...] = ()
    if seen.fault:
        stale = (
            Stale("damaged", f"its store cannot be read: {seen.fault}", str(store), "malmoi slack doctor"),
        )
    elif seen.waiting and not seen.running:
        what = f"{seen.waiting:,} questions wait, and no bot runs"
        stale = (Stale("unfinished", what, str(store), command("slack", "run")),)
    return Bot(store, store.name, size, time_of(store), stale, seen.running, seen.waiting, seen.saved or 0)


def astray(workspace: Workspace, settings: Settings) -> Iterator[Stale]:
    """Settings that name something that is not there."""
    answer = settings.answer
    index = workspace.home / answer.index
    if answer.index and not (index / "manifest.sqlite").is_file():
        fix = command("rag", "index", "PATH", "--out", index)
        yield Stale("gone", f"`answer.index` of {SETTINGS_FILE} names no index", answer.index, fix)
    if answer.prompt and not (workspace.home / answer.prompt).is_file():
        fix = "malmoi prompt select --help"
        yield Stale("gone", f"`answer.prompt` of {SETTINGS_FILE} names no file", answer.prompt, fix)
    kind, _, named = answer.model.partition(":")
    if kind == "transformers" and named.startswith((".", "/", "~", "runs/", "models/")):
        folder = workspace.home / Path(named).expanduser()
        if not (folder / "config.json").is_file() and not Path(named).expanduser().is_dir():
            fix = "put the model there, or correct the key"
            yield Stale("gone", f"`answer.model` of {SETTINGS_FILE} names no model", named, fix)
