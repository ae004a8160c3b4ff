"""Answers that are known beforehand, and the passages that they cite."""

from collections.abc import Mapping, Sequence

from rag.types import EVERYTHING, Answer, Citation, Filter, Passage, Turn

LEAVE = "연차 휴가는 1년을 채우면 16일이 됩니다."
PAY = "급여는 매달 25일에 들어옵니다."
PARKING = "주차 자리는 분기마다 추첨합니다."
_TEXTS = {"연차": LEAVE, "급여": PAY, "주차": PARKING}


class Held:
    """An index of three passages, each the only one of its document."""

    def passages_of(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        return {
            one: Passage(one, f"{one.removesuffix('#0')}.md", "", "", text, 0, len(text))
            for one in passage_ids
            if (text := _TEXTS.get(one.removesuffix("#0")))
        }


class Scripted:
    """Gives the answer that is written for a question."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def ask(self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING) -> Answer:
        self.asked.append(question)
        return self._answers[question]


def answer(text: str, *names: str, first_token: float = 0.0) -> Answer:
    """An answer that cites the whole passages ``names``, in order."""
    citations = [
        Citation(n, f"{name}#0", f"{name}.md", _TEXTS[name], 0, len(_TEXTS[name]), 1.0)
        for n, name in enumerate(names, 1)
    ]
    return Answer(text, tuple(citations), refused=False, reason="", timings={"first_token": first_token})


def refusal(reason: str = "not_in_sources") -> Answer:
    return Answer("답을 찾지 못했습니다.", (), refused=True, reason=reason, timings={})
