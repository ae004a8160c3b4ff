import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat.errors import ModelUnavailableError
from chat.openai_compatible import ServedChatModel
from chat.server_address import ServerAddress
from curation.errors import ConfigurationError, UserError
from curation.records import Message
from prompting.asking import aask, asking, sampling
from tests.chat.scripted_server import DONE, END, ScriptedServer, event, says, streams
from tests.prompting.scripted import Scripted


def conversations(*questions):
    return [(Message("system", "짧게 답하십시오."), Message("user", question)) for question in questions]


class Noting(Scripted):
    """Keeps the settings of every call, and how many were asked at a time."""

    def __init__(self, script):
        super().__init__(script=script)
        self._calls, self._now, self._most, self._lock = [], 0, 0, threading.Lock()

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        with self._lock:
            self._calls.append({"stop": stop, **kwargs})
            self._now += 1
            self._most = max(self._most, self._now)
        try:
            return super()._generate(messages, stop, run_manager, **kwargs)
        finally:
            with self._lock:
                self._now -= 1


def test_each_conversation_is_asked_with_its_seed_and_answered_in_its_place():
    model = Noting(lambda question: f"{question}!")
    sample = sampling(model, temperature=0.7, max_tokens=128, stop=("Q:", "\n\n"), top_p=0.9)
    assert list(sample(conversations("하나", "둘", "셋"), [7, 7, 9])) == ["하나!", "둘!", "셋!"]
    assert [messages[0].content for messages in model.asked] == ["짧게 답하십시오."] * 3
    same = {"temperature": 0.7, "max_tokens": 128, "top_p": 0.9, "stop": ["Q:", "\n\n"]}
    assert sorted(model._calls, key=lambda call: call["seed"]) == [
        {"seed": seed, **same} for seed in (7, 7, 9)
    ]


def test_at_most_eight_are_asked_at_once():
    def slowly(question):
        time.sleep(0.02)
        return question

    model = Noting(slowly)
    asked = [str(number) for number in range(30)]
    assert sampling(model, temperature=1.0)(conversations(*asked), range(30)) == asked
    assert 2 <= model._most <= 8


def test_a_failure_is_the_reply_of_its_conversation_alone():
    busy = ModelUnavailableError("no answer")
    model = Scripted(script=lambda question: busy if question == "둘" else question)
    assert sampling(model, temperature=0.7)(conversations("하나", "둘", "셋"), [1, 2, 3]) == [
        "하나",
        busy,
        "셋",
    ]


def test_a_model_that_cannot_be_used_is_asked_no_more():
    def refuse(question):
        time.sleep(0.01)
        return ConfigurationError("no such model")

    model = Scripted(script=refuse)
    with pytest.raises(ConfigurationError, match="no such model"):
        sampling(model, temperature=0.7)(conversations(*map(str, range(200))), range(200))
    assert len(model.asked) < 100


def test_our_own_mistakes_are_not_replies():
    model = Scripted(script=lambda question: ZeroDivisionError("ours"))
    with pytest.raises(ZeroDivisionError):
        sampling(model, temperature=0.7)(conversations("하나"), [1])


def test_as_many_seeds_as_conversations():
    with pytest.raises(ValueError, match="shorter"):
        sampling(Scripted(script=str), temperature=0.7)(conversations("하나", "둘"), [1])


def test_no_conversations_are_no_calls():
    model = Scripted(script=str)
    assert list(sampling(model, temperature=0.7)([], [])) == []
    assert not model.asked


def test_quoting_cannot_be_sampled():
    import chat

    with pytest.raises(ConfigurationError, match="takes no temperature"):
        sampling(chat.load("extractive"), temperature=0.7)(conversations("하나"), [1])


@pytest.fixture
def server():
    with ScriptedServer() as running:
        yield running


def test_a_server_is_sent_the_settings_and_its_errors_are_replies(server, monkeypatch):
    monkeypatch.setattr("chat.model_server._FIRST_PAUSE", 0.01)
    server.behaviours = [
        streams(event("가"), END, DONE),
        says(400, {"error": {"message": "too long"}}),
        streams(event("나"), breaks=True),
    ]
    model = ServedChatModel(address=ServerAddress("m", server.url), max_requests=1)
    sample = sampling(model, temperature=0.7, stop=["Q:"], max_tokens=5)
    replies = [
        *sample(conversations("하나"), [1]),
        *sample(conversations("둘"), [2]),
        *sample(conversations("셋"), [3]),
    ]
    assert replies[0] == "가"
    assert isinstance(replies[1], UserError)
    assert "too long" in replies[1].what
    assert isinstance(replies[2], ModelUnavailableError)
    assert "middle of its answer" in replies[2].what
    names = ("temperature", "seed", "max_tokens", "stop", "top_p")
    assert [[request.get(name) for name in names] for request in server.requests] == [
        [0.7, seed, 5, ["Q:"], None] for seed in (1, 2, 3)
    ]


class Narrow(Noting):
    """Turns away who waits for more than its two places."""

    max_requests: int = 2


def test_no_more_are_asked_at_once_than_the_model_takes():
    questions = [str(number) for number in range(12)]
    model = Narrow(lambda question: time.sleep(0.01) or question)
    sample = sampling(model, temperature=0.7)
    # As the journal does: each of eight threads asks for one.
    with ThreadPoolExecutor(8) as threads:
        drawn = threads.map(lambda one: sample(conversations(one), [0])[0], questions)
        assert list(drawn) == questions
    assert asking(model)(conversations(*questions)) == questions
    assert asyncio.run(aask(model, conversations(*questions))) == questions
    assert model._most <= 2


def test_a_model_in_this_process_draws_the_same_whoever_is_asked_beside(tmp_path):
    pytest.importorskip("transformers", reason="needs malmoi[models]")
    from chat.transformers_model import TransformersChatModel
    from tests.chat.tiny_model import save_model

    model = TransformersChatModel(source=str(save_model(tmp_path)))
    asked = conversations(*[f"연차 {'휴가 ' * number}?" for number in range(12)])
    sample = sampling(model, temperature=8.0, max_tokens=12)
    together = sample(asked, range(12))
    assert [sample([one], [seed])[0] for seed, one in enumerate(asked)] == together
    assert sample(asked[::-1], range(11, -1, -1)) == together[::-1]
    assert sample(asked, range(1, 13)) != together
    greedy = sampling(model, temperature=0, max_tokens=12)
    assert greedy(asked, range(12)) == greedy(asked, range(12, 24))
    assert greedy(asked[:2], [0, 0]) == asking(model.bind(max_tokens=12))(asked[:2])
