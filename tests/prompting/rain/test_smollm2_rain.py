import pytest

from tests.chat.bundled import needs_smollm2, smollm2_folder


@pytest.mark.slow
@needs_smollm2
def test_the_bundled_model_answers_by_search():
    import chat
    from chat.opened import opened
    from prompting.rain import Budget, Constants, search
    from prompting.rain.letters import LetterJudge
    from prompting.rain.opened_model import OpenedModel

    inside = opened(chat.load(smollm2_folder()))
    model, judge = OpenedModel(inside, "What is the capital of France?"), LetterJudge(inside)
    constants = Constants(children=2, iterations=1, more_iterations=1, extension=2)

    found = search(model, judge.value, max_tokens=1, constants=constants, budget=Budget(calls=60))

    assert inside.tokenizer.decode(list(judge.letter_tokens)) == "AB"
    assert found.ended == "length"
    assert len(found.tokens) == 1
    assert found.text.isascii()
    assert found.text
    assert 0 < 2 * found.judged < found.calls <= 60
