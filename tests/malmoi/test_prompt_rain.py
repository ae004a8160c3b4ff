"""`malmoi prompt rain`, as a person runs it, with a random model of two layers."""

import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

from tests.chat.tiny_model import CONTEXT, save_model
from tests.malmoi.command import malmoi_here as malmoi

QUESTION = "연차 휴가는 며칠인가요?"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    save_model(home / "tiny", max_position_embeddings=4 * CONTEXT)
    return home


def rain(home, *options, question=QUESTION):
    return malmoi("prompt", "rain", question, "--model", "transformers:tiny", *options, home=home)


def test_a_budget_that_gives_no_text_says_what_it_took_and_fails(home):
    result = rain(home, "--budget-calls", "1", "--json")
    found = result.json
    assert (result.code, found["answer"], found["ended"], found["calls"]) == (1, "", "calls", 1)
    assert found["tokens_read"] == found["plain_tokens_read"] > 10  # the question alone
    assert not found["calibration"]["trusted"]
    assert "cannot judge" in result.err
    assert "No text came of it: the budget of calls was spent." in result.err


def test_an_answer_is_shown_with_its_cost_and_what_was_compared(capsys):
    from malmoi import console
    from malmoi.commands.prompt_rain import compared, show_answer
    from prompting.rain import Constants, search
    from tests.prompting.rain.bigrams import Bigrams, embedding, value_of

    found = search(
        Bigrams(), value_of, max_tokens=8, embed=embedding, constants=Constants(group_lengths=(1, 1, 2))
    )
    show_answer(found, read=700, plain=20)
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == found.text
    assert "4 tokens; the model ended it; the model calls it harmless" in shown
    assert f"{found.calls} calls, {found.factor:.1f} times those of plain decoding (4)" in shown
    assert "700 tokens read, 35.0 times (20)" in shown
    console.out.print(compared(found))
    table = " ".join(capsys.readouterr().out.split())
    assert "'나는' +1.00 7.0 10 '너는' (-1.00, 2.0)" in table


@pytest.mark.parametrize(
    ("ended", "does"), [("calls", True), ("seconds", True), ("stop", False), ("length", False)]
)
def test_a_larger_budget_is_recommended_where_the_budget_ended_it(ended, does):
    from malmoi.commands.prompt_rain import after_nothing

    assert ("larger budget" in after_nothing(ended)) is does


@pytest.mark.parametrize(
    ("question", "options", "said"),
    [(" ", (), "The question is empty"), (QUESTION, ("--budget-calls", "0"), "nothing to answer with")],
)
def test_what_cannot_be_answered_is_said_before_a_model_is_loaded(tmp_path, question, options, said):
    # There is no model in that folder.
    result = rain(tmp_path, *options, question=question)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
