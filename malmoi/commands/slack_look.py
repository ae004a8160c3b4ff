"""`malmoi slack doctor`, `status` and `feedback`: look at the bot, beside it while it runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands.options import AsJson, IndexPath, SlackStore
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from slackbot.doctor import Check, Subject
    from slackbot.store.feedback import Opinion

DOCTOR_EXAMPLE = "Example: malmoi slack doctor --index indexes/handbook"
STATUS_EXAMPLE = "Example: malmoi slack status"
FEEDBACK_EXAMPLE = (
    "Example: malmoi slack feedback --down\n\n"
    "As questions to measure with: malmoi slack feedback --out questions.jsonl, then, when you have looked "
    "through them, malmoi eval answers --queries questions.jsonl"
)
_MARKS = {"ok": "[green]ok      [/]", "warning": "[yellow]warning [/]", "fault": "[red]fault   [/]"}
_SHOWN_CHARACTERS = 200


def doctor(
    index: IndexPath = None,
    store: SlackStore = None,
    *,
    http: Annotated[bool, typer.Option("--http", help="Check for `malmoi slack run --http`.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the bot's configuration, store, index, model and what Slack says: exit 1 for a fault."""
    found = asyncio.run(_examined(_subject(index, store, http=http), show=not as_json))
    faults = sum(check.grade == "fault" for check in found)
    warnings = sum(check.grade == "warning" for check in found)
    if as_json:
        console.print_json({"ok": not faults, "checks": [asdict(check) for check in found]})
    else:
        console.out.print(f"{len(found)} checks: {faults} faults, {warnings} warnings.")
    if faults:
        raise typer.Exit(1)


def _subject(index: Path | None, store: Path | None, *, http: bool) -> "Subject":
    from malmoi.slack_settings import policy_of, store_of
    from slackbot.config import SlackConfig, Transport
    from slackbot.doctor import Subject

    workspace = Workspace()
    settings = workspace.settings()
    folder: Path | ConfigurationError
    try:
        folder = index or workspace.default_index()
    except ConfigurationError as error:
        folder = error
    return Subject(
        config=SlackConfig(),
        transport=Transport.HTTP if http else Transport.SOCKET,
        policy=policy_of(settings.slack),
        store=store_of(workspace, store),
        index=folder,
        knowledge=workspace.home / settings.slack.knowledge,
        model=settings.answer.model,
        reranker=settings.answer.reranker,
    )


async def _examined(subject: "Subject", *, show: bool) -> "list[Check]":
    from slackbot import logs
    from slackbot.doctor import examine

    logs.keep_text_out()
    found = []
    async for check in examine(subject):
        found.append(check)
        if show:
            _show(check)
    return found


def _show(check: "Check") -> None:
    console.out.print(_MARKS[check.grade], end="")
    console.out.print(f"{check.name:<16} {check.seen}", markup=False, soft_wrap=True)
    if check.fix:
        console.out.print(f"{'':<24} → {check.fix}", markup=False, soft_wrap=True, style="dim")


def status(store: SlackStore = None, as_json: AsJson = False) -> None:
    """Tell how many questions wait, were answered, refused or given up, and what was ignored and why."""
    from slackbot.intake import Reason

    found = asyncio.run(_status(store))
    if as_json:
        console.print_json(found)
        return
    states = ", ".join(f"{count:,} {state}" for state, count in found["questions"].items())
    console.out.print(f"questions: {states}", soft_wrap=True)
    if found["oldest_waiting_seconds"]:
        console.out.print(f"the oldest has been waiting for {found['oldest_waiting_seconds']:,.0f} seconds")
    console.out.print(f"saved threads: {found['saved_threads']:,}")
    console.out.print(f"message events: {found['received']:,}, of which were ignored")
    for name, count in found["ignored"].items():
        reason = Reason.__members__.get(name.upper(), name)
        console.out.print(f"  {count:>8,}  {reason}", markup=False, soft_wrap=True)


async def _status(store: Path | None) -> dict[str, Any]:
    from malmoi.slack_settings import store_of
    from slackbot.metrics import by_state
    from slackbot.store.reading import open_to_read

    reading = open_to_read(store_of(Workspace(), store))
    try:
        totals = await reading.tallies.totals()
        questions = by_state(await reading.inbox.counts(), totals)
        ignored = {
            name.removeprefix("ignored:"): count
            for name, count in totals.items()
            if name.startswith("ignored:")
        }
        return {
            "questions": questions,
            "oldest_waiting_seconds": round(await reading.waits_for(), 1),
            "saved_threads": len(await reading.saved.all()),
            # Of an event that is a question, its row is the count.
            "received": totals.get("received", 0) + sum(questions.values()),
            "ignored": dict(sorted(ignored.items(), key=lambda one: (-one[1], one[0]))),
        }
    finally:
        await reading.close()


def feedback(
    store: SlackStore = None,
    *,
    down: Annotated[bool, typer.Option("--down", help="Only what people did not like.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write them as questions for `malmoi eval`.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what people said of answers, newest first: question, answer, sources and why."""
    opinions = asyncio.run(_opinions(store))[::-1]
    found = [one for one in opinions if one.value == "down" or not down]
    rows = None if out is None else _write(out, found)
    if as_json:
        console.print_json({"opinions": [asdict(one) for one in found], "written": rows})
        return
    for one in found:
        _show_opinion(one)
    up = sum(one.value == "up" for one in found)
    console.out.print(f"{up:,} liked, {len(found) - up:,} did not.")
    if out is not None:
        console.out.print(f"Written: {out}, {rows:,} questions", markup=False, soft_wrap=True)


async def _opinions(store: Path | None) -> "list[Opinion]":
    from malmoi.slack_settings import store_of
    from slackbot.store.reading import open_to_read

    reading = open_to_read(store_of(Workspace(), store))
    try:
        return await reading.feedback.all()
    finally:
        await reading.close()


def _show_opinion(one: "Opinion") -> None:
    day = datetime.fromtimestamp(one.given_at).astimezone().strftime("%Y-%m-%d %H:%M")
    mark = "[green]+[/]" if one.value == "up" else "[red]-[/]"
    console.out.print(f"{mark} [dim]{day}[/] ", end="")
    console.out.print(_short(one.question) or "(erased)", markup=False, soft_wrap=True)
    for text in (_short(one.answer), "; ".join(one.sources), one.reason and f"why: {one.reason}"):
        if text:
            console.out.print(f"    {text}", markup=False, soft_wrap=True, style="dim")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[: _SHOWN_CHARACTERS - 1]}…"


def _write(out: Path, opinions: "Sequence[Opinion]") -> int:
    """Write a line for each question that was not erased; gives how many.

    A liked answer is a gold answer only once somebody has shortened it, so no line counts as checked;
    the measurements say how many of their questions are not.
    """
    import orjson

    from curation.atomic import write_bytes

    rows = [
        {
            "query": one.question,
            "checked": False,
            "opinion": one.value,
            "reason": one.reason,
            "said": one.answer,
            "sources": list(one.sources),
        }
        for one in opinions
        if one.question
    ]
    write_bytes(out, b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return len(rows)
