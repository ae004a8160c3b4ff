import numpy as np
import pytest
from langchain_core.messages import HumanMessage

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch

from chat.opened import opened
from chat.transformers_model import TransformersChatModel
from curation.errors import ConfigurationError, UserError
from prompting.calibration import calibrate
from prompting.judging import ballot
from prompting.rain import Budget, Constants, TooLongError, search
from prompting.rain.kept_states import AnswerReader, QuestionReader
from prompting.rain.letters import LetterJudge
from prompting.rain.opened_model import OpenedModel
from tests.chat.tiny_model import CONTEXT, save_model

QUESTION = "연차 휴가는 며칠인가요?"
ANSWERS = [(), (9,), (9, 17), (9, 17, 30, 31), (40, 41, 42), (9, 17, 30, 31, 32), (9, 18), (9, 17)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    # Longer than the tiny model's usual context: a judge's question has to fit.
    folder = save_model(tmp_path_factory.mktemp("rain"), max_position_embeddings=4 * CONTEXT)
    return opened(TransformersChatModel(source=str(folder)))


@pytest.fixture(scope="module")
def prompt(tiny):
    return tiny.template.prompt([HumanMessage(QUESTION)], CONTEXT)


def read_whole(tiny, prompt, answer):
    with torch.inference_mode():
        logits = tiny.model(torch.tensor([[*prompt, *answer]])).logits[0, -1]
    return torch.log_softmax(logits.float(), -1).numpy()


def test_what_was_kept_gives_what_reading_everything_gives(tiny, prompt):
    reader = AnswerReader(tiny.model, prompt)
    expected = np.array([read_whole(tiny, prompt, answer) for answer in ANSWERS])
    for _ in range(2):  # the second time everything but the last tokens is known
        assert np.abs(reader.log_probs(ANSWERS) - expected).max() < 1e-4
    assert np.abs(reader.log_probs(ANSWERS[3:4]) - expected[3]).max() < 1e-4
    plain = AnswerReader(tiny.model, prompt, reuse=False)
    assert np.abs(plain.log_probs(ANSWERS) - expected).max() < 1e-4
    assert plain.tokens_read > 2 * reader.tokens_read


def test_a_token_is_read_once(tiny, prompt):
    reader = AnswerReader(tiny.model, prompt)
    reader.log_probs([()])
    assert reader.tokens_read == len(prompt)
    reader.log_probs([(9, 17), (9, 18)])
    assert reader.tokens_read == len(prompt) + 4
    reader.log_probs([(9, 17, 30), (9, 18, 30)])
    assert reader.tokens_read == len(prompt) + 6
    reader.log_probs([()])
    assert reader.tokens_read == len(prompt) + 6


def test_after_a_commit_the_rest_is_forgotten_and_nothing_changes(tiny, prompt):
    reader = AnswerReader(tiny.model, prompt)
    before = reader.log_probs([(9, 17, 30, 31), (40, 41)])
    reader.forget_others((9, 17))
    read = reader.tokens_read
    assert np.abs(reader.log_probs([(9, 17, 30, 31)]) - before[0]).max() < 1e-4
    assert reader.tokens_read == read + 1
    assert np.abs(reader.log_probs([(40, 41)]) - before[1]).max() < 1e-4
    assert reader.tokens_read == read + 3


def test_more_rows_than_are_run_at_once_keep_their_order(tiny, prompt):
    answers = [(token,) for token in range(60, 83)]
    found = AnswerReader(tiny.model, prompt).log_probs(answers)
    assert found.shape == (23, len(tiny.tokenizer))
    for at in (0, 9, 10, 22):
        assert np.abs(found[at] - read_whole(tiny, prompt, answers[at])).max() < 1e-4


def test_questions_are_read_from_where_they_differ(tiny):
    reader = QuestionReader(tiny.model)
    questions = [[5, 6, 7, 8, 9], [5, 6, 7, 30, 31, 32], [5, 6, 7], [5, 6, 7], [50, 6, 7]]
    for question, read in zip(questions, (5, 3, 1, 1, 3), strict=True):
        before = reader.tokens_read
        found = reader.log_probs(question).numpy()
        assert reader.tokens_read == before + read
        assert np.abs(found - read_whole(tiny, [], question)).max() < 1e-4


def test_windows_that_slide_are_read_whole(tmp_path):
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(3)
    model = MistralForCausalLM(
        MistralConfig(
            vocab_size=64,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            sliding_window=4,
        )
    ).eval()
    reader = AnswerReader(model, [1, 2, 3, 4, 5, 6])
    assert not reader.can_reuse
    found = reader.log_probs([(), (7,), (7, 8)])
    with torch.inference_mode():
        logits = model(torch.tensor([[1, 2, 3, 4, 5, 6, 7, 8]])).logits[0, -3:]
    assert np.abs(found - torch.log_softmax(logits, -1).numpy()).max() < 1e-4
    questions = QuestionReader(model)
    for question in ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7, 8]):
        last = questions.log_probs(question).numpy()
    assert np.abs(last - found[2]).max() < 1e-4


