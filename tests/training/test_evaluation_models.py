"""What a model answers and expects is the same alone and in company."""

import copy
import math

import pytest
import torch

from chat.chat_template import ChatTemplate
from curation.errors import UserError
from curation.progress import Quiet
from curation.records import Message
from training.base import load_tokenizer, resolve
from training.config import Base, Evaluation
from training.data.masks import Masks
from training.evaluation.generating import answers
from training.evaluation.likelihood import likelihoods
from training.evaluation.measured import EvaluationSet, Row, measured_from
from training.evaluation.measuring import asked, measure

TEXTS = ("연차", "회의실은 어디에서 예약하나요?", "출장비 " * 9, "A", "휴가 신청은 사흘 전까지 한다. " * 3)


@pytest.fixture(scope="module")
def tokenizer(tiny):
    return load_tokenizer(resolve(Base(model="tiny")))


@pytest.fixture(scope="module")
def model(tiny):
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    with torch.no_grad():
        # Far from evenly likely, so that a token depends on all before it.
        for one in loaded.parameters():
            one.mul_(8 if one.dim() > 1 else 1)
    return loaded


def _prompts(tokenizer):
    masks = Masks(tokenizer)
    rows = masks.encode_all([[Message("user", text), Message("assistant", "네")] for text in TEXTS])
    return [row.input_ids[: next(at for at, one in enumerate(row.labels) if one >= 0)] for row in rows]


def _generated(model, tokenizer, prompts, ends=frozenset(), most=24):
    return answers(model, tokenizer, prompts, end_tokens=ends, max_new_tokens=most, advance=lambda _: None)


def test_batched_answers_are_those_of_each_prompt_alone(model, tokenizer):
    prompts = _prompts(tokenizer)
    together = _generated(model, tokenizer, prompts)
    alone = [_generated(model, tokenizer, [prompt])[0] for prompt in prompts]
    assert together == alone
    assert len(set(together)) > 3


def test_they_are_the_greedy_ones_of_transformers(model, tokenizer):
    prompts = _prompts(tokenizer)
    for prompt, said in zip(prompts, _generated(model, tokenizer, prompts), strict=True):
        ids = torch.tensor([prompt])
        made = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False, eos_token_id=None
        )
        assert tokenizer.decode(made[0, len(prompt) :], skip_special_tokens=True).strip() == said


def test_an_answer_ends_at_an_end_token_and_does_not_hold_it(model, tokenizer):
    (prompt, *_) = _prompts(tokenizer)
    ids = torch.tensor([prompt])
    made = model.generate(ids, max_new_tokens=24, do_sample=False, eos_token_id=None)[0, len(prompt) :]
    end = int(made[5])
    place = made.tolist().index(end)
    (said,) = _generated(model, tokenizer, [prompt], frozenset({end}))
    assert said == tokenizer.decode(made[:place], skip_special_tokens=True).strip()


def test_progress_counts_every_answer_and_an_error_is_raised(model, tokenizer):
    told = []
    prompts = _prompts(tokenizer)
    answers(model, tokenizer, prompts, end_tokens=frozenset(), max_new_tokens=2, advance=told.append)
    assert sum(told) == len(prompts)
    with pytest.raises(IndexError):
        _generated(model, tokenizer, [[10**6]])


def test_the_loss_of_learned_tokens_is_that_of_the_formula(model, tokenizer):
    rows = Masks(tokenizer).encode_all(
        [[Message("user", text), Message("assistant", text[::-1])] for text in TEXTS]
    )
    found = likelihoods(model, rows, lambda _: None)
    for row, one in zip(rows, found, strict=True):
        with torch.no_grad():
            logits = model(torch.tensor([row.input_ids]), use_cache=False).logits[0].double()
        expected = [
            -torch.log_softmax(logits[at - 1], dim=-1)[label].item()
            for at, label in enumerate(row.labels)
            if label >= 0
        ]
        assert one.tokens == len(expected)
        assert one.nats == pytest.approx(sum(expected), rel=1e-4)
    assert len({one.tokens for one in found}) > 2


def test_an_evenly_spread_model_loses_the_logarithm_of_its_vocabulary(model, tokenizer, tiny):
    from transformers import AutoModelForCausalLM

    blank = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.bfloat16).eval()
    with torch.no_grad():
        for one in blank.parameters():
            one.zero_()
    (row,) = Masks(tokenizer).encode_all([[Message("user", "?"), Message("assistant", "네, 그렇습니다.")]])
    (found,) = likelihoods(blank, [row], lambda _: None)
    # bfloat16 would round 7.34 to 7.34375 or further: the softmax is of 32 bits.
    assert found.nats / found.tokens == pytest.approx(math.log(blank.config.vocab_size), abs=1e-4)


def test_rows_that_do_not_fit_are_left_out_and_a_measurement_comes_back_from_json(model, tokenizer):
    rows = [
        Row("a", (Message("user", "연차는?"),), "15일", ("15일",), tokens="characters"),
        Row("b", (Message("user", "가" * 4000),), "네", ("네",), tokens="characters"),
        Row("c", (Message("user", "물음"),)),
    ]
    settings = Evaluation(max_new_tokens=4)
    found = measure(model, tokenizer, [EvaluationSet("s", "task", tuple(rows))], settings, Quiet())
    (one,) = found.sets
    assert [row.row.id for row in one.rows] == ["a", "c"]
    assert one.left_out == 1
    first, last = one.rows
    assert first.tokens > 1
    assert first.rouge_l is not None
    assert (last.tokens, last.nats, last.rouge_l) == (0, 0.0, None)
    assert last.given
    assert measured_from(found.as_json()) == found


def test_answers_that_are_only_read_count_in_no_loss(model, tokenizer):
    turns = (Message("user", "하나"), Message("assistant", "아닌 답" * 9), Message("user", "둘"))
    rows = [Row(name, turns, "네", ("네",), unlearned=places) for name, places in (("a", ()), ("b", (1,)))]
    found = measure(model, tokenizer, [EvaluationSet("s", "task", tuple(rows), False)], Evaluation(), Quiet())
    whole, last = found.sets[0].rows
    (alone,) = Masks(tokenizer).encode_all([[*turns, Message("assistant", "네")]], [(1,)])
    assert last.tokens == sum(label >= 0 for label in alone.labels) < whole.tokens
    assert measured_from(found.as_json()) == found


def test_a_model_whose_loss_is_no_number_is_told_so(model, tokenizer):
    broken = copy.deepcopy(model)
    broken.lm_head.weight.data[5] = math.nan
    rows = (Row("a", (Message("user", "연차는?"),), "15일", ("15일",)),)
    with pytest.raises(UserError, match="loss of korean is not a number") as told:
        measure(
            broken, tokenizer, [EvaluationSet("korean", "general", rows)], Evaluation(), Quiet(), name="after"
        )
    assert told.value.where == "after"


def test_a_prompt_is_what_training_puts_before_the_answer(tokenizer):
    template = ChatTemplate(tokenizer, "t")
    from langchain_core.messages import HumanMessage

    for text, prompt in zip(TEXTS, _prompts(tokenizer), strict=True):
        assert template.prompt([HumanMessage(text)], 10_000) == prompt


def test_a_question_that_is_too_long_is_told_so(model, tokenizer):
    turns = [[Message("user", text)] for text in ("짧다", "가" * 4000, "또 짧다")]
    short, long, last = asked(model, tokenizer, turns, Evaluation(max_new_tokens=4))
    assert "longer" in long.what
    assert isinstance(short, str)
    assert isinstance(last, str)
