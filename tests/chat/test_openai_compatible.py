import asyncio
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from chat.errors import ModelBusyError, ModelUnavailableError
from chat.model_server import Patience
from chat.openai_compatible import ServedChatModel
from chat.server_address import ServerAddress
from curation.errors import ConfigurationError, UserError
from tests.chat.scripted_server import DONE, END, START, event, says, streams

GOOD = streams(START, event("연차는 "), event("15일입니다. [1]"), END, DONE)
USAGE = b'data: {"choices":[],"usage":{"total_tokens":9}}\n\n'
ANSWER = "연차는 15일입니다. [1]"


def model_of(server, **options):
    return ServedChatModel(address=ServerAddress("my-model", server.url), **options)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch):
    monkeypatch.setattr("chat.model_server._FIRST_PAUSE", 0.02)


def test_an_answer_is_streamed_and_the_request_is_what_servers_know(server):
    server.behaviours = [GOOD]
    messages = [SystemMessage("규칙"), HumanMessage("이전"), AIMessage("답"), HumanMessage("질문")]

    chunks = list(model_of(server).stream(messages, stop=["\n\n"]))

    assert [chunk.text for chunk in chunks] == ["연차는 ", "15일입니다. [1]", ""]
    assert chunks[-1].response_metadata["finish_reason"] == "stop"
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["messages"] == [
        {"role": "system", "content": "규칙"},
        {"role": "user", "content": "이전"},
        {"role": "assistant", "content": "답"},
        {"role": "user", "content": "질문"},
    ]
    assert {key: request[key] for key in ("model", "stream", "temperature", "stop")} == {
        "model": "my-model",
        "stream": True,
        "temperature": 0,
        "stop": ["\n\n"],
    }
    assert "Authorization" not in server.headers[0]


async def test_inside_an_event_loop_both_ways_of_asking_work(server):
    server.behaviours = [GOOD]
    assert (await model_of(server).ainvoke("?")).text == ANSWER
    assert model_of(server).invoke("?").text == ANSWER


@pytest.mark.parametrize(
    ("parts", "answer", "reason"),
    [
        ([event("a\u2028b\x85c"), END, DONE], "a\u2028b\x85c", "stop"),
        ([b": ping\n\n", event("가"), b"event: x\nid: 1\n\n", END, DONE], "가", "stop"),
        ([event("가").replace(b"\n", b"\r\n"), END], "가", "stop"),
        ([event("가")[:-2].replace(b"data: ", b"data:"), b"\n", END, DONE], "가", "stop"),
        ([event("가나")[:30], 0.02, event("가나")[30:], DONE], "가나", "stop"),
        ([event("가", reason="length"), USAGE, DONE], "가", "length"),
        ([event(reasoning_content="음…"), event("가"), END, DONE], "가", "stop"),
        ([event("<thi"), event("nk>음…</think>\n\n가"), event("나"), END, DONE], "가나", "stop"),
        ([event("<think>음…", reason="length"), DONE], "", "length"),
        ([END, DONE], "", "stop"),
    ],
    ids=["separators", "comments", "crlf no done", "no blank", "torn", "usage last", "thoughts",
         "thoughts aloud", "thoughts alone", "empty"],
)  # fmt: skip
def test_forms_of_streams_that_servers_use(server, parts, answer, reason):
    server.behaviours = [streams(*parts)]
    message = model_of(server).invoke("?")
    assert (message.text, message.response_metadata["finish_reason"]) == (answer, reason)


@pytest.mark.parametrize(
    "bad",
    [
        says(429, {"error": {"message": "slow down"}}),
        says(500),
        says(503, "loading"),
        streams(breaks=True),
        streams(START, breaks=True),
        streams(START),
    ],
    ids=["429", "500", "503", "cut before headers end", "cut after role", "ends after role"],
)
def test_what_may_pass_is_tried_again_while_nothing_was_shown(server, bad):
    server.behaviours = [bad, bad, GOOD]
    assert model_of(server).invoke("?").text == ANSWER
    assert len(server.requests) == 3


