"""The bot as a process: the real one, with an answerer that looks for words in two passages.

Options come as one JSON object in the first argument: ``store``, ``folder``, ``limits``, ``delay``.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.errors import UserError
from rag.answering.refusals import MODEL_FAILED
from rag.types import EVERYTHING, Answer, Citation, Filter, Turn
from slackbot.assembly import Owner, Sources
from slackbot.config import Limits, SlackConfig
from slackbot.run import run_bot

PASSAGES = {
    "휴가": ("handbook/leave.md", "연차 휴가는 입사일을 기준으로 해마다 열다섯 날이 생깁니다."),
    "주차": (
        "handbook/parking.md",
        "방문 차량은 <!channel> <@U0DOYUN> <http://evil.test|안내> 지하 2층에 세웁니다.",
    ),
    "기나긴": ("handbook/long.md", "아주 긴 글입니다."),
    "두꺼운": ("handbook/book.md", "두꺼운 책입니다."),
}


CHAPTER = """## {n}장

{text}

```python
print("{n}번 보기")
```

| 이름 | 값 |
|---|---|
| {n}번 칸 | 가나다 |

"""
LONG = {
    "기나긴": "".join(f"{number}째 문장입니다. " for number in range(1, 1_500)),
    "두꺼운": "".join(CHAPTER.format(n=n, text="말을 모아 책을 만듭니다. " * 60) for n in range(1, 71)),
}


@dataclass(frozen=True)
class KeywordAnswerer:
    """Quotes the passage whose word occurs in the question, or in the person's turn before it.

    ``느리게`` in a question: the answer takes ``delay`` seconds. ``조금씩``: it comes in sentences, one
    each ``delay`` seconds; the file ``stopped`` is written when its iterator is closed before the end.
    While the file ``down`` is there, the model does not answer.
    """

    folder: Path
    delay: float = 0.0

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING
    ) -> Iterator[str | Answer]:
        if (self.folder / "down").exists():
            yield Answer("", (), True, MODEL_FAILED, {})
            return
        if "고장" in question:
            raise RuntimeError(question)
        if "느리게" in question:
            time.sleep(self.delay)
        if len(question) > 1_000:
            raise UserError("질문이 너무 깁니다.", fix="1,000자 안으로 줄여 주세요.")
        if "조금씩" in question:
            yield from self._slowly()
            return
        yield self._found(question, history)

    def _slowly(self) -> Iterator[str | Answer]:
        ended = False
        said = [f"{number}째 문장은 <!channel> 천천히 옵니다. [1] " for number in range(1, 6)]
        try:
            for sentence in said:
                time.sleep(self.delay)
                yield sentence
            ended = True
        finally:
            if not ended:
                (self.folder / "stopped").touch()
        yield Answer("".join(said), (_cited("휴가"),), False, "", {})

    def _found(self, question: str, history: Sequence[Turn]) -> Answer:
        earlier = [turn.text for turn in history if turn.role == "user"]
        for text in (question, *reversed(earlier)):
            for word, (_, passage) in PASSAGES.items():
                if word in text:
                    said = LONG.get(word, f"{passage} [1] (앞선 말 {len(history)}개)")
                    return Answer(said, (_cited(word),), False, "", {})
        return Answer("", (), True, "no passage", {})


def _cited(word: str) -> Citation:
    source, passage = PASSAGES[word]
    return Citation(1, f"{source}#0", source, passage, 0, len(passage), 1.0)


def main() -> int:
    options = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    for name in ("slack_sdk", "slack_bolt", "sqlalchemy.engine", "malmoi.slack.sdk"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    limits = Limits(**options.get("limits", {}))
    store = options["store"] if "://" in options["store"] else Path(options["store"])
    answerer = KeywordAnswerer(Path(options["folder"]), options.get("delay", 0.0))
    try:
        asyncio.run(run_bot(SlackConfig(), Sources(answerer), store=store, owner=Owner(limits=limits)))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
