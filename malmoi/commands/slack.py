"""`malmoi slack`: the bot, and a local Slack to try it against."""

import asyncio
from typing import Annotated

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands import slack_look, slack_upkeep
from malmoi.commands.options import AsJson, IndexPath, SlackStore
from malmoi.workspace import Workspace

RUN_EXAMPLE = (
    "Example: SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… malmoi slack run --index indexes/handbook\n\n"
    "The tokens are read from the environment only; `malmoi slack manifest` prints the app to make in Slack, "
    "`malmoi slack doctor` says what is still missing."
)
EMULATOR_EXAMPLE = (
    "Example: malmoi slack emulator --port 8065\n\n"
    "Then, in another terminal: SLACK_API_URL=http://127.0.0.1:8065/api/ … malmoi slack run"
)

app = typer.Typer(help="Answer questions in Slack threads.", no_args_is_help=True)


@app.command("run", epilog=RUN_EXAMPLE)
def run(
    index: IndexPath = None,
    store: SlackStore = None,
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Let Slack send HTTP requests. Default: Socket Mode.")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="With --http: address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="With --http: port; 0 takes a free one.")
    ] = 3000,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            "--metrics-port", min=0, max=65_535, help="Serve /metrics on 127.0.0.1. Default: not at all."
        ),
    ] = None,
    json_logs: Annotated[
        bool, typer.Option("--json-logs", help="One JSON object a line of the log.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the bot until it is stopped; what is being answered then is finished or given back."""
    from malmoi.slack_settings import open_titles, policy_of, store_of
    from slackbot.config import SlackConfig, Transport

    workspace = Workspace()
    settings = workspace.settings()
    policy = policy_of(settings.slack)
    config, transport = SlackConfig(), Transport.HTTP if http else Transport.SOCKET
    config.check(transport)
    # After that: a missing token is said at once, and not after all these.
    from malmoi.answer_demos import answer_demos
    from malmoi.guards import guarded
    from rag.answer import answerer_of
    from rag.reranking import load_reranker
    from rag.search import open_index
    from slackbot import logs
    from slackbot.assembly import Owner, Sources
    from slackbot.intake import Identity
    from slackbot.run import Reached, run_bot

    chosen, folder = settings.answer, index or workspace.default_index()
    opened = open_index(folder, reranker=load_reranker(chosen.reranker))
    found, titles = answerer_of(opened, chosen.model, answer_demos(None, workspace)), open_titles(opened)
    console.warn_of_leaving(chosen.model)
    answerer = guarded(found, chosen.guard, chosen.model, workspace)
    logs.set_up(as_json=json_logs)

    def ready(me: Identity) -> None:
        if as_json:
            console.print_json({"ready": True, "team": me.team, "user": me.user})
        elif not json_logs:  # there, the log says it
            console.err.print(
                f"Connected as {me.user} in {me.team}. Mention the bot in a channel; Ctrl-C stops it.",
                soft_wrap=True,
            )

    sources = Sources(
        answerer,
        index=folder,
        knowledge=workspace.home / settings.slack.knowledge,
        titles=lambda: titles,
        model=answerer.model,
    )
    asyncio.run(
        run_bot(
            config,
            sources,
            store=store_of(workspace, store),
            owner=Owner(policy),
            reached=Reached(transport, host, port, metrics_port),
            ready=ready,
        )
    )


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
        page = said["api_url"].removesuffix("api/")
        console.out.print(f"The local Slack is at {page}; Ctrl-C stops it.", soft_wrap=True)
        console.out.print("Run the bot in another terminal:", style="dim")
        console.out.print(
            f"  export SLACK_API_URL={said['api_url']}"
            f" SLACK_BOT_TOKEN={said['bot_token']} SLACK_APP_TOKEN={said['app_token']}\n"
            f"  malmoi slack run{_index_option()}\n"
            f"Then speak as a person: open {page} in a browser, or\n"
            f"  curl {said['control_url']}say --json "
            """'{"channel": "질문", "text": "@malmoi 연차는 며칠인가요?"}'\n"""
            f"  curl {said['control_url']}state",
            markup=False,
            soft_wrap=True,
        )

    serve(host, port, announce=print_announcement if as_json else show)


def _index_option() -> str:
    """How to name the demo's index where it is the only one."""
    from malmoi.walkthrough import index_of

    workspace = Workspace()
    built = index_of(workspace.home / ".malmoi" / "demo")
    try:
        workspace.default_index()
    except ConfigurationError:
        return f" --index {built}" if built.is_dir() else " --index INDEX"
    return ""


app.command("doctor", epilog=slack_look.DOCTOR_EXAMPLE)(slack_look.doctor)
app.command("status", epilog=slack_look.STATUS_EXAMPLE)(slack_look.status)
app.command("feedback", epilog=slack_look.FEEDBACK_EXAMPLE)(slack_look.feedback)
app.command("forget", epilog=slack_upkeep.FORGET_EXAMPLE)(slack_upkeep.forget)
app.command("manifest", epilog=slack_upkeep.MANIFEST_EXAMPLE)(slack_upkeep.manifest)
