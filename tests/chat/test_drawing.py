import copy
import math
from collections import Counter
from dataclasses import replace

import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch
from scipy.stats import chisquare
from transformers import AutoModelForCausalLM, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from chat.call_settings import CallSettings
from chat.drawing import Drawing, next_tokens, probabilities
from chat.rows import Rows

DRAWS = 20_000


def drawn(scores, settings, count=DRAWS):
    """Draw from the same scores again and again."""
    return next_tokens(scores.expand(count, -1), [Drawing(settings)] * count)


def chi_square(tokens, expected):
    """The p-value of the counts of tokens; those that are seldom expected are taken together."""
    counts = Counter(tokens)
    often = [token for token, share in enumerate(expected) if share * len(tokens) >= 10]
    shares = [expected[token] for token in often]
    found = [counts[token] for token in often]
    rest = 1 - sum(shares)
    if rest * len(tokens) >= 10:
        shares, found = [*shares, rest], [*found, len(tokens) - sum(found)]
    assert len(shares) > 5
    total = sum(shares)
    return chisquare(found, [share / total * sum(found) for share in shares]).pvalue


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
def test_drawn_tokens_follow_the_softmax_of_a_model(tiny, temperature):
    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    prompt = [40, 8, 60]
    with torch.inference_mode():
        logits = model(torch.tensor([prompt])).logits[0, -1].double()
        logits *= 3 / logits.std()
        expected = torch.softmax(logits / temperature, -1).tolist()
        tokens = drawn(logits.float(), CallSettings(temperature=temperature, seed=3))
    assert chi_square(tokens, expected) > 0.01
    wrong = torch.softmax(logits / (temperature * 1.1), -1).tolist()
    assert chi_square(tokens, wrong) < 1e-4


def test_rows_of_a_batch_draw_what_the_model_expects(tiny):
    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    rows, prompt = Rows(model), [40, 8, 60]
    read = rows.prefill(prompt)
    with torch.inference_mode():
        logits = model(torch.tensor([[*prompt, read.token]])).logits[0, -1].double()
    temperature = float(logits.std()) / 3
    for seed in range(1000):
        drawing = Drawing(CallSettings(temperature, seed=seed))
        rows.join(replace(read, cache=copy.deepcopy(read.cache), drawing=drawing))
    assert chi_square(rows.step(), torch.softmax(logits / temperature, -1).tolist()) > 0.01


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p"),
    [
        (1.0, 0, 0.9),
        (0.7, 0, 0.3),
        (1.3, 15, 1.0),
        (0.7, 15, 0.8),
        (1.0, 1, 1.0),
        (1.0, 10**6, 1.0),
        (1.0, 0, 1e-9),
        (1.0, 0, 0.999999),
        (5.0, 2500, 0.99),
    ],
)
def test_what_is_left_out_is_what_transformers_leaves_out(temperature, top_k, top_p):
    scores = torch.randn(4, 3000, generator=torch.Generator().manual_seed(1)) * 3
    expected = TemperatureLogitsWarper(temperature)(None, scores)
    if top_k:
        expected = TopKLogitsWarper(top_k)(None, expected)
    if top_p < 1:
        expected = TopPLogitsWarper(top_p)(None, expected)
    expected = torch.softmax(expected, -1)
    found = probabilities(scores, [CallSettings(temperature, top_p, top_k)] * 4)
    # Where the sum of float32 decides, one token at the edge may be in or out.
    differ = (found > 0) != (expected > 0)
    assert int(differ.sum(-1).max()) <= 1
    assert float((found * differ).max()) < 1e-4
    torch.testing.assert_close(found / found.sum(-1, keepdim=True), expected, atol=1e-5, rtol=1e-3)


def test_rows_with_different_settings_draw_as_each_would_alone():
    scores = torch.randn(6, 500, generator=torch.Generator().manual_seed(2))
    settings = [
        CallSettings(1.0, seed=1),
        None,
        CallSettings(0.2, seed=1),
        CallSettings(2.0, top_k=3, seed=5),
        CallSettings(1.0, top_p=0.5, seed=6),
        None,
    ]

    def drawings():
        return [Drawing(one) if one else None for one in settings]

    together = next_tokens(scores, drawings())
    alone = [next_tokens(row.unsqueeze(0), [one])[0] for row, one in zip(scores, drawings(), strict=True)]
    assert together == alone
    assert [together[1], together[5]] == scores[[1, 5]].argmax(-1).tolist()
    assert together[3] in scores[3].topk(3).indices.tolist()


def test_seeds_tell_draws_apart_and_no_seed_is_another_each_time():
    scores = torch.zeros(64)
    once, again, other, free, freer = (
        drawn(scores, CallSettings(1.0, seed=seed), 30) for seed in (1, 1, 2, None, None)
    )
    assert once == again != other
    assert free != freer


def test_the_order_of_the_last_bit_does_not_change_what_is_drawn():
    # Sorted by probability these would change places.
    scores = torch.zeros(1000)
    shaken = scores + 1e-7 * torch.randn(1000, generator=torch.Generator().manual_seed(3))
    settings = CallSettings(1.0, seed=4)
    assert drawn(scores, settings, 200) == drawn(shaken, settings, 200)


def test_tokens_that_cannot_come_never_do():
    scores = torch.full((50,), -math.inf)
    scores[[7, 31]] = 0.0
    assert set(drawn(scores, CallSettings(1.0, seed=1), 2000)) == {7, 31}


@pytest.mark.parametrize("temperature", [1e-5, 1e-3, 1e30])
def test_extreme_temperatures_stay_numbers(temperature):
    scores = torch.tensor([80.0, -60.0, 79.0, 3.0])
    tokens = drawn(scores, CallSettings(temperature, seed=1), 400)
    assert set(tokens) == ({0} if temperature < 1 else {0, 1, 2, 3})


def test_half_precision_is_drawn_in_full():
    scores = (torch.randn(200, generator=torch.Generator().manual_seed(5)) * 2).half()
    expected = torch.softmax(scores.double(), -1).tolist()
    assert chi_square(drawn(scores, CallSettings(1.0, seed=9)), expected) > 0.01


def test_scores_that_are_no_numbers_are_said():
    with pytest.raises(ArithmeticError, match="no numbers"):
        drawn(torch.full((9,), math.nan), CallSettings(1.0, seed=1), 2)
