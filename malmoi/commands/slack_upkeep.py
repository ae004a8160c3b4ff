"""`malmoi slack forget` and `manifest`: take a person out, make the app."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands.options import AsJson, IndexPath, SlackStore
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from slackbot.config import SlackConfig
    from slackbot.store import Posted, Store
    from slackbot.teams import Teams

FORGET_EXAMPLE = (
    "Example: malmoi slack forget --user U0123ABCD --delete-replies\n\n"
    "People can do it themselves: /malmoi 내 기록 지우기"
)
MANIFEST_EXAMPLE = (
    "Example: malmoi slack manifest > manifest.yaml\n\n"
    "For a bot that Slack reaches over HTTP: malmoi slack manifest --http https://bot.example.com"
)
_PATIENCE_S = 120.0


def forget(
    user: Annotated[str, typer.Option("--user", help="Slack's id of the person: U…", show_default=False)],
    team: Annotated[
        str, typer.Option("--team", help="Only in this workspace: T…. Default: in all.", show_default=False)
    ] = "",
    index: IndexPath = None,
    store: SlackStore = None,
    *,
    delete_replies: Annotated[
        bool, typer.Option("--delete-replies", help="Also delete the bot's answers to them in Slack.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase what is kept of a person: texts, answers, opinions, hints, and their words in saved threads."""
    from slackbot import logs

    if not yes:
        question = f"Erase everything that is kept of {user}? It cannot be undone."
        typer.confirm(question, abort=True, err=True)
    logs.set_up()
    found = asyncio.run(_forgotten(user, team, index, store, delete_replies=delete_replies))
    if as_json:
        console.print_json(found)
        return
    if not found["teams"]:
        console.out.print(f"Nothing is kept of {user}.")
        return
    console.out.print(
        f"Erased in {', '.join(found['teams'])}: questions, answers, opinions and hints; "
        f"their words in {found['saved_threads']:,} saved threads.",
        soft_wrap=True,
    )
    left = found["answers_in_slack"] - found["answers_deleted"]
    if found["answers_deleted"]:
        console.out.print(f"{found['answers_deleted']:,} answers were deleted in Slack.")
    if left:
        console.out.print(f"{left:,} answers to them still stand in Slack.")
    console.out.print(
        "What they wrote in Slack stands there until they or an administrator delete it. Exports of Slack "
        "that you indexed are files of yours: take the person out there, and index them again.",
        style="dim",
        soft_wrap=True,
    )


async def _forgotten(
    user: str, team: str, index: Path | None, store: Path | None, *, delete_replies: bool
) -> dict[str, Any]:
    from malmoi.slack_settings import store_of
    from slackbot.app import new_session
    from slackbot.config import SlackConfig

    workspace = Workspace()
    place, folder = store_of(workspace, store), workspace.home / workspace.settings().slack.knowledge
    config = SlackConfig()
    teams = sorted(one for one in await _teams_with(user, place, folder) if team in ("", one))
    memory = _opened(place, user, config)
    try:
        async with new_session() as session:
            # Before anything is erased: afterwards nobody knows any more which answers were theirs.
            clients = await _signed_in(config, memory, session) if delete_replies else None
            posted: list[tuple[str, Posted]] = []
            for one in teams:
                posted += [(one, message) for message in await memory.erasure.forget(one, user)]
            threads = await _out_of_threads(user, teams, memory, index, folder)
            deleted = 0 if clients is None else [await _deleted(clients, *one) for one in posted].count(True)
    finally:
        await memory.close()
    return {
        "user": user,
        "teams": teams,
        "saved_threads": threads,
        "answers_in_slack": len(posted),
        "answers_deleted": deleted,
    }


def _opened(place: Path | str, user: str, config: "SlackConfig") -> "Store":
    from slackbot.store import open_store
    from slackbot.store.reading import is_held

    if isinstance(place, Path) and is_held(place):
        raise ConfigurationError(
            "a bot is running with this store, and only one program may write to it",
            where=str(place),
            fix=f"let {user} write `/malmoi 내 기록 지우기` in Slack, or stop the bot for the moment; with a "
            "PostgreSQL database this command works beside the bot",
        )
    return open_store(place, key=config.encryption_key)


async def _teams_with(user: str, place: Path | str, folder: Path) -> set[str]:
    """Workspaces in which something may be kept of a person."""
    from slackbot.knowledge.files import Files
    from slackbot.store.reading import open_to_read

    reading = open_to_read(place)
    try:
        found = await reading.teams_of(user)
    finally:
        await reading.close()
    return {*found, *(key.team for key in Files(folder).threads())}


async def _out_of_threads(
    user: str, teams: list[str], memory: "Store", index: Path | None, folder: Path
) -> int:
    """Take what they said out of saved threads; gives how many there were."""
    from slackbot.config import Limits
    from slackbot.directory import Directory
    from slackbot.knowledge import Knowledge
    from slackbot.teams import Teams

    nobody = Teams({})
    knowledge = Knowledge(
        index or _index_of(Workspace()), folder, memory.saved, nobody, Directory(nobody, Limits())
    )
    return sum([await knowledge.erase_user(one, user) for one in teams])


def _index_of(workspace: Workspace) -> Path:
    """The index; where there is none, saved threads cannot be in it, and it is not opened."""
    try:
        return workspace.default_index()
    except ConfigurationError:
        return workspace.indexes


async def _signed_in(config: "SlackConfig", memory: "Store", session: "ClientSession") -> "Teams":
    from slackbot.app import new_client
    from slackbot.config import Transport
    from slackbot.sign_in import open_teams

    # Whichever way the bot is reached: for this the bot token is enough.
    client_of = partial(new_client, config, session)
    return await open_teams(config, Transport.HTTP, memory.installations, client_of, 10.0)


async def _deleted(teams: "Teams", team: str, message: "Posted") -> bool:
    """Whether an answer stands in Slack no more."""
    from slackbot.calls import CallError, repeated

    there = teams.of(team)
    if there is None:
        return False
    call = partial(there.client.chat_delete, channel=message.channel, ts=message.ts)
    try:
        await repeated(call, _PATIENCE_S)
    except CallError as error:
        return error.code == "message_not_found"
    return True


def manifest(
    http: Annotated[
        str,
        typer.Option(
            "--http", help="Public address of the bot, https://NAME. Default: Socket Mode.", metavar="URL"
        ),
    ] = "",
) -> None:
    """Print the app's manifest, to be pasted where Slack makes apps."""
    from slackbot.manifest import for_http, text

    console.out.print(for_http(http) if http else text(), markup=False, soft_wrap=True, end="")
