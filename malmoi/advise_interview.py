"""The questions of `malmoi advise`, for whoever sits at a terminal; what is not known stays open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from rag.advice import State
from rag.advice.state import Problem

_KOREAN = {"예": "true", "네": "true", "응": "true", "아니오": "false", "아니요": "false", "아니": "false"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question for one field of the state; asked only where ``after`` is answered with something."""

    field: str
    ko: str
    en: str
    choices: tuple[str, ...] = ()
    after: str = ""


Ask = Callable[[Question], str | None]
"""Asks one question; an empty answer leaves it open, ``None`` ends the questions."""

YES_NO = ("예 yes", "아니오 no")
PROBLEMS = {
    "missing": "모르는 것이 있다",
    "outdated": "옛 내용을 말한다",
    "made-up": "지어낸다",
    "privacy": "보는 사람마다 볼 수 있는 것이 다르다",
    "style": "말투가 다르다",
    "format": "형식을 어긴다",
    "structure": "구조가 들쭉날쭉하다",
    "language": "분야의 말을 못 알아듣는다",
    "cost": "비싸다",
    "latency": "느리다",
}
QUESTIONS = (
    Question(
        "problems",
        "지금 답의 무엇이 문제입니까? 번호를 쉼표로 이어 적으십시오. 없으면 0.",
        "What is wrong with the answers? Numbers parted by commas; 0 for nothing.",
        tuple(f"{name} ({PROBLEMS[name]})" for name in get_args(Problem)),
    ),
    Question(
        "prompt_tried",
        "지시문과 예시 몇 개를 써서 평가 질문으로 시험해 보았습니까?",
        "Was a prompt with instructions and a few examples tried on evaluation questions?",
        YES_NO,
    ),
    Question(
        "documents", "알아야 할 내용이 담긴 문서는 몇 건입니까?", "How many documents hold what it must know?"
    ),
    Question(
        "facts_change",
        "그 내용은 얼마나 자주 바뀝니까?",
        "How often do these facts change?",
        ("never (그대로)", "yearly (해마다)", "monthly (달마다)", "weekly (주마다)", "daily (날마다)"),
    ),
    Question(
        "recall_at_5",
        "맞는 문단이 다섯 개 안에 드는 질문의 비율은? (recall@5, 0.8 또는 80%)",
        "Share of questions with a right passage among the first five? (malmoi eval retrieval)",
    ),
    Question(
        "retrieval_questions", "몇 개의 질문으로 쟀습니까?", "On how many questions?", after="recall_at_5"
    ),
    Question(
        "grounded",
        "답의 문장 가운데 근거가 있는 비율은?",
        "Share of the answers' sentences that their sources support? (malmoi eval answers)",
    ),
    Question(
        "refusal_accuracy",
        "답할 것은 답하고 모를 것은 거절한 비율은?",
        "Share of questions rightly answered or rightly refused? (malmoi eval answers)",
    ),
    Question("answer_questions", "몇 개의 질문으로 쟀습니까?", "On how many questions?", after="grounded"),
    Question(
        "style_score",
        "바라는 형식과 말투를 지킨 답의 비율은?",
        "Share of the answers in the wished form and tone?",
    ),
    Question(
        "prompt_tokens",
        "질문마다 함께 보내는 지시문과 예시는 몇 토큰입니까?",
        "How many tokens of instructions and examples go with every question?",
    ),
    Question("training_examples", "학습에 쓸 예시는 몇 건입니까?", "How many training examples are at hand?"),
    Question(
        "examples_written",
        "사람이 쓰거나 확인한 예시입니까? (그대로 모은 대화면 아니오)",
        "Were they written or checked by a person? (copied conversations: no)",
        YES_NO,
        after="training_examples",
    ),
    Question("tuned", "이미 학습(파인튜닝)한 모델입니까?", "Is the model fine-tuned already?", YES_NO),
    Question(
        "forgetting",
        "학습 뒤에 일반 질문에서 잃은 비율은?",
        "Share lost on general questions by tuning?",
        after="tuned",
    ),
)


def interview(ask: Ask, complain: Callable[[str], None]) -> State:
    """Ask all questions; a wrong answer is complained of and asked for again."""
    told: dict[str, Any] = {}
    for question in QUESTIONS:
        before = told.get(question.after)
        # A figure of zero is one, too; no examples are not to be asked about.
        if question.after and not before and not isinstance(before, float):
            continue
        if not _answer(question, ask, complain, told):
            break
    return State.model_validate(told)


def _answer(question: Question, ask: Ask, complain: Callable[[str], None], told: dict[str, Any]) -> bool:
    """Ask until there is an answer that can be used, or none; False ends the questions."""
    while True:
        answer = ask(question)
        if answer is None:
            return False
        if not answer.strip():
            return True
        try:
            read = State.model_validate({question.field: _plain(question, answer)})
        except ValidationError as error:
            complain(error.errors()[0]["msg"])
            continue
        told[question.field] = getattr(read, question.field)
        return True


def _plain(question: Question, answer: str) -> object:
    """Read numbers of choices, Korean yes and no, 80% and 1,200."""
    if question.field == "problems":
        parts = [part for part in answer.replace(",", " ").split() if part != "0"]
        return [_chosen(question, part) for part in parts]
    text = answer.strip()
    if question.choices:
        return _KOREAN.get(text, text) if question.choices is YES_NO else _chosen(question, text)
    number = text.replace(",", "")
    if number.endswith("%"):
        try:
            return float(number[:-1]) / 100
        except ValueError:
            return number
    return number


def _chosen(question: Question, part: str) -> str:
    names = [choice.partition(" ")[0] for choice in question.choices]
    return names[int(part) - 1] if part.isdecimal() and 1 <= int(part) <= len(names) else part


def numbered(question: Question) -> Iterator[str]:
    """Lines that show the choices, where there are any."""
    if question.choices is YES_NO:
        yield f"  {' / '.join(YES_NO)}"
        return
    for number, choice in enumerate(question.choices, 1):
        yield f"  {number} {choice}"
