"""`shelf`: saved threads over the emulator, a store and a real index."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.index import index_paths
from rag.search import open_index
from slackbot.knowledge import Knowledge, Outcome
from slackbot.store.database import Database
from slackbot.store.saved import Saved
from slackbot.store.sqlite import engine_of
from slackbot.teams import Teams
from tests.rag.conftest import HANDBOOK, write_documents
from tests.slackbot.slack_client import ME, Workplace

QUESTION = "창고 열쇠는 누가 가지고 있나요?"
FACT = "창고 열쇠는 이도윤 님이 가지고 있습니다."


@dataclass
class Shelf:
    """The knowledge of one test, its index and its folder."""

    work: Workplace
    folder: Path
    database: Database
    knowledge: Knowledge

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def saved(self) -> Saved:
        return Saved(self.database)

    def new(self, teams: Teams | None = None) -> Knowledge:
        """As after a start of the bot."""
        knowledge = self.folder / "knowledge"
        return Knowledge(
            self.index, knowledge, self.saved, teams or self.work.teams, self.work.directory, quiet=0.2
        )

    async def thread(self, kind="channel", people=(), name="") -> tuple[str, str]:
        """A thread in a channel of its own: a question, and the fact that answers it."""
        channel = self.work.client.open_channel(
            name or f"{self.folder.name}-{kind}", kind=kind, people=people
        )
        root = self.work.client.say(channel, QUESTION)
        self.work.client.say(channel, FACT, user="doyun" if not people else people[-1], thread_ts=root.ts)
        return channel, root.ts

    async def save(self, channel: str, thread: str) -> Outcome:
        return await self.knowledge.save(ME.team, channel, thread, "U0HANEUL")

    def rows(self) -> list[dict[str, object]]:
        files = (self.folder / "knowledge").glob("*/*.jsonl")
        return [json.loads(file.read_text("utf-8")) for file in sorted(files)]

    def found(self) -> set[str]:
        """The saved threads that a question finds."""
        return {name for name, _ in self.passages()}

    def indexed(self, words: str) -> bool:
        """Whether they stand in a passage of a saved thread."""
        return any(words in text for _, text in self.passages())

    def indexed_without(self, name: str, words: str) -> bool:
        """Whether the thread is found, and no passage of it has the words.

        One look for both: while a thread is indexed again, it stands in the index with neither text.
        """
        texts = [text for held, text in self.passages() if held == name]
        return bool(texts) and not any(words in text for text in texts)

    def passages(self) -> list[tuple[str, str]]:
        with closing(open_index(self.index)) as index:
            hits = index.search("창고 열쇠", 50)
        return [(h.passage.doc_id, h.passage.text) for h in hits if h.passage.doc_id.startswith("slack:")]

    async def until(self, condition) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.05)


@pytest.fixture
async def shelf(workplace, tmp_path) -> AsyncIterator[Shelf]:
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")
    database = Database(engine_of(tmp_path / "store.sqlite"))
    shelf = Shelf(workplace, tmp_path, database, None)  # type: ignore[arg-type]
    shelf.knowledge = shelf.new()
    await shelf.knowledge.start()
    yield shelf
    await shelf.knowledge.stop()
    await database.close()


def doc_id(channel, thread):
    return f"slack:{ME.team}:{channel}:{thread}"
