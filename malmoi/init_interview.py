"""The four questions of `malmoi init`; what is left empty gets what malmoi does by itself."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, get_args

from curation.errors import ConfigurationError

Care = Literal["groups", "personal", "harm"]
Slack = Literal["no", "mention", "roots", "threads"]
CARES: Final[tuple[str, ...]] = get_args(Care)
SLACK: Final[tuple[str, ...]] = get_args(Slack)
EXTRACTIVE: Final = "extractive"
_YES: Final = {"예": "mention", "네": "mention", "응": "mention", "yes": "mention", "y": "mention"}
_NO: Final = dict.fromkeys(("아니오", "아니요", "아니", "n"), "no")
# How keys and tokens begin that people may paste by mistake.
_SECRET: Final = re.compile(r"\b(xox[a-z]-|xapp-|sk-|hf_|ghp_)\w")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of a workspace; ``documents`` is absolute, or None where there are none yet."""

    documents: Path | None = None
    model: str = EXTRACTIVE
    slack: str = "no"
    careful: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the choices that are shown with numbers: what is written, and what it means."""

    name: str
    ko: str
    en: str
    choices: Mapping[str, str] = field(default_factory=dict)


Ask = Callable[[Question], str | None]
"""Asks one question; an empty answer takes what is usual, ``None`` ends the questions."""


def questions(models: Mapping[str, str]) -> tuple[Question, ...]:
    """The four; ``models`` are the specs that work here, with what each is."""
    return (
        Question(
            "documents",
            "문서는 어디에 있습니까? 폴더나 파일의 경로를 적으십시오. 아직 없으면 비워 둡니다.",
            "Where are your documents? A folder or a file; leave it empty if there are none yet.",
        ),
        Question(
            "model",
            "무엇이 답합니까? 번호를 적거나 모델을 직접 적으십시오.",
            "Which model answers? A number, or a spec of your own; empty: extractive.",
            models,
        ),
        Question(
            "slack",
            "슬랙에서 씁니까?",
            "Is Slack to be used? Empty: no.",
            {
                "no": "쓰지 않음 · not at all",
                "mention": "채널에서 부를 때만 답함 · in channels, only when it is mentioned",
                "roots": "채널의 새 질문에도 답함 · new questions in channels, too",
                "threads": "스레드의 모든 질문에 답함 · every question, in threads, too",
            },
        ),
        Question(
            "careful",
            "무엇을 조심해야 합니까? 번호를 쉼표로 이어 적으십시오. 없으면 비워 둡니다.",
            "What needs care? Numbers parted by commas; leave it empty for nothing.",
            {
                "groups": "볼 수 있는 사람이 정해진 문서가 있음 · some documents are for certain people only",
                "personal": "질문에 개인정보가 섞일 수 있음 · questions may hold personal data",
                "harm": "해로운 답이 나가서는 안 됨 · a harmful answer must not be shown",
            },
        ),
    )


def interview(asked: Sequence[Question], ask: Ask, complain: Callable[[str], None]) -> Wishes | None:
    """Ask everything; a wrong answer is complained of and asked for again. ``None``: it was broken off."""
    wishes = Wishes()
    for question in asked:
        while True:
            answer = ask(question)
            if answer is None:
                return None
            try:
                wishes = with_answer(wishes, question, answer)
            except ConfigurationError as error:
                complain(f"{error.what} {error.fix}".strip())
                continue
            break
    return wishes


def with_answer(wishes: Wishes, question: Question, answer: str) -> Wishes:
    """Take an answer in; an empty one changes nothing.

    Raises
    ------
    ConfigurationError
        When it cannot be meant, or looks like a key or token.
    """
    text = answer.strip()
    if not text:
        return wishes
    if _SECRET.search(text):
        raise ConfigurationError(
            "This looks like a key or token; it is not written down.",
            where=question.name,
            fix="Keys belong in the environment: the file will say in which variable.",
        )
    if question.name == "documents":
        return replace(wishes, documents=documents_at(text))
    if question.name == "model":
        return replace(wishes, model=_model(_chosen(question, text)))
    if question.name == "slack":
        named = _chosen(question, text).lower()
        return replace(wishes, slack=_one_of(SLACK, _YES.get(named, _NO.get(named, named)), "slack"))
    parts = [part for part in text.replace(",", " ").split() if part != "0"]
    told = [_one_of(CARES, _chosen(question, part), "careful") for part in parts]
    return replace(wishes, careful=tuple(one for one in CARES if one in told))


def documents_at(text: str) -> Path:
    """Give the absolute path of documents that are there.

    Raises
    ------
    ConfigurationError
        When there is nothing.
    """
    path = Path(text.strip("\"'")).expanduser().absolute()
    if not path.exists():
        raise ConfigurationError("There is no such folder or file.", where=text, fix="Check the path.")
    return path


def numbered(question: Question) -> Iterator[str]:
    """Lines that show the choices, where there are any."""
    for number, (name, about) in enumerate(question.choices.items(), 1):
        yield f"  {number} {name}  {about}"


def _chosen(question: Question, part: str) -> str:
    names = list(question.choices)
    return names[int(part) - 1] if part.isdecimal() and 1 <= int(part) <= len(names) else part


def _model(spec: str) -> str:
    import chat

    chat.leaves_machine(spec)  # says what is wrong with a spec
    kind = spec.partition(":")[0]
    if kind not in chat.installed():
        raise ConfigurationError(
            f"Packages for {kind} are not installed.", where="model", fix="See: malmoi doctor"
        )
    return spec


def _one_of(names: Sequence[str], given: str, where: str) -> str:
    if given not in names:
        raise ConfigurationError(
            f"{given!r} is none of these.", where=where, fix=f"One of {', '.join(names)}."
        )
    return given
