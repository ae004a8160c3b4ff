"""The bot as a process of its own: the real one, whose answerer repeats the question after a while.

Its options are one JSON object in the first argument: ``store`` (a file), ``limits`` (those of
`slackbot.config.Limits`), ``delay`` (seconds until the answer is whole), ``sentences`` (in how many
pieces it comes), ``profile`` (a file for what cProfile saw of the main thread).
"""

import asyncio
import cProfile
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.errors import UserError
from rag.types import EVERYTHING, Answer, Citation, Filter, Turn
from slackbot.assembly import Owner, Sources
from slackbot.config import Limits, SlackConfig
from slackbot.run import run_bot

PASSAGE = "연차 휴가는 입사일을 기준으로 해마다 열다섯 날이 생깁니다."
CITED = Citation(1, "handbook/leave.md#0", "handbook/leave.md", PASSAGE, 0, len(PASSAGE), 1.0)


@dataclass(frozen=True)
class Repeating:
    """Says the question and one passage, in ``sentences`` pieces that come in ``delay`` seconds."""

    delay: float
    sentences: int

    def stream(
        self, question: str, _history: Sequence[Turn] = (), *, among: Filter = EVERYTHING
    ) -> Iterator[str | Answer]:
        pieces = [f"({question}) 답의 {n}째 문장. " for n in range(1, self.sentences)] + [f"{PASSAGE} [1]"]
        for piece in pieces:
            time.sleep(self.delay / len(pieces))
            yield piece
        text = "".join(pieces)
        yield Answer(text if len(pieces) > 1 else f"({question}) {text}", (CITED,), False, "", {})


def main() -> int:
    options = json.loads(sys.argv[1])
    answerer = Repeating(options.get("delay", 0.0), options.get("sentences", 1))
    sources, owner = Sources(answerer), Owner(limits=Limits(**options.get("limits", {})))
    profile = cProfile.Profile()
    if options.get("profile"):
        profile.enable()
    try:
        asyncio.run(run_bot(SlackConfig(), sources, store=Path(options["store"]), owner=owner))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    finally:
        if options.get("profile"):
            profile.disable()
            profile.dump_stats(options["profile"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