def test_it_is_not_tried_for_ever(server):
    server.behaviours = [says(503, {"error": {"message": "loading the\nmodel"}})]
    with pytest.raises(ModelUnavailableError) as caught:
        model_of(server).invoke("?")
    assert "asked 4 times: it answered 503: loading the model" in caught.value.what
    assert caught.value.where == server.url
    assert len(server.requests) == 4


@pytest.mark.timed
def test_the_time_that_a_server_asks_for_is_kept(server):
    server.behaviours = [says(429, Retry_After="1"), GOOD]
    begun = time.monotonic()
    assert model_of(server).invoke("?").text == ANSWER
    assert time.monotonic() - begun >= 1


def test_a_time_that_is_none_is_passed_over(server):
    server.behaviours = [says(429, Retry_After="Mon, 01 Jan 2020 00:00:00 +99999999999999999999"), GOOD]
    assert model_of(server).invoke("?").text == ANSWER


@pytest.mark.timed
def test_a_wait_beyond_the_whole_time_is_said_at_once(server):
    server.behaviours = [says(429, Retry_After="3600")]
    begun = time.monotonic()
    with pytest.raises(ModelUnavailableError, match="asks to wait 3600 seconds"):
        model_of(server).invoke("?")
    assert time.monotonic() - begun < 5
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("parts", "breaks", "what"),
    [
        ([START, event("연차는 ")], True, "broke off in the middle of its answer"),
        ([START, event("연차는 ")], False, "broke off in the middle of its answer"),
        (
            [event("연차는 "), b'data: {"error": {"message": "CUDA out of memory"}}\n\n'],
            False,
            "out of memory",
        ),
        ([event("연차는 "), b"data: {oops\n\n"], False, "something else than was agreed: {oops"),
        ([event("연차는 "), b"data: " + b"x" * (2 << 20)], False, "something else than was agreed"),
    ],
    ids=["cut", "ends", "error event", "no json", "endless line"],
)
def test_a_break_in_mid_answer_is_an_error_and_nothing_is_said_twice(server, parts, breaks, what):
    server.behaviours = [streams(*parts, breaks=breaks)]
    shown = []
    with pytest.raises(ModelUnavailableError, match=what) as caught:
        shown.extend(chunk.text for chunk in model_of(server).stream("?"))
    assert shown == ["연차는 "]
    assert caught.value.fix
    assert len(server.requests) == 1


def test_nobody_at_the_address_is_said_with_the_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = ServerAddress("m", f"http://127.0.0.1:{free.getsockname()[1]}/v1")
    with pytest.raises(ModelUnavailableError, match="asked 4 times: no connection") as caught:
        ServedChatModel(address=address).invoke("?")
    assert caught.value.where == address.url


@pytest.mark.timed
@pytest.mark.parametrize(
    ("parts", "patience", "seconds"),
    [
        ([START, 30.0], Patience(first=0.3), 0.3),
        ([b": ping\n\n", 0.2] * 100, Patience(first=0.5), 0.5),
        ([30.0], Patience(first=0.3), 0.3),
        ([event("가"), 30.0], Patience(between=0.3), 0.3),
        ([event("가"), 0.1] * 300, Patience(between=0.5, total=0.8), 0.8),
    ],
    ids=["role only", "pings only", "headers only", "silence after text", "endless answer"],
)
def test_each_wait_has_its_limit(server, parts, patience, seconds):
    server.behaviours = [streams(*parts)]
    begun = time.monotonic()
    with pytest.raises(ModelUnavailableError, match="nothing more in the time"):
        model_of(server, patience=patience).invoke("?")
    assert seconds <= time.monotonic() - begun < seconds + 2
    assert len(server.requests) == 1


