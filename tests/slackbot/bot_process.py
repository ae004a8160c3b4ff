"""The bot as a process: the real one, with an answerer that looks for words in two passages.

Options come as one JSON object in the first argument: ``store``, ``limits``, ``delay``.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.errors import UserError
from rag.types import Answer, Citation, Turn
from slackbot.config import Limits, SlackConfig
from slackbot.run import run_bot

PASSAGES = {
    "휴가": ("handbook/leave.md", "연차 휴가는 입사일을 기준으로 해마다 열다섯 날이 생깁니다."),
    "주차": (
        "handbook/parking.md",
        "방문 차량은 <!channel> <@U0DOYUN> <http://evil.test|안내> 지하 2층에 세웁니다.",
    ),
    "기나긴": ("handbook/long.md", "아주 긴 글입니다."),
}


@dataclass(frozen=True)
class KeywordAnswerer:
    """Quotes the passage whose word occurs in the question, or in the person's turn before it."""

    delay: float = 0.0

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        if "고장" in question:
            raise RuntimeError(question)
        if "느리게" in question:
            time.sleep(self.delay)
        if len(question) > 1_000:
            raise UserError("질문이 너무 깁니다.", fix="1,000자 안으로 줄여 주세요.")
        earlier = [turn.text for turn in history if turn.role == "user"]
        for text in (question, *reversed(earlier)):
            for word, (source, passage) in PASSAGES.items():
                if word in text:
                    return self._quoted(word, source, passage, len(history))
        return Answer("", (), True, "no passage", {})

    def _quoted(self, word: str, source: str, passage: str, turns: int) -> Answer:
        said = f"{passage} [1] (앞선 말 {turns}개)"
        if word == "기나긴":
            said = "".join(f"{number}째 문장입니다. " for number in range(1, 1_500))
        citation = Citation(1, f"{source}#0", source, passage, 0, len(passage), 1.0)
        return Answer(said, (citation,), False, "", {})


def main() -> int:
    options = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    for name in ("slack_sdk", "slack_bolt", "sqlalchemy.engine", "malmoi.slack.sdk"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    limits = Limits(**options.get("limits", {}))
    answerer = KeywordAnswerer(options.get("delay", 0.0))
    try:
        asyncio.run(run_bot(SlackConfig(), answerer, store=Path(options["store"]), limits=limits))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
