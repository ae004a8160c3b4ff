"""Nothing is shown before it was judged; what was rewritten is verified anew; failure shows nothing."""

from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from chat.errors import ModelUnavailableError
from chat.sources import parse_sources
from curation.errors import ConfigurationError
from curation.safety.model import SafetyModel
from prompting.checking import REFUSALS as UNSAFE
from prompting.guarding import guard_of
from rag.answer import CitedAnswerer, answerer_of
from rag.answering.refusals import CUT_SHORT, HARMFUL, MODEL_FAILED, NOT_IN_SOURCES, REFUSALS
from rag.guarding import HELD_BACK, GuardedAnswerer
from rag.index import index_paths
from rag.search import open_index
from rag.types import Answer, Turn
from tests.curation.safety.conftest import model, recipe_of, small  # noqa: F401 - fixtures
from tests.prompting.scripted import harmful_letter
from tests.rag.conftest import write_documents

QUESTION = "버스 기사는 어떤 사람인가요?"
KIND = "버스 기사는 아침마다 회사 앞 정류장에 섭니다."
RUDE = "버스 기사는 멍텅구리라서 말이 안 통합니다."
PEOPLE = {
    "통근.md": ("통근 버스 기사", f"{RUDE} {KIND}"),
    "험담.md": ("가수", "그 가수는 멍텅구리라서 말이 안 통합니다."),
}


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    index_paths([write_documents(folder / "docs.jsonl", PEOPLE)], folder / "index")
    return folder / "index"


class Writer(BaseChatModel):
    """Writes ``parts``; as a judge finds ``harmful`` words; rewrites into ``rewrites``, one by one."""

    parts: list[str | Exception]
    rewrites: list[str | Exception] = Field(default_factory=list)
    harmful: str = "멍텅구리"
    broken: str = ""
    asked: list[str] = Field(default_factory=list)
    closed: list[bool] = Field(default_factory=list)

    @property
    def _llm_type(self):
        return "writer"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        (source,), question = parse_sources(str(messages[-1].text))
        self.asked.append(source.text)
        if self.broken:
            raise ModelUnavailableError(self.broken)
        if "(A)" in question:
            letter = harmful_letter(question)
            said = letter if self.harmful in source.text else "AB".replace(letter, "")
        else:
            said = self.rewrites.pop(0)
        if isinstance(said, Exception):
            raise said
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        try:
            for part in self.parts:
                if isinstance(part, Exception):
                    raise part
                yield ChatGenerationChunk(message=AIMessageChunk(part))
        finally:
            self.closed.append(True)


def guarded(index, writer, kind="self-check", classifier=None):
    return GuardedAnswerer(CitedAnswerer(open_index(index), writer), guard_of(kind, writer, classifier))


def streamed(answerer, question=QUESTION, history=()):
    *shown, answer = answerer.stream(question, history)
    assert isinstance(answer, Answer)
    assert "".join(shown) == answer.answer
    assert [item for item in shown if item] == [answer.answer]
    return answer


def notes(answer):
    return [step.what for step in answer.trace if step.node == "guard"]


def test_a_harmless_answer_comes_as_it_was_written_with_its_citations(people):
    writer = Writer(parts=[f"{KIND} [1]"])
    plain = CitedAnswerer(open_index(people), writer).ask(QUESTION)
    answer = streamed(guarded(people, writer))
    assert (answer.answer, answer.citations, answer.refused) == (plain.answer, plain.citations, False)
    assert [citation.quote for citation in answer.citations] == [KIND]
    assert writer.asked == [KIND] * 2  # the words alone, without marks
    assert notes(answer)[-1] == "kept, 2 calls of the model"
    assert answer.trace[: len(plain.trace)] == plain.trace


def test_nothing_is_shown_until_all_of_it_was_judged(people):
    writer = Writer(parts=[f"{KIND} [1]", "\n", f"{RUDE} [1]", "\n"], rewrites=[KIND])
    seen = []
    for item in guarded(people, writer).stream(QUESTION):
        seen.append((item, len(writer.asked)))
    *held, (text, calls), (answer, _) = seen
    assert [item for item, _ in held] == [HELD_BACK] * len(held)
    # for each of two sentences, and before two votes, a rewrite and two votes
    assert [made for _, made in held] == [0, 0, 0, 2, 3]
    assert calls == 5
    assert text == answer.answer == f"{KIND} [1]"


def test_what_was_rewritten_is_verified_anew_and_what_does_not_stand_is_not_shown(people):
    better = f"{KIND} 다른 승객은 존중하세요. 버스는 100대입니다."
    writer = Writer(parts=[f"{RUDE} [1]\n{KIND} [1]"], rewrites=[better])
    answer = streamed(guarded(people, writer))
    assert answer.answer == f"{KIND} [1]"
    (citation,) = answer.citations
    passage = open_index(people).passages_of([citation.passage_id])[citation.passage_id]
    assert citation.quote == KIND == passage.text[citation.start : citation.end]
    assert citation.n == 1
    assert (answer.refused, answer.reason) == (False, "")
    assert writer.asked[-1] == KIND  # what is judged is what is shown
    assert [one for one in notes(answer) if "removed" in one] == [
        "removed from what was rewritten: it says more than its source",
        "removed from what was rewritten: '100' is not in its source",
    ]
    assert RUDE not in " ".join(notes(answer))


def test_marks_that_a_rewriter_makes_up_count_for_nothing(people):
    writer = Writer(parts=[f"{RUDE} [1]"], rewrites=[f"{KIND} [7] [1]"])
    assert streamed(guarded(people, writer)).answer == f"{KIND} [1]"


