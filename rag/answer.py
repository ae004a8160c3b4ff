"""Answers a question from an index, with citations that were checked, or says that it cannot.

A LangGraph graph, stateless per question: retrieve → is it covered? → generate → verify. The
thread's history is handed in, so conversations have one owner: whoever asks.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypedDict

from langchain_core.language_models import BaseChatModel
from langgraph.graph import END, START, StateGraph

import chat
from chat.questions import question_terms
from rag.citations import Verified, verify
from rag.prompt import build_messages
from rag.search import MAX_QUERY_CHARACTERS, Index, check_query, open_index
from rag.types import Answer, Hit, Turn

# Share of the question's terms that a passage must hold; benchmarks/refusal_gate.py shows what
# other values would let through.
COVERAGE_THRESHOLD: Final = 0.6
_PASSAGES: Final = 5
# A question with fewer terms than this leans on what was said before it ("그럼 반차는요?").
_TERMS_OF_A_WHOLE_QUESTION: Final = 3

NOT_IN_SOURCES: Final = "not_in_sources"
EMPTY_INDEX: Final = "empty_index"
UNSUPPORTED: Final = "unsupported_answer"

_REFUSALS: Final = {
    NOT_IN_SOURCES: (
        "가지고 있는 자료에서 이 질문의 답을 찾지 못했습니다. "
        "자료에 쓰였을 낱말로 바꾸어 물어보시거나, 답이 담긴 문서를 색인에 더해 주세요."
    ),
    EMPTY_INDEX: "색인에 아직 자료가 없습니다. 문서를 색인에 더한 뒤 다시 물어봐 주세요.",
    UNSUPPORTED: (
        "관련된 자료는 있지만, 자료의 문장으로 뒷받침되는 답을 만들지 못했습니다. "
        "무엇을 알고 싶은지 더 구체적으로 물어봐 주세요."
    ),
}


class _State(TypedDict, total=False):
    question: str
    history: Sequence[Turn]
    hits: Sequence[Hit]
    draft: str
    verified: Verified
    reason: str
    timings: dict[str, float]


class CitedAnswerer:
    """Answers from an index with a chat model; see `slackbot.answerer.Answerer`.

    Parameters
    ----------
    index
        Where the passages are.
    model
        Any chat model; it is given the passages and has to quote them.
    passages
        How many passages the model is given.
    threshold
        Least coverage of the question by one of the passages; below it the answer is a refusal.
    """

    def __init__(
        self,
        index: Index,
        model: BaseChatModel,
        *,
        passages: int = _PASSAGES,
        threshold: float = COVERAGE_THRESHOLD,
    ) -> None:
        self._index = index
        self._model = model
        self._passages = passages
        self._threshold = threshold
        self._graph = self._build()

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer ``question``; ``history`` holds the thread's earlier messages, oldest first.

        Raises
        ------
        ConfigurationError
            When the question is blank or longer than 2,000 characters.
        """
        started = time.perf_counter()
        asked = check_query(question)
        state = self._graph.invoke({"question": asked, "history": tuple(history), "timings": {}})
        timings = {**state["timings"], "total": time.perf_counter() - started}
        if state.get("reason"):
            reason = state["reason"]
            return Answer(_REFUSALS[reason], (), refused=True, reason=reason, timings=timings)
        verified = state["verified"]
        return Answer(verified.text, verified.citations, refused=False, reason="", timings=timings)

    def _build(self) -> Any:
        # Any: the declared node type does not know a state that is handed on in part.
        graph: Any = StateGraph(_State)
        for name, step in (
            ("retrieve", self._retrieve),
            ("generate", self._generate),
            ("verify", self._verify),
        ):
            graph.add_node(name, _timed(name, step))
        graph.add_edge(START, "retrieve")
        graph.add_conditional_edges("retrieve", _refused, {True: END, False: "generate"})
        graph.add_edge("generate", "verify")
        graph.add_edge("verify", END)
        return graph.compile()

    def _retrieve(self, state: _State) -> _State:
        question, history = state["question"], state["history"]
        hits = self._index.search(
            in_context(question, history), self._passages, question=_asked(question, history)
        )
        # What covers too little of the question must not answer it because another passage covers it.
        covering = [hit for hit in hits if hit.coverage >= self._threshold]
        if covering:
            return {"hits": covering}
        return {"hits": [], "reason": NOT_IN_SOURCES if self._index.passages else EMPTY_INDEX}

    def _generate(self, state: _State) -> _State:
        question, history = state["question"], state["history"]
        messages = build_messages(_asked(question, history), state["hits"], history)
        return {"draft": str(self._model.invoke(messages).text)}

    def _verify(self, state: _State) -> _State:
        verified = verify(state["draft"], state["hits"])
        return {"verified": verified} if verified.citations else {"reason": UNSUPPORTED}


def default_answerer(index_path: Path, chat_spec: str = chat.DEFAULT_SPEC) -> CitedAnswerer:
    """The answerer of an index with the chat model that the spec names."""
    return CitedAnswerer(open_index(index_path), chat.load(chat_spec))


def in_context(question: str, history: Sequence[Turn]) -> str:
    """The question, preceded by the asker's last one when it is too short to stand alone."""
    earlier = [turn.text.strip() for turn in history if turn.role == "user" and turn.text.strip()]
    if not earlier or len(question_terms([question])[0]) >= _TERMS_OF_A_WHOLE_QUESTION:
        return question
    combined = f"{earlier[-1]}\n{question}"
    return combined if len(combined) <= MAX_QUERY_CHARACTERS else question


def _asked(question: str, history: Sequence[Turn]) -> str:
    """What has to be covered and answered: the question itself if it names anything."""
    return question if question_terms([question])[0] else in_context(question, history)


def _refused(state: _State) -> bool:
    return "reason" in state


def _timed(name: str, step: Callable[[_State], _State]) -> Callable[[_State], _State]:
    def run(state: _State) -> _State:
        started = time.perf_counter()
        update = step(state)
        return {**update, "timings": {**state["timings"], name: time.perf_counter() - started}}

    return run
