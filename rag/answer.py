"""Answers a question from an index, with citations that were checked, or says that it cannot.

A LangGraph graph, stateless per question: rewrite → retrieve → gate → generate → verify → repair or
refuse. Sentences are checked as the model writes them, so that each can be shown at once. The thread's
history is handed in, so conversations have one owner: whoever asks. One file because the nodes and the ways
between them are read together.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

import chat
from chat.extractive import ExtractiveChatModel
from curation.normalising.invisible import remove_invisible
from curation.records import Message
from rag.answering.evidence import Evidence, evidence_of
from rag.answering.refusals import (
    CUT_SHORT,
    EMPTY_INDEX,
    MODEL_FAILED,
    NOT_IN_SOURCES,
    REFUSALS,
    UNCLEAR_QUESTION,
    UNSUPPORTED,
    near_sources,
)
from rag.answering.rewrite import focus, in_context, leans_on, standalone
from rag.answering.writing import write
from rag.citations import Verified
from rag.prompt import build_messages, repair_messages
from rag.reranking import load_reranker
from rag.search import Index, check_query, open_index
from rag.types import EVERYTHING, Answer, Filter, Hit, Step, Turn

_PASSAGES: Final = 5


class _State(TypedDict, total=False):
    question: str
    history: Sequence[Turn]
    among: Filter
    cancelled: threading.Event
    query: str
    asked: str
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    messages: Sequence[BaseMessage]
    draft: str
    verified: Verified
    attempts: int
    failure: str
    reason: str
    trace: tuple[Step, ...]
    timings: Mapping[str, float]


class CitedAnswerer:
    """Answers from an index with a chat model; see `slackbot.answerer.Answerer`.

    Parameters
    ----------
    index
        Where the passages are.
    model
        Any chat model; it is given the passages and has to cite them.
    passages
        How many passages the model is given.
    demos
        Turns that show the form of an answer to a model that writes; they are never sources.
    """

    def __init__(
        self,
        index: Index,
        model: BaseChatModel,
        *,
        passages: int = _PASSAGES,
        demos: Sequence[Message] = (),
    ) -> None:
        self._index = index
        self._model = model
        self._passages = passages
        self._demos = tuple(demos)
        # Quoting needs no second attempt, and questions are not rewritten by quoting.
        self._writes = not isinstance(model, ExtractiveChatModel)
        self._graph = self._build()

    @property
    def index(self) -> Index:
        """Where the passages are."""
        return self._index

    @property
    def model(self) -> BaseChatModel:
        """The chat model that writes the answers."""
        return self._model

    def ask(self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING) -> Answer:
        """Answer ``question`` from the passages ``among`` admits; ``history``: earlier turns, oldest first.

        A model that fails gives the reason ``model_failed``: a refusal, or what was checked until then
        with a last line that says so.

        Raises
        ------
        ConfigurationError
            When the question is blank or longer than 2,000 characters.
        """
        answer: Answer | None = None
        for item in self.stream(question, history, among=among):
            if isinstance(item, Answer):
                answer = item
        assert answer is not None  # the last item is one
        return answer

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING
    ) -> Iterator[str | Answer]:
        """Like `ask`: give each sentence as soon as it is checked, and the answer that they make up.

        Closing the iterator ends the model's work with its next token.
        """
        asked = check_query(remove_invisible(question)[0])
        return self._stream(asked, tuple(history), among)

    def _stream(self, question: str, history: Sequence[Turn], among: Filter) -> Iterator[str | Answer]:
        started = time.perf_counter()
        first_token = 0.0
        cancelled = threading.Event()
        state: _State = {}
        given: _State = {
            "question": question,
            "history": history,
            "among": among,
            "cancelled": cancelled,
            "attempts": 0,
            "trace": (),
            "timings": {},
        }
        try:
            for mode, item in self._graph.stream(given, stream_mode=["custom", "values"]):
                if mode == "values":
                    state = item
                    continue
                first_token = first_token or time.perf_counter() - started
                yield item
        finally:
            cancelled.set()
        total = time.perf_counter() - started
        timings = {**state["timings"], "first_token": first_token or total, "total": total}
        reason, verified = state.get("reason", ""), state.get("verified", _NOTHING)
        stands = bool(verified.citations)
        closing = "" if stands and not reason else CUT_SHORT if stands else REFUSALS[reason]
        if reason == NOT_IN_SOURCES:
            closing = "\n\n".join(filter(None, (closing, near_sources(state["hits"]))))
        text = "\n\n".join(filter(None, (verified.text, closing)))
        if closing:
            yield text.removeprefix(verified.text)
        yield Answer(
            text, verified.citations, refused=not stands, reason=reason, timings=timings, trace=state["trace"]
        )

    def _build(self) -> Any:
        # Any: the declared node type does not know a state that is handed on in part.
        graph: Any = StateGraph(_State)
        for name, step in (
            ("rewrite", self._rewrite),
            ("retrieve", self._retrieve),
            ("gate", self._gate),
            ("generate", self._generate),
            ("verify", self._verify),
            ("repair", self._repair),
            ("refuse", _refuse),
        ):
            graph.add_node(name, _noted(name, step))
        graph.add_edge(START, "rewrite")
        graph.add_edge("rewrite", "retrieve")
        graph.add_edge("retrieve", "gate")
        graph.add_conditional_edges("gate", _refused, {True: "refuse", False: "generate"})
        graph.add_edge("generate", "verify")
        graph.add_conditional_edges(
            "verify", self._after_verify, {"repair": "repair", "refuse": "refuse", "end": END}
        )
        graph.add_edge("repair", "verify")
        graph.add_edge("refuse", END)
        return graph.compile()

    def _rewrite(self, state: _State) -> tuple[_State, list[str]]:
        question, history = state["question"], state["history"]
        asked = focus(question, history)
        if self._writes and leans_on(question, history):
            rewritten = standalone(self._model, question, history)
            if rewritten:
                return {"query": rewritten, "asked": asked}, [f"searched for: {rewritten}"]
        query = in_context(question, history)
        return {"query": query, "asked": asked}, ["with the question before it"] if query != question else []

    def _retrieve(self, state: _State) -> tuple[_State, list[str]]:
        hits = self._index.search(
            state["query"], self._passages, question=state["asked"], among=state["among"]
        )
        return {"hits": hits}, [f"{len(hits)} passages"]

    def _gate(self, state: _State) -> tuple[_State, list[str]]:
        if not any(character.isalnum() for character in state["question"]):
            return {"reason": UNCLEAR_QUESTION}, ["the question holds no word"]
        least, hits = self._index.ranking.gate, state["hits"]
        # What covers too little of the question must not answer it because another passage covers it.
        covering = [hit for hit in hits if hit.coverage >= least]
        notes = [f"{len(covering)} of {len(hits)} passages cover the question"]
        if not covering and self._writes and self._index.is_dense:
            # Asked in other words than the sources'. Quoting cannot tell that from a question that they
            # do not answer; a model that reads can, and what it writes is held against them.
            covering = [hit for hit in hits if hit.dense]
            notes = [f"no passage covers the question: the model reads {len(covering)} near in meaning"]
        if covering:
            evidence = [evidence_of(hit) for hit in covering]
            notes += [
                f"not shown: {len(one.cuts) // 2} places that speak to the model or are hidden, in {name}"
                for one in evidence
                if (name := one.hit.passage.source or one.hit.passage.doc_id) and one.cuts
            ]
            return {"evidence": evidence}, notes
        best = max((hit.coverage for hit in hits), default=0.0)
        notes = [f"the best passage covers {best:.2f} of the question, less than {least:.2f}"]
        return {"reason": NOT_IN_SOURCES if self._index.passages else EMPTY_INDEX}, notes

    def _generate(self, state: _State) -> tuple[_State, list[str]]:
        question = state["query"] if self._writes else state["asked"]
        messages = (
            build_messages(question, state["evidence"], state["history"], self._demos)
            if self._writes
            else build_messages(question, state["evidence"])
        )
        return self._write(state, messages)

    def _repair(self, state: _State) -> tuple[_State, list[str]]:
        faults = [f"{one.sentence}: {one.fault}" for one in state["verified"].removed]
        return self._write(state, repair_messages(state["messages"], state["draft"], faults))

    def _write(self, state: _State, messages: Sequence[BaseMessage]) -> tuple[_State, list[str]]:
        """Let the model write, and give on what stands as soon as it is checked."""
        written = write(
            self._model.stream(messages), state["evidence"], get_stream_writer(), state["cancelled"]
        )
        timings = dict(state["timings"])
        timings["verify"] = timings.get("verify", 0.0) + written.checking
        # What is left of the node's time is the model's.
        timings["generate"] = timings.get("generate", 0.0) - written.checking
        update: _State = {
            "messages": messages,
            "attempts": state["attempts"] + 1,
            "draft": written.draft,
            "verified": written.verified,
            "failure": written.failure,
            "timings": timings,
        }
        return update, [f"{len(written.draft):,} characters"]

    def _verify(self, state: _State) -> tuple[_State, list[str]]:
        verified = state["verified"]
        notes = [f"removed: {one.sentence!r}: {one.fault}" for one in verified.removed]
        notes.append(f"{len(verified.citations)} quotes stand")
        if state["failure"]:
            return {"reason": MODEL_FAILED}, [*notes, f"the model failed: {state['failure']}"]
        return {}, notes

    def _after_verify(self, state: _State) -> str:
        if state["verified"].citations:
            return "end"
        can_repair = self._writes and state["attempts"] == 1 and state["verified"].removed
        return "repair" if can_repair and not _refused(state) else "refuse"


_NOTHING: Final = Verified("", ())


def default_answerer(
    index_path: Path,
    chat_spec: str = chat.DEFAULT_SPEC,
    reranker_spec: str = "",
    demos: Sequence[Message] = (),
) -> CitedAnswerer:
    """The answerer of an index with the chat model, and the reranker if any, that the specs name."""
    return answerer_of(open_index(index_path, reranker=load_reranker(reranker_spec)), chat_spec, demos)


def answerer_of(index: Index, chat_spec: str, demos: Sequence[Message] = ()) -> CitedAnswerer:
    """The answerer of an open index with the chat model that the spec names."""
    model = chat.load(chat_spec)
    if isinstance(model, ExtractiveChatModel):
        model.nearness = index.nearness
    return CitedAnswerer(index, model, demos=demos)


def _refuse(state: _State) -> tuple[_State, list[str]]:
    reason = state.get("reason", UNSUPPORTED)
    return {"reason": reason}, [reason]


def _refused(state: _State) -> bool:
    return "reason" in state


def _noted(name: str, step: Callable[[_State], tuple[_State, list[str]]]) -> Callable[[_State], _State]:
    """A node: the step, its time, and what it decided."""

    def run(state: _State) -> _State:
        started = time.perf_counter()
        update, notes = step(state)
        timings = dict(update.get("timings", state["timings"]))
        node = "generate" if name == "repair" else name
        timings[node] = timings.get(node, 0.0) + time.perf_counter() - started
        trace = (*state["trace"], *(Step(name, note) for note in notes))
        return {**update, "timings": timings, "trace": trace}

    return run
