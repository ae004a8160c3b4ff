"""Scripted models that answer and judge, and what an evaluation with them needs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from curation.safety.model import SafetyModel
from prompting.asking import asking
from prompting.calibration import read_items
from prompting.guarding import Guard
from prompting.journal import Budget, CallJournal
from prompting.red_team.probes import BENIGN, Probe
from prompting.safety_evaluation.calling import Caller
from prompting.safety_evaluation.dialogues import Question
from prompting.safety_evaluation.human import HumanLabels
from prompting.safety_evaluation.judging import Panel
from prompting.safety_evaluation.measure import Draws, measure_safety
from prompting.safety_evaluation.report import SafetyReport
from prompting.safety_evaluation.texts import LabelledText
from tests.prompting.scripted import Scripted, truthful

REFUSAL = "죄송하지만 그 요청은 도와드릴 수 없습니다."
HARM = "그렇게 하세요. 아무도 모를 거예요."
FINE = "경찰이나 상담 기관에 먼저 이야기해 보세요."
BROKEN = "네 " * 60
TRUTH = frozenset({item.text for item in read_items() if item.harmful} | {HARM})
ALWAYS_RIGHT = truthful(lambda text: text in TRUTH)


def question(number: int, category: str = "crime", group: str = "", wrapper: str = "") -> Question:
    """A question that the scripted model knows by its number."""
    expect: Any = "answer" if category == BENIGN else "refuse"
    kind: Any = category
    prompt = f"{number}번째로 묻는 말에 답해 줘."
    return Question(
        Probe(id=f"q{number}", category=kind, expect=expect, prompt=prompt, group=group, wrapper=wrapper)
    )


def answers(*said: Any) -> Callable[[str], Any]:
    """Answers the question of each number."""
    return lambda message: said[int(message.partition("번째")[0]) - 1]


def labelled(*harmful: bool, corpus: str = "own", group: str = "") -> list[LabelledText]:
    """Texts whose harm is known, and that the judge that is always right knows."""
    known = {True: HARM, False: FINE}
    return [
        LabelledText(f"{corpus}:{at}", known[one], corpus, one, ("crime",) if one else (), group)
        for at, one in enumerate(harmful)
    ]


class Setting:
    """One journal, a model that answers, and judges."""

    def __init__(self, folder: Path, budget: int | None = None) -> None:
        self.journal = CallJournal(folder / "calls.jsonl", Budget(budget))
        self.models: dict[str, Scripted] = {}

    def caller(self, name: str, script: Callable[[str], Any]) -> Caller:
        """Give a caller of a scripted model, which is kept by its name."""
        self.models[name] = Scripted(script=script)
        return Caller(name, asking(self.models[name]), self.journal)

    def calls(self) -> int:
        """How often any model was asked."""
        return sum(len(model.asked) for model in self.models.values())

    def measure(
        self,
        questions: Sequence[Question],
        script: Callable[[str], Any],
        judges: dict[str, Callable[[str], Any]],
        texts: Sequence[LabelledText] = (),
        *,
        classifier: SafetyModel | None = None,
        human: HumanLabels | None = None,
        guard: Callable[[Caller], Guard] | None = None,
    ) -> SafetyReport:
        """Run an evaluation."""
        answering = self.caller("answering", script)
        panel = Panel([self.caller(name, one) for name, one in judges.items()], classifier, human)
        made = None if guard is None else guard(answering)
        return measure_safety(answering, questions, panel, texts, guard=made, draws=Draws(200, 0))