@pytest.mark.timed
def test_a_refusal_that_never_ends_has_its_limit(server):
    server.behaviours = [streams(b'{"error": "no"', 30.0, status=400)]
    begun = time.monotonic()
    with pytest.raises(UserError, match="refused with 400"):
        model_of(server, patience=Patience(first=0.3)).invoke("?")
    assert 0.3 <= time.monotonic() - begun < 2.3


async def test_whoever_reads_slowly_loses_nothing(server):
    server.behaviours = [streams(START, event("가"), event("나"), event("다"), END, DONE)]
    found = ""
    async for chunk in model_of(server, patience=Patience(between=0.2)).astream("?"):
        found += chunk.text
        await asyncio.sleep(0.3)
    assert found == "가나다"


@pytest.mark.parametrize(
    ("status", "kind", "fix"),
    [
        (401, ConfigurationError, "Set MALMOI_OPENAI_API_KEY or OPENAI_API_KEY"),
        (404, ConfigurationError, "'my-model'"),
        (400, UserError, "says what it wants"),
        (307, UserError, "says what it wants"),
    ],
)
def test_a_refusal_is_final_and_says_what_to_do(server, status, kind, fix):
    server.behaviours = [says(status, {"error": {"message": "no"}}, Location="http://192.0.2.1/")]
    with pytest.raises(kind) as caught:
        model_of(server).invoke("?")
    assert f"refused with {status}: no" in caught.value.what
    assert fix in caught.value.fix
    assert len(server.requests) == 1


def test_the_key_goes_to_the_server_and_nowhere_else(server, monkeypatch, caplog):
    monkeypatch.setenv("OPENAI_API_KEY", "of-openai")
    monkeypatch.setenv("MALMOI_OPENAI_API_KEY", "sk-secret-key")
    server.behaviours = [GOOD, says(401, {"error": {"message": "wrong key sk-secret-key"}})]
    model = model_of(server)
    with caplog.at_level(logging.DEBUG):
        model.invoke("?")
        with pytest.raises(ConfigurationError) as caught:
            model.invoke("?")
    assert server.headers[0]["Authorization"] == "Bearer sk-secret-key"
    assert "wrong key <key>" in caught.value.what
    for text in (str(caught.value), repr(model), caplog.text):
        assert "sk-secret-key" not in text


def test_proxies_of_the_environment_are_not_for_private_servers(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.behaviours = [GOOD]
    assert model_of(server).invoke("?").text == ANSWER


def test_no_more_requests_at_a_time_than_allowed_and_none_lost(server):
    server.behaviours = [streams(START, 0.05, event("가"), END, DONE)]
    model = model_of(server, max_requests=2)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(model.invoke, ["?"] * 8))
    assert [answer.text for answer in answers] == ["가"] * 8
    assert server.most_open == 2


def test_who_waits_too_long_for_a_turn_is_told(server):
    server.behaviours = [streams(event("가"), 3.0, END, DONE)]
    model = model_of(server, max_requests=1, queue_seconds=0.1)
    stream = model.stream("?")
    next(stream)
    with pytest.raises(ModelBusyError):
        model.invoke("?")
    stream.close()
    server.behaviours = [GOOD]
    assert model.invoke("?").text == ANSWER


def test_closing_a_stream_closes_the_connection(server):
    server.behaviours = [streams(*[event("가"), 0.02] * 500)]
    stream = model_of(server).stream("?")
    next(stream)
    stream.close()
    for _ in range(200):
        if server.open == 0:
            break
        time.sleep(0.02)
    assert server.open == 0
    assert not [one for one in threading.enumerate() if "portal" in one.name]


async def test_cancelling_a_task_frees_its_turn(server):
    server.behaviours = [streams(event("가"), 30.0)]
    model = model_of(server, max_requests=1)
    task = asyncio.create_task(model.ainvoke("?"))
    while not server.requests:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.behaviours = [GOOD]
    assert (await model.ainvoke("?")).text == ANSWER
