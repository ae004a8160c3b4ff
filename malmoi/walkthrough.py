"""The demo's steps, each returning what it made; `demo` shows them and the tests check them."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from curation.errors import ConfigurationError, UserError
from curation.progress import Progress
from curation.recipe import load_recipe
from curation.run import RunReport, run_recipe
from malmoi.bundled import bundled
from rag.types import Answer

CHANNEL = "질문"
REPLY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question to ask; ``quote`` must stand in a citation, empty when a refusal is right."""

    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message as it stands in the thread: who, what, and whether it began the thread."""

    user: str
    text: str
    is_root: bool


def release_of(folder: Path) -> Path:
    """Where the demo's release lies."""
    return folder / "releases" / "samples"


def index_of(folder: Path) -> Path:
    """Where the demo's index lies."""
    return folder / "indexes" / "samples"


def build_release(folder: Path, progress: Progress) -> RunReport:
    """Run the bundled recipe over the bundled samples, from scratch."""
    recipe = load_recipe(bundled("recipes") / "samples.yaml")
    return run_recipe(recipe, bundled("samples"), release_of(folder), progress=progress, force=True)


def build_index(folder: Path, progress: Progress) -> dict[str, Any]:
    """Index the demo's release; an index that an older version left behind is built anew."""
    from rag.index import index_paths
    from rag.manifest import FILE_NAME

    release, index = release_of(folder), index_of(folder)
    try:
        return index_paths([release], index, progress=progress).as_json()
    except ConfigurationError:
        if not (index / FILE_NAME).is_file():
            raise  # no index of ours: it stays as it is
        shutil.rmtree(index)
        return index_paths([release], index, progress=progress).as_json()


def demo_questions() -> list[DemoQuestion]:
    """Three questions that the samples answer and one that they do not."""
    listed = yaml.safe_load((bundled("samples") / "questions.yaml").read_text(encoding="utf-8"))
    answered = [
        DemoQuestion(entry["question"], entry["expects_in_quote"]) for entry in listed["answerable"][:3]
    ]
    return [*answered, DemoQuestion(listed["unanswerable"][0]["question"], "")]


def ask_all(folder: Path, questions: list[DemoQuestion]) -> Iterator[tuple[DemoQuestion, Answer]]:
    """Ask each question of the demo's index."""
    from rag.answer import default_answerer

    answerer = default_answerer(index_of(folder))
    for question in questions:
        yield question, answerer.ask(question.text)


def check_answer(question: DemoQuestion, answer: Answer) -> None:
    """Hold the demo to its promise.

    Raises
    ------
    UserError
        An answer that should be there is refused, lacks its quote, or should have been refused.
    """
    if answer.refused != (question.quote == ""):
        expected = "a refusal" if not question.quote else "an answer"
        raise UserError(f"The demo expected {expected} to: {question.text}", fix="Please report this.")
    if question.quote and not any(question.quote in citation.quote for citation in answer.citations):
        raise UserError(
            f"No citation holds {question.quote!r} for: {question.text}", fix="Please report this."
        )


def ask_in_slack(folder: Path, question: str) -> list[ThreadMessage]:
    """Start the emulator and the bot as processes, post ``question``, and wait for the thread.

    Raises
    ------
    UserError
        The bot did not start, or no reply came into the message's thread in time.
    """
    from slackbot.emulator.process import running, started

    store = folder / "slack.sqlite"
    for leftover in folder.glob("slack.sqlite*"):
        leftover.unlink()
    with running() as slack:
        environment = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
        }
        bot = [sys.executable, "-m", "malmoi", "slack", "run", "--json"]
        options = ["--index", str(index_of(folder)), "--store", str(store)]
        with started([*bot, *options], "the bot", environment):
            posted = slack.client.say(CHANNEL, f"@malmoi {question}")
            replies = slack.client.wait_for_replies(posted, timeout=REPLY_SECONDS)
            return [
                ThreadMessage("haneul", f"@malmoi {question}", is_root=True),
                *(ThreadMessage("malmoi", reply["text"], is_root=False) for reply in replies),
            ]
