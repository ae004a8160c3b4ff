"""Sampling of models in this process: what a call asks for, whoever else is being answered."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch

import chat
from chat.errors import ModelUnavailableError
from chat.transformers_model import TransformersChatModel
from curation.errors import ConfigurationError, UserError
from tests.chat.tiny_model import CONTEXT, save_model

QUESTIONS = [f"{'출장비는 ' * n}언제 정산하나요?" for n in range(1, 9)]
# As many ways of asking as fit into a batch; the tiny model's scores are far apart, hence the heat.
SETTINGS = [
    {"temperature": 8.0, "seed": 1},
    {},
    {"temperature": 20.0, "top_k": 5, "seed": 1},
    {"temperature": 8.0, "top_p": 0.8, "seed": 2, "max_tokens": 7},
    {"temperature": 0, "seed": 3},
    {"temperature": 30.0, "seed": 4},
    {"temperature": 3.0, "top_k": 50, "top_p": 0.5, "seed": 5},
    {"max_tokens": 3},
]


@pytest.fixture(scope="module")
def model(tiny):
    return TransformersChatModel(source=str(tiny), max_new_tokens=32)


@pytest.fixture(scope="module")
def alone(model):
    return [
        model.invoke(question, **settings).text
        for question, settings in zip(QUESTIONS, SETTINGS, strict=True)
    ]


def test_eight_ways_of_asking_in_one_batch_answer_as_alone(model, alone):
    asked = list(zip(QUESTIONS, SETTINGS, strict=True))
    with ThreadPoolExecutor(8) as threads:
        for order in (asked, asked[::-1]):
            found = list(threads.map(lambda one: model.invoke(one[0], **one[1]).text, order))
            assert found == (alone if order is asked else alone[::-1])
    assert len(set(alone)) == 8


async def test_one_event_loop_answers_the_same(model, alone):
    asked = zip(QUESTIONS, SETTINGS, strict=True)
    answers = await asyncio.gather(*(model.ainvoke(question, **settings) for question, settings in asked))
    assert [answer.text for answer in answers] == alone


def test_the_greedy_answers_between_those_that_are_drawn_are_those_of_transformers(model, alone):
    local = model.local()
    for place in (1, 4):
        text = local.template.text([{"role": "user", "content": QUESTIONS[place]}])
        ids = local.tokenizer(text, return_tensors="pt", add_special_tokens=False)["input_ids"]
        ends = sorted(local.end_tokens)
        made = local.model.generate(ids, max_new_tokens=32, do_sample=False, eos_token_id=ends)
        said = local.tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True)
        assert alone[place] == said.replace("\ufffd", "")


def test_the_same_question_draws_another_answer_from_another_seed(model):
    answers = [model.invoke(QUESTIONS[0], temperature=8.0, seed=seed).text for seed in (1, 1, 2, 3)]
    assert answers[0] == answers[1]
    assert len(set(answers)) == 3
    free, freer = (model.invoke(QUESTIONS[0], temperature=8.0).text for _ in range(2))
    assert free != freer


def test_a_stream_a_binding_and_a_batch_take_settings_too(model, alone):
    streamed = model.stream(QUESTIONS[0], **SETTINGS[0])
    assert "".join(chunk.text for chunk in streamed) == alone[0]
    bound = model.bind(**SETTINGS[0])
    assert [answer.text for answer in bound.batch(QUESTIONS[:1] * 3)] == alone[:1] * 3


def test_drawn_bytes_make_no_broken_characters(model):
    # At this heat single bytes of Hangul syllables are drawn, also as the last token.
    asked = [(seed, tokens) for seed in range(12) for tokens in (1, 2, 5, 31)]
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(
                lambda one: model.invoke(QUESTIONS[1], temperature=9.0, seed=one[0], max_tokens=one[1]), asked
            )
        )
    assert not any("\ufffd" in answer.text for answer in found)
    assert any(not answer.text for answer in found)
    assert any("가" <= character <= "힣" for answer in found for character in answer.text)


def test_a_stop_string_cuts_what_is_drawn(model, alone):
    stop = alone[0][5:8]
    answer = model.invoke(QUESTIONS[0], stop=["never said", stop], **SETTINGS[0])
    assert answer.text == alone[0][: alone[0].index(stop)]
    assert answer.response_metadata["finish_reason"] == "stop"


@pytest.mark.parametrize(("asked", "made"), [(1, 1), (40, 40), (10_000, CONTEXT // 2)])
def test_an_answer_is_as_long_as_asked_and_never_more_than_half_of_the_context(tiny, asked, made):
    model = TransformersChatModel(source=str(tiny), max_new_tokens=5)
    answer = model.invoke(QUESTIONS[0], max_tokens=asked)
    assert answer.usage_metadata["output_tokens"] == made
    assert answer.response_metadata["finish_reason"] == "length"


def test_a_short_answer_leaves_more_room_for_the_prompt(tiny):
    model = TransformersChatModel(source=str(tiny), max_new_tokens=200)
    question = "가" * 160
    with pytest.raises(UserError, match="the model takes 312 beside its answer"):
        model.invoke(question)
    assert 312 < model.invoke(question, max_tokens=4).usage_metadata["input_tokens"] <= CONTEXT - 4


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 2}, {"seed": "a"}, {"temprature": 1}])
def test_a_wrong_setting_is_said_before_anything_is_loaded(wrong):
    with pytest.raises(ConfigurationError) as caught:
        chat.load("transformers:/no/such/folder").invoke("?", **wrong)
    assert caught.value.where == "call of a chat model"


def test_a_model_whose_scores_are_no_numbers_says_so(tmp_path):
    model = TransformersChatModel(source=str(save_model(tmp_path)))
    with torch.no_grad():
        model.local().model.lm_head.weight.fill_(float("nan"))
    with pytest.raises(ModelUnavailableError, match="scores are no numbers"):
        model.invoke("?", temperature=1.0)


@pytest.mark.parametrize("asked", [{"temperature": 0.7, "seed": 1}, {"max_tokens": 9}, {"stop": ["."]}])
def test_quoting_takes_no_settings_that_would_change_an_answer(asked):
    with pytest.raises(ConfigurationError) as caught:
        chat.load("extractive").invoke("?", **asked)
    assert all(name in caught.value.what for name in asked)
    assert "smollm2" in caught.value.fix


def test_quoting_is_greedy_already():
    assert chat.load("extractive").invoke("?", temperature=0, seed=7).text == ""
