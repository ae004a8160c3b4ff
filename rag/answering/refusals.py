"""Why there is no answer, and what the person who asked is told."""

from collections.abc import Sequence
from typing import Final

from prompting.checking import REFUSALS as UNSAFE
from rag.types import Hit

NOT_IN_SOURCES: Final = "not_in_sources"
EMPTY_INDEX: Final = "empty_index"
UNCLEAR_QUESTION: Final = "unclear_question"
UNSUPPORTED: Final = "unsupported_answer"
MODEL_FAILED: Final = "model_failed"
HARMFUL: Final = "harmful_answer"
"""A guard's: `rag.guarding`."""

REFUSALS: Final = {
    NOT_IN_SOURCES: (
        "가지고 있는 자료에서 이 질문의 답을 찾지 못했습니다. "
        "자료에 쓰였을 낱말로 바꾸어 물어보시거나, 답이 담긴 문서를 색인에 더해 주세요."
    ),
    EMPTY_INDEX: "색인에 아직 자료가 없습니다. 문서를 색인에 더한 뒤 다시 물어봐 주세요.",
    UNCLEAR_QUESTION: "무엇을 찾아야 할지 알 수 없는 질문입니다. 알고 싶은 것을 낱말로 적어 주세요.",
    UNSUPPORTED: (
        "관련된 자료는 있지만, 자료의 문장으로 뒷받침되는 답을 만들지 못했습니다. "
        "무엇을 알고 싶은지 더 구체적으로 물어봐 주세요."
    ),
    MODEL_FAILED: "답을 쓰는 모델이 응답하지 않아 답하지 못했습니다. 잠시 뒤에 다시 물어봐 주세요.",
    HARMFUL: UNSAFE["ko"],
}
# Stands below the sentences that were checked before the model failed.
CUT_SHORT: Final = (
    "답을 쓰는 모델이 도중에 멈추어, 여기까지만 확인된 내용입니다. 잠시 뒤에 다시 물어봐 주세요."
)

_NEAR: Final = 3


def near_sources(hits: Sequence[Hit]) -> str:
    """Where to look instead, one line a document; empty when nothing is near in meaning.

    No score tells a question in quite other words from one that the sources do not answer. A person
    who sees the names often can.
    """
    names: dict[str, str] = {}
    for hit in hits:
        passage = hit.passage
        name = ", ".join(filter(None, (passage.source or passage.title or passage.doc_id, passage.place)))
        if hit.dense:
            names.setdefault(passage.doc_id, " ".join(name.split()))
    if not names:
        return ""
    listed = "\n".join(f"- {name}" for name in list(names.values())[:_NEAR])
    return f"뜻이 가까운 자료는 다음과 같습니다.\n{listed}"
