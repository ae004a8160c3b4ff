import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
import psutil
import pytest
from langchain_core.messages import HumanMessage

pytest.importorskip("transformers", reason="needs malmoi[models]")

import chat
from chat.errors import ModelBusyError, ModelUnavailableError
from chat.transformers_model import TransformersChatModel
from curation.errors import ConfigurationError, UserError
from tests.chat.tiny_model import save_model, save_tokenizer

QUESTIONS = [f"{'연차 휴가는 ' * n}며칠인가요?" for n in range(1, 9)]


@pytest.fixture(scope="module")
def model(tiny):
    return TransformersChatModel(source=str(tiny), max_new_tokens=32)


@pytest.fixture(scope="module")
def alone(model):
    return [model.invoke(question).text for question in QUESTIONS]


def test_equal_questions_get_equal_answers_that_say_how_they_ended(model, alone):
    answer = model.invoke(QUESTIONS[0])
    assert answer.text == alone[0] != alone[1]
    assert answer.response_metadata["finish_reason"] == "length"
    assert answer.usage_metadata["output_tokens"] == 32


def test_what_is_streamed_adds_up_without_broken_characters(model, alone):
    pieces = [chunk.text for chunk in model.stream(QUESTIONS[2])]
    assert "".join(pieces) == alone[2]
    assert len(pieces) > 3
    assert "\ufffd" not in alone[2]


def test_eight_questions_at_once_are_all_answered_as_alone(model, alone):
    with ThreadPoolExecutor(8) as threads:
        assert [answer.text for answer in threads.map(model.invoke, QUESTIONS)] == alone


async def test_eight_questions_of_one_event_loop_too(model, alone):
    answers = await asyncio.gather(*(model.ainvoke(question) for question in QUESTIONS))
    assert [answer.text for answer in answers] == alone


def test_a_stop_string_ends_the_answer_before_it(model, alone):
    stop = alone[0][8:11]
    answer = model.invoke(QUESTIONS[0], stop=[stop])
    assert answer.text == alone[0][: alone[0].index(stop)]
    assert answer.response_metadata["finish_reason"] == "stop"


def idle(model):
    for _ in range(6000):
        if not model._loaded.batcher._working:
            return True
        time.sleep(0.01)
    return False


def test_closing_a_stream_frees_its_row_and_its_place(tiny, alone):
    model = TransformersChatModel(source=str(tiny), max_new_tokens=400, max_batch_rows=1, max_requests=1)
    stream = model.stream(QUESTIONS[0])
    next(stream)
    stream.close()
    assert idle(model)
    assert model._gate._free == 1


async def test_cancelling_a_task_frees_its_row_and_its_place(tiny):
    model = TransformersChatModel(source=str(tiny), max_new_tokens=400, max_batch_rows=1, max_requests=1)
    begun = asyncio.Event()

    async def ask():
        async for _ in model.astream(QUESTIONS[0]):
            begun.set()

    task = asyncio.create_task(ask())
    await asyncio.wait_for(begun.wait(), 120)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert idle(model)
    assert model._gate._free == 1


def test_one_too_many_is_told_that_the_model_is_busy(tiny):
    model = TransformersChatModel(source=str(tiny), max_new_tokens=200, max_requests=1, patience=0.05)
    stream = model.stream(QUESTIONS[0])
    next(stream)
    with pytest.raises(ModelBusyError, match="answering 1 questions"):
        model.invoke(QUESTIONS[1])
    stream.close()
    assert model.invoke(QUESTIONS[1]).text


def test_one_that_goes_and_one_that_fails_leave_the_others_alone(model, alone):
    def leaves() -> None:
        stream = model.stream(QUESTIONS[0])
        next(stream)
        stream.close()

    def fails() -> None:
        with pytest.raises(UserError, match="the model takes"):
            model.invoke("가" * 3000)

    troubles = [threading.Thread(target=one) for one in (leaves, fails)]
    with ThreadPoolExecutor(8) as threads:
        for trouble in troubles:
            trouble.start()
        found = list(threads.map(model.invoke, QUESTIONS))
    for trouble in troubles:
        trouble.join(120)
    assert [answer.text for answer in found] == alone