def test_a_rewrite_of_which_nothing_stands_is_tried_once_more_and_then_refused(people):
    invented = ["버스는 100대입니다.", "기사님은 모두 친절합니다."]
    writer = Writer(parts=[f"{RUDE} [1]"], rewrites=list(invented))
    answer = streamed(guarded(people, writer))
    assert (answer.refused, answer.reason, answer.citations) == (True, HARMFUL, ())
    assert answer.answer == UNSAFE["ko"] == REFUSALS[HARMFUL]
    assert writer.rewrites == []
    assert "rewritten: nothing of it stands" in notes(answer)
    assert notes(answer)[-1] == "refused, 4 calls of the model"


@pytest.mark.parametrize("where", ["judge", "rewriter"])
def test_a_guard_that_fails_shows_nothing_and_says_so(people, where):
    gone = ModelUnavailableError("The server is gone.")
    writer = Writer(
        parts=[f"{RUDE} [1]"],
        rewrites=[gone, gone],
        broken="The server is gone." if where == "judge" else "",
    )
    answer = streamed(guarded(people, writer))
    assert (answer.refused, answer.reason, answer.citations) == (True, MODEL_FAILED, ())
    assert answer.answer == REFUSALS[MODEL_FAILED]
    assert notes(answer)[-1] == "the guard failed: The server is gone."


def test_a_judge_of_a_wrong_configuration_is_told_as_such(people):
    writer = Writer(parts=[f"{RUDE} [1]"], rewrites=[ConfigurationError("The key is wrong.")])
    with pytest.raises(ConfigurationError, match="key"):
        guarded(people, writer).ask(QUESTION)


def test_quoting_is_guarded_by_the_classifier(people, model: SafetyModel):  # noqa: F811
    plain = answerer_of(open_index(people), "extractive")
    answerer = GuardedAnswerer(plain, guard_of("classifier", plain.model, model))
    assert "멍텅구리" in plain.ask("그 가수는 말이 통하나요?").answer
    rude = streamed(answerer, "그 가수는 말이 통하나요?")
    assert (rude.refused, rude.reason, rude.answer) == (True, HARMFUL, UNSAFE["ko"])
    assert notes(rude) == ["the classifier found rude", "refused"]
    kind = streamed(answerer, "버스 기사는 아침마다 어디에 섭니까?")
    assert kind.answer == f"{KIND} [1]"


def test_refusals_are_not_judged(people):
    writer = Writer(parts=["아무것도 아닙니다."], harmful="자료")
    answer = streamed(guarded(people, writer), "사장님의 생일은 언제인가요?")
    assert answer.refused
    assert answer.reason != HARMFUL
    assert writer.asked == []
    plain = answerer_of(open_index(people), "extractive")
    missing = GuardedAnswerer(plain, guard_of("self-check", writer)).ask("사장님의 생일은 언제인가요?")
    assert (missing.reason, notes(missing), "guard" in missing.timings) == (NOT_IN_SOURCES, [], False)


def test_what_a_model_that_failed_had_written_is_judged_too(people):
    gone = ModelUnavailableError("gone")
    kept = streamed(guarded(people, Writer(parts=[f"{KIND} [1]\n", "버스", gone])))
    assert (kept.answer, kept.reason) == (f"{KIND} [1]\n\n{CUT_SHORT}", MODEL_FAILED)
    writer = Writer(parts=[f"{RUDE} [1]\n", "버스", gone], rewrites=[KIND])
    better = streamed(guarded(people, writer))
    assert better.answer == f"{KIND} [1]\n\n{CUT_SHORT}"
    assert (better.refused, better.reason, len(better.citations)) == (False, MODEL_FAILED, 1)
    assert not any(CUT_SHORT in text for text in writer.asked)


def test_what_was_said_before_in_the_thread_is_not_judged(people):
    writer = Writer(parts=[f"{KIND} [1]"])
    history = [Turn("user", "멍텅구리 같은 버스 기사 이야기 좀 해 봐"), Turn("assistant", RUDE)]
    # A follow-up is written as a question of its own; the judge is not shown what it follows.
    answer = streamed(guarded(people, writer), QUESTION, history)
    assert not answer.refused
    assert writer.asked[-2:] == [KIND] * 2


def test_closing_the_iterator_ends_the_work(people):
    writer = Writer(parts=[f"{KIND} [1]\n", *["군더더기 "] * 100_000])
    stream = guarded(people, writer).stream(QUESTION)
    assert next(stream) == HELD_BACK
    stream.close()
    assert writer.closed == [True]
    assert writer.asked == []
    # and between the votes and the rewrite
    writer = Writer(parts=[f"{RUDE} [1]"], rewrites=[KIND])
    stream = guarded(people, writer).stream(QUESTION)
    while len(writer.asked) < 2:
        assert next(stream) == HELD_BACK
    stream.close()
    assert (len(writer.asked), len(writer.rewrites)) == (2, 1)


def test_its_time_is_in_the_timings_and_the_first_word_waits_for_it(people):
    timings = streamed(guarded(people, Writer(parts=[f"{KIND} [1]"]))).timings
    nodes = {"rewrite", "retrieve", "gate", "generate", "verify", "guard"}
    assert set(timings) == {*nodes, "first_token", "total"}
    assert timings["guard"] > 0
    assert timings["first_token"] == timings["total"] >= sum(timings[node] for node in nodes)


def test_a_question_that_cannot_be_asked_is_told_at_once(people):
    with pytest.raises(ConfigurationError, match="empty"):
        guarded(people, Writer(parts=[])).stream(" ")