def test_the_letters_are_those_of_the_models_own_tokenizer(tiny):
    judge = LetterJudge(tiny)
    assert [tiny.tokenizer.decode([token]) for token in judge.letter_tokens] == ["A", "B"]
    # Which is the more probable, computed from the whole text.
    for conversation in ballot(["휴가는 15일입니다."]):
        turns = [{"role": one.role, "content": one.content} for one in conversation]
        ids = tiny.tokenizer(tiny.template.text(turns) + "(", add_special_tokens=False)["input_ids"]
        scores = read_whole(tiny, [], ids)
        first, second = (scores[token] for token in judge.letter_tokens)
        assert judge.ask([conversation]) == ["(A)" if first > second else "(B)"]


def test_a_bracket_that_is_one_token_with_its_letter_is_left_out(tiny, tmp_path):
    from tokenizers import AddedToken

    tokenizer = type(tiny.tokenizer).from_pretrained(tiny.tokenizer.name_or_path)
    tokenizer.add_tokens([AddedToken("(A"), AddedToken("(B")])
    changed = with_tokenizer(tiny, tokenizer)
    assert LetterJudge(changed).letter_tokens == LetterJudge(tiny).letter_tokens


def test_letters_that_are_no_single_tokens_are_named(tiny):
    tokenizer = type(tiny.tokenizer).from_pretrained(tiny.tokenizer.name_or_path)
    fast = tokenizer.backend_tokenizer
    from tokenizers import normalizers

    fast.normalizer = normalizers.Sequence([normalizers.Replace("A", "ㄱ"), normalizers.Replace("B", "ㄴ")])
    with pytest.raises(ConfigurationError, match="not single tokens"):
        LetterJudge(with_tokenizer(tiny, tokenizer))


def with_tokenizer(tiny, tokenizer):
    from dataclasses import replace

    from chat.chat_template import ChatTemplate

    return replace(tiny, tokenizer=tokenizer, template=ChatTemplate(tokenizer, "changed"))


def test_a_model_that_cannot_judge_is_not_trusted(tiny):
    found = calibrate(LetterJudge(tiny).ask)
    assert not found.trusted
    assert found.judged < found.items


def test_a_search_with_a_real_model_ends_and_says_what_it_read(tiny):
    model, judge = OpenedModel(tiny, QUESTION), LetterJudge(tiny)
    constants = Constants(group_lengths=(1, 2), children=2, iterations=3, more_iterations=1, extension=2)
    found = search(model, judge.value, max_tokens=4, constants=constants, seed=2)
    assert found.ended in {"length", "stop"}
    assert len(found.tokens) <= 4
    assert found.calls > 2 * found.judged > 0
    assert judge.tokens_read > 0
    assert "\ufffd" not in found.text
    again = search(
        OpenedModel(tiny, QUESTION, reuse=False), judge.value, max_tokens=4, constants=constants, seed=2
    )
    assert (again.tokens, again.calls) == (found.tokens, found.calls)


def test_a_budget_ends_a_real_search(tiny):
    found = search(
        OpenedModel(tiny, QUESTION), LetterJudge(tiny).value, max_tokens=20, budget=Budget(calls=25)
    )
    assert found.ended == "calls"
    assert found.calls <= 25


def test_a_question_that_fills_the_context_is_refused(tiny):
    with pytest.raises(UserError, match="tokens"):
        OpenedModel(tiny, "연차 " * 4_000)


@pytest.mark.parametrize("length", [1, 3])
def test_a_model_without_probabilities_is_named(tmp_path, length):
    broken = opened(TransformersChatModel(source=str(save_model(tmp_path))))
    broken.model.lm_head.weight.data.fill_(float("nan"))
    constants = Constants(group_lengths=(length,))
    with pytest.raises(UserError, match="no probabilities"):
        search(OpenedModel(broken, QUESTION), lambda _: 1.0, max_tokens=4, constants=constants)


def test_a_text_that_the_judge_has_no_room_for_is_named(tiny):
    with pytest.raises(TooLongError, match="tokens"):
        LetterJudge(tiny).value("연차 " * 4_000)
