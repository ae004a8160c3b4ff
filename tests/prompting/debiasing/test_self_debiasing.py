from math import exp, log

import pytest
from langchain_core.messages import HumanMessage

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch
from transformers import LogitsProcessorList

from chat.opened import opened
from chat.transformers_model import TransformersChatModel
from curation.errors import ConfigurationError, UserError
from prompting.debiasing import ATTRIBUTES
from prompting.debiasing.self_debiasing import FLOOR, SelfDebiasing, answer_debiased, debiased, padded
from tests.chat.tiny_model import save_model

ATTRIBUTE = ATTRIBUTES["profanity"]
QUESTIONS = [f"{'연차 휴가는 ' * n}며칠인가요?" for n in (1, 3)]
CONVERSATIONS = [[HumanMessage(question)] for question in QUESTIONS]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = save_model(tmp_path_factory.mktemp("debiasing"), initializer_range=0.1)
    return opened(TransformersChatModel(source=str(folder)))


def logits(*chances):
    return torch.tensor([chances], dtype=torch.float64).log()


def test_chances_by_hand():
    plain = logits(0.5, 0.3, 0.2)
    # The first attribute makes the second token likelier by 0.02, the second the third by 0.7.
    biased = torch.stack([logits(0.5, 0.32, 0.18), logits(0.1, 0.0, 0.9)])
    found = torch.softmax(debiased(plain, biased, decay=50, floor=0.01), -1)
    left = [0.5, 0.3 * exp(-50 * 0.02), 0.2 * 0.01]
    expected = [one / sum(left) for one in left]
    assert found[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_a_token_that_bias_makes_rarer_is_not_favoured():
    plain = logits(0.6, 0.4)
    changed = debiased(plain, logits(0.4, 0.6)[None], decay=50, floor=0.01)
    assert changed[0, 0] == plain[0, 0]
    assert (changed[0, 1] - plain[0, 1]).item() == pytest.approx(log(0.01), abs=1e-6)


@pytest.mark.parametrize(("decay", "floor"), [(0, 0.01), (50, 1)])
def test_without_decay_or_with_a_floor_of_one_nothing_changes(decay, floor):
    plain = logits(0.6, 0.4)
    assert torch.equal(debiased(plain, logits(0.1, 0.9)[None], decay, floor), plain)


def test_what_another_processor_forbade_stays_forbidden():
    plain = torch.tensor([[0.0, float("-inf")]])
    assert debiased(plain, torch.zeros(1, 1, 2), 50, FLOOR)[0, 1] == float("-inf")


def processor(tiny, prompts, **changes):
    opening = tiny.template.answer_ids("다음 글에는 욕설이 있습니다:\n")
    return SelfDebiasing(
        tiny.model, [[[*one, *opening] for one in prompts]], max(map(len, prompts)), **changes
    )


def test_rows_of_a_padded_batch_get_what_they_get_alone(tiny):
    prompts = [tiny.template.prompt(one, 400) for one in CONVERSATIONS]
    assert len({len(prompt) for prompt in prompts}) == 2
    said = torch.tensor([[9, 17, 30], [40, 41, 42]])
    together, scores = processor(tiny, prompts), torch.zeros(2, len(tiny.tokenizer))
    ids, _ = padded(prompts, tiny.device)
    for step in range(4):  # token by token, as generate does
        batch = together(torch.cat([ids, said[:, :step]], 1), scores)
    # One that starts in the middle reads everything at once.
    assert (processor(tiny, prompts)(torch.cat([ids, said], 1), scores) - batch).abs().max() < 1e-4
    for row, prompt in enumerate(prompts):
        whole = torch.cat([torch.tensor([prompt]), said[row : row + 1]], 1)
        alone = processor(tiny, [prompt])(whole, scores[:1])
        assert (alone - batch[row : row + 1]).abs().max() < 1e-4


def test_answers_of_a_batch_are_those_of_each_alone_and_not_the_plain_ones(tiny):
    every, how = list(ATTRIBUTES.values())[:3], {"max_tokens": 6, "decay": 1_000.0, "floor": 1e-9}
    together = answer_debiased(tiny, CONVERSATIONS, every, **how)
    assert together == [answer_debiased(tiny, [one], every, **how)[0] for one in CONVERSATIONS]
    plain = answer_debiased(tiny, CONVERSATIONS, [ATTRIBUTE], max_tokens=6, decay=0.0)
    prompt = torch.tensor([tiny.template.prompt(CONVERSATIONS[0], 400)])
    made = tiny.model.generate(
        prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=6, pad_token_id=0
    )
    assert plain[0] == tiny.tokenizer.decode(made[0, prompt.shape[1] :], skip_special_tokens=True).strip()
    assert together != plain
    assert answer_debiased(tiny, [], [ATTRIBUTE]) == []


def test_a_second_answer_of_one_token_is_the_first_again(tiny):
    prompt = tiny.template.prompt(CONVERSATIONS[0], 400)
    shunning, ids = processor(tiny, [prompt]), torch.tensor([prompt])
    scores = torch.zeros(1, len(tiny.tokenizer))
    first = shunning(ids, scores)
    assert not torch.equal(first, scores)
    assert torch.equal(shunning(ids, scores), first)


def test_beams_are_refused(tiny):
    prompt = tiny.template.prompt(CONVERSATIONS[0], 400)
    with pytest.raises(ConfigurationError, match="beams"):
        tiny.model.generate(
            torch.tensor([prompt]),
            logits_processor=LogitsProcessorList([processor(tiny, [prompt])]),
            num_beams=2,
            max_new_tokens=2,
            pad_token_id=0,
        )


def test_no_attribute_and_no_room_are_named(tiny):
    with pytest.raises(ConfigurationError, match="No attribute"):
        answer_debiased(tiny, CONVERSATIONS, [])
    with pytest.raises(UserError, match="tokens"):
        answer_debiased(tiny, [[HumanMessage("연차 " * 400)]], [ATTRIBUTE], max_tokens=12)
