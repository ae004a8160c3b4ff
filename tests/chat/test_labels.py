import math
import threading

import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch
import transformers

import chat
from chat.labels import label_scorer
from chat.transformers_model import TransformersChatModel
from curation.errors import ConfigurationError, UserError
from curation.records import Message
from tests.chat.tiny_model import save_model, save_tokenizer

LABELS = ["긍정", "부정", "a", "매우 긍정적인 것으로 보임", "연차 휴가는", "1"]
CONVERSATIONS = [
    (Message("user", "연차 휴가는 며칠인가요?"),),
    (Message("system", "한 낱말로 답하십시오."), Message("user", "회의실은 " * 20)),
    (Message("user", "하나"), Message("assistant", "부정"), Message("user", "둘")),
]


@pytest.fixture(scope="module")
def model(tiny):
    return TransformersChatModel(source=str(tiny))


def by_hand(local, conversation, label):
    """Sum of log p over the label's tokens, from a plain pass over the whole text."""
    turns = [{"role": turn.role, "content": turn.content} for turn in conversation]
    text = local.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    prompt = local.tokenizer(text, add_special_tokens=False)["input_ids"]
    whole = local.tokenizer(text + label, add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        scores = torch.log_softmax(local.model(torch.tensor([whole])).logits[0].double(), -1)
    return sum(float(scores[at - 1, whole[at]]) for at in range(len(prompt), len(whole)))


def test_scores_are_those_of_a_plain_pass_over_the_whole_text(model):
    found = label_scorer(model)(CONVERSATIONS, LABELS)
    expected = [[by_hand(model.local(), one, label) for label in LABELS] for one in CONVERSATIONS]
    assert found == [pytest.approx(row, abs=1e-4) for row in expected]
    lengths = {len(model.local().template.answer_ids(label)) for label in LABELS}
    assert len(lengths) > 3
    assert 1 in lengths


def test_one_token_labels_are_the_softmax_behind_the_prompt(model):
    local = model.local()
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    assert all(len(local.template.answer_ids(letter)) == 1 for letter in letters)
    (found,) = label_scorer(model)(CONVERSATIONS[:1], letters)
    text = local.template.text([{"role": "user", "content": CONVERSATIONS[0][0].content}])
    ids = local.tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        shares = torch.softmax(local.model(ids).logits[0, -1].double(), -1)
    expected = [float(shares[local.tokenizer.convert_tokens_to_ids(letter)]) for letter in letters]
    assert list(map(math.exp, found)) == pytest.approx(expected, rel=1e-4)


def test_few_rows_at_a_time_change_nothing(model, tiny):
    narrow = TransformersChatModel(source=str(tiny), max_batch_tokens=120)
    (expected,) = label_scorer(model)(CONVERSATIONS[:1], LABELS)
    assert label_scorer(narrow)(CONVERSATIONS[:1], LABELS) == [pytest.approx(expected, abs=1e-4)]


def test_labels_are_scored_while_others_are_answered(model):
    expected = label_scorer(model)(CONVERSATIONS, LABELS)
    answer = model.invoke("출장비는?").text
    said = []
    others = [threading.Thread(target=lambda: said.append(model.invoke("출장비는?").text)) for _ in range(4)]
    for one in others:
        one.start()
    assert label_scorer(model)(CONVERSATIONS, LABELS) == [pytest.approx(row, abs=1e-4) for row in expected]
    for one in others:
        one.join(60)
    assert said == [answer] * 4


@pytest.mark.parametrize("kind", ["sliding windows", "recurrent"])
def test_other_kinds_of_layers_are_exact_too(tmp_path, kind):
    size = len(save_tokenizer(tmp_path))
    torch.manual_seed(1)
    shape = {"vocab_size": size, "hidden_size": 32, "num_hidden_layers": 2, "initializer_range": 0.4}
    if kind == "recurrent":
        made = transformers.MambaForCausalLM(transformers.MambaConfig(**shape, state_size=4))
    else:
        heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 64}
        settings = transformers.MistralConfig(**shape, **heads, sliding_window=8, max_position_embeddings=512)
        made = transformers.MistralForCausalLM(settings)
    made.save_pretrained(tmp_path)
    model = TransformersChatModel(source=str(tmp_path))
    (found,) = label_scorer(model)(CONVERSATIONS[:1], LABELS[:4])
    expected = [by_hand(model.local(), CONVERSATIONS[0], label) for label in LABELS[:4]]
    assert found == pytest.approx(expected, abs=1e-4)


def test_a_label_follows_its_prompt_as_the_template_writes_it(tmp_path):
    # Llama 2's way: no line ends before the answer, but a blank.
    template = "{% for m in messages %}{% if m.role == 'user' %}[I] {{ m.content }} [/I]{% else %} {{ m.content }}{% endif %}{% endfor %}"  # noqa: E501
    model = TransformersChatModel(source=str(save_model(tmp_path, template=template)))
    (found,) = label_scorer(model)(CONVERSATIONS[:1], ["연차"])
    assert found == [pytest.approx(by_hand(model.local(), CONVERSATIONS[0], " 연차"), abs=1e-4)]


def test_models_that_cannot_say_so():
    for spec in ("extractive", "openai:m@http://localhost:1/v1"):
        assert label_scorer(chat.load(spec)) is None


def test_an_empty_label_would_always_win(model):
    with pytest.raises(ConfigurationError, match="label is empty"):
        label_scorer(model)(CONVERSATIONS, ["예", ""])


def test_nothing_is_asked_without_labels_or_conversations(model):
    assert label_scorer(model)([], LABELS) == []
    assert label_scorer(model)(CONVERSATIONS[:1], []) == [[]]


def test_a_conversation_that_is_too_long_is_said(model):
    with pytest.raises(UserError, match="the model takes"):
        label_scorer(model)([(Message("user", "가" * 1000),)], LABELS)


def test_a_model_that_fails_is_a_user_error(tmp_path):
    model = TransformersChatModel(source=str(save_model(tmp_path, vocab_size=40)))
    with pytest.raises(UserError, match="failed while it answered"):
        label_scorer(model)(CONVERSATIONS, LABELS)
