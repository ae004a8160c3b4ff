"""Settings of a call to a model server: what it is sent, and what it says to them."""

import pytest

from chat.openai_compatible import ServedChatModel
from chat.server_address import ServerAddress
from curation.errors import ConfigurationError, UserError
from tests.chat.scripted_server import DONE, END, START, event, says, streams

GOOD = streams(START, event("가"), END, DONE)
SETTINGS = ("temperature", "top_p", "top_k", "seed", "max_tokens", "stop")


def sent(server):
    return {name: server.requests[-1][name] for name in SETTINGS if name in server.requests[-1]}


@pytest.fixture
def model(server):
    return ServedChatModel(address=ServerAddress("m", server.url), max_tokens=50)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"temperature": 0, "max_tokens": 50}),
        (
            {"temperature": 0.7, "top_p": 0.9, "top_k": 20, "seed": 0, "max_tokens": 9, "stop": ["Q:"]},
            {"temperature": 0.7, "top_p": 0.9, "top_k": 20, "seed": 0, "max_tokens": 9, "stop": ["Q:"]},
        ),
        ({"temperature": 0.7, "top_p": 1.0, "top_k": 0}, {"temperature": 0.7, "max_tokens": 50}),
        ({"temperature": None, "max_tokens": None, "stop": None}, {"temperature": 0, "max_tokens": 50}),
    ],
)
def test_what_a_call_asks_for_is_sent_and_nothing_else(server, model, asked, expected):
    server.behaviours = [GOOD]
    assert model.invoke("?", **asked).text == "가"
    assert sent(server) == expected


async def test_an_event_loop_sends_the_same(server, model):
    server.behaviours = [GOOD]
    await model.ainvoke("?", temperature=0.7, seed=3, stop=["Q:"])
    assert sent(server) == {"temperature": 0.7, "seed": 3, "max_tokens": 50, "stop": ["Q:"]}


def test_a_server_that_knows_no_top_k_says_so(server, model):
    server.behaviours = [says(400, {"error": {"message": "Unrecognized request argument: top_k"}})]
    with pytest.raises(UserError, match="refused with 400: Unrecognized request argument: top_k"):
        model.invoke("?", temperature=1.0, top_k=3)
    assert len(server.requests) == 1


def test_a_wrong_setting_is_never_sent(server, model):
    with pytest.raises(ConfigurationError, match="temperature = -1"):
        model.invoke("?", temperature=-1)
    assert not server.requests