def test_weights_out_of_step_with_the_tokenizer_are_a_user_error(tmp_path):
    save_model(tmp_path, vocab_size=40)
    with pytest.raises(ModelUnavailableError, match="failed while it answered"):
        TransformersChatModel(source=str(tmp_path)).invoke("?")


def test_memory_stays_bounded_however_many_ask(tiny):
    model = TransformersChatModel(
        source=str(tiny), max_new_tokens=64, max_batch_rows=4, max_batch_tokens=512, max_requests=64
    )
    process = psutil.Process()
    question = "연차 " * 20

    def ask_many() -> int:
        with ThreadPoolExecutor(16) as threads:
            return len([answer for answer in threads.map(model.invoke, [question] * 32) if answer.text])

    assert ask_many() == 32
    before = process.memory_info().rss
    assert ask_many() == 32
    assert ask_many() == 32
    assert process.memory_info().rss - before < 40 << 20
    assert idle(model)
    assert len(model._loaded.batcher._rows) == 0


@pytest.mark.parametrize(
    ("source", "what", "fix"),
    [
        ("/no/such/folder", "no such folder", "config.json"),
        (
            "someone/some-model-never-fetched",
            "neither a folder",
            "hf download someone/some-model-never-fetched",
        ),
    ],
)
def test_a_model_that_is_not_here_is_not_fetched(source, what, fix):
    with pytest.raises(ConfigurationError) as caught:
        chat.load(f"transformers:{source}").invoke("?")
    assert what in caught.value.what
    assert fix in caught.value.fix


def test_an_incomplete_folder_is_named(tmp_path):
    save_tokenizer(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        TransformersChatModel(source=str(tmp_path)).invoke("?")
    assert caught.value.where == str(tmp_path)


@pytest.mark.parametrize(
    ("name", "damaged"),
    [
        ("model.safetensors", lambda data: data[: len(data) // 2]),
        ("config.json", lambda data: data.replace(b'"hidden_size": 64', b'"hidden_size": "64"')),
        ("config.json", lambda data: data.replace(b'"num_attention_heads": 4', b'"num_attention_heads": 0')),
    ],
)
def test_a_damaged_folder_is_named(tmp_path, name, damaged):
    file = save_model(tmp_path) / name
    before = file.read_bytes()
    file.write_bytes(damaged(before))
    assert file.read_bytes() != before
    with pytest.raises(ConfigurationError, match="cannot be loaded") as caught:
        TransformersChatModel(source=str(tmp_path)).invoke("?")
    assert caught.value.where == str(tmp_path)


def test_weights_that_are_missing_are_no_noise(tmp_path):
    config = save_model(tmp_path) / "config.json"
    config.write_text(config.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
    with pytest.raises(ConfigurationError, match=r"lacks 9 of its weights, the first model\.layers\.2"):
        TransformersChatModel(source=str(tmp_path)).invoke("?")


PRIVATE = """
import sys
from curation import privacy
asked = []
NETWORK = ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda name, args: asked.append(args[1:]) if name in NETWORK else None)
import chat
print(len(chat.load("transformers:" + sys.argv[1]).invoke("?").text) > 0)
print(asked)
try:
    chat.load("transformers:" + sys.argv[2]).invoke("?")
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.slow
def test_loading_asks_no_network_and_runs_no_code_of_the_folder(tiny, tmp_path):
    foreign = tmp_path / "foreign"
    shutil.copytree(tiny, foreign)
    settings = orjson.loads((foreign / "config.json").read_bytes())
    settings |= {
        "model_type": "foreign",
        "auto_map": {"AutoConfig": "code.C", "AutoModelForCausalLM": "code.M"},
    }
    (foreign / "config.json").write_bytes(orjson.dumps(settings))
    (foreign / "code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    # As a user has it: nothing tells the hub's client to stay offline.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", PRIVATE, str(tiny), str(foreign)],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["True", "[]", "ConfigurationError"], done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_conversation_of_messages_is_taken_too(model):
    assert model.invoke([HumanMessage("연차는?")]).text
