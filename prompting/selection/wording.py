"""The prompts of the three tasks in Korean and English; demos are turns of the conversation.

With reasons (``cot``) a reply ends in a sentence that `prompting.selection.answers` reads. The papers ask
base models twice, for the reasons and then for the answer; a chat model gives both in one reply.
"""

from collections.abc import Sequence
from typing import Final

from curation.records import Message
from prompting.asking import Conversation
from prompting.judging import Language
from prompting.selection.choosing import leaks
from prompting.selection.types import Demo, Query, Task

_INSTRUCTIONS: Final = {
    "ko": {
        "cls": "다음 가운데 알맞은 것 하나만 그대로 쓰십시오: {labels}",
        "sfg": "질문에 짧게 답하십시오. 설명 없이 답만 쓰십시오.",
        "cot": "질문을 단계별로 차근차근 생각해 풀고, 마지막 문장을 '따라서 답은 …입니다.'로 끝내십시오.",
        "lfg": "요청에 맞는 글을 쓰십시오. 머리말이나 설명 없이 그 글만 쓰십시오.",
    },
    "en": {
        "cls": "Write exactly one of these that fits: {labels}",
        "sfg": "Answer the question in a few words. Write only the answer, no explanation.",
        "cot": "Let's think step by step. End with the sentence 'So the answer is ….'",
        "lfg": "Write the text that is asked for. Write only that text, no preamble.",
    },
}


def instruction_for(
    task: Task, labels: Sequence[str] = (), language: Language = "ko", *, cot: bool = False
) -> str:
    """Give the system message of a task; reasons are asked for with short answers only."""
    kind = "cot" if cot and task == "sfg" else task
    return _INSTRUCTIONS[language][kind].format(labels=", ".join(labels))


def prompt_for(
    task: Task,
    query: Query,
    demos: Sequence[Demo] = (),
    *,
    labels: Sequence[str] = (),
    language: Language = "ko",
    cot: bool = False,
    instruction: str = "",
) -> Conversation:
    """Give the conversation that asks a question: instruction, demos, question.

    A demo that shows the question itself is left out. ``instruction`` stands in place of ours.

    Examples
    --------
    >>> [turn.content for turn in prompt_for("sfg", Query("1", "대한민국의 수도는?"))]
    ['질문에 짧게 답하십시오. 설명 없이 답만 쓰십시오.', '대한민국의 수도는?']
    """
    said = instruction or instruction_for(task, labels, language, cot=cot)
    turns = [Message("system", said)]
    for demo in demos:
        if not leaks(demo, query):
            turns += [Message("user", demo.query), Message("assistant", demo.response)]
    return (*turns, Message("user", query.text))
