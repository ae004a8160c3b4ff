"""`malmoi slack`: the bot, and a local Slack to try it against."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson, IndexPath
from malmoi.workspace import Workspace

RUN_EXAMPLE = (
    "Example: SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… malmoi slack run --index indexes/handbook\n\n"
    "The tokens are read from the environment only; slackbot/manifest.yaml has the app's scopes and events."
)
EMULATOR_EXAMPLE = (
    "Example: malmoi slack emulator --port 8065\n\n"
    "Then, in another terminal: SLACK_API_URL=http://127.0.0.1:8065/api/ … malmoi slack run"
)

app = typer.Typer(help="Answer questions in Slack threads.", no_args_is_help=True)


@app.command("run", epilog=RUN_EXAMPLE)
def run(
    index: IndexPath = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Inbox file. Default: `\\[slack] store` of malmoi.toml.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the bot over Socket Mode until it is stopped."""
    from rag.answer import default_answerer
    from slackbot.config import SlackConfig
    from slackbot.intake import Identity
    from slackbot.run import run_bot

    workspace = Workspace()
    settings = workspace.settings()
    config = SlackConfig()
    config.check()
    chosen = settings.answer
    answerer = default_answerer(index or workspace.default_index(), chosen.model, chosen.reranker)

    def ready(me: Identity) -> None:
        if as_json:
            console.print_json({"ready": True, "team": me.team, "user": me.user})
        else:
            console.err.print(
                f"Connected as {me.user} in {me.team}. Mention the bot in a channel; Ctrl-C stops it.",
                soft_wrap=True,
            )

    asyncio.run(run_bot(config, answerer, store=store or workspace.home / settings.slack.store, ready=ready))


@app.command("emulator", epilog=EMULATOR_EXAMPLE)
def emulator(
    host: Annotated[str, typer.Option("--host", help="Loopback address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")] = 8065,
    as_json: AsJson = False,
) -> None:
    """Run a local Slack for trials: the same Web API and Socket Mode, on this machine only."""
    from slackbot.emulator.server import Announcement, print_announcement
    from slackbot.emulator.server import run as serve

    def show(said: Announcement) -> None:
        console.out.print(f"The local Slack answers at {said['api_url']}; Ctrl-C stops it.", soft_wrap=True)
        console.out.print("In another terminal:", style="dim")
        console.out.print(
            f"  export SLACK_API_URL={said['api_url']}"
            f" SLACK_BOT_TOKEN={said['bot_token']} SLACK_APP_TOKEN={said['app_token']}\n"
            "  malmoi slack run\n"
            "Then speak as a person:\n"
            f"  curl {said['control_url']}say --json "
            """'{"channel": "질문", "text": "@malmoi 연차는 며칠인가요?"}'\n"""
            f"  curl {said['control_url']}state",
            markup=False,
            soft_wrap=True,
        )

    serve(host, port, announce=print_announcement if as_json else show)
