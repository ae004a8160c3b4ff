"""What a guard keeps, rewrites and refuses, what it says of that, and what it does when its judge is gone."""

import pytest

from chat.errors import ModelUnavailableError
from chat.extractive import ExtractiveChatModel
from curation.errors import ConfigurationError
from curation.safety.model import SafetyModel
from prompting.checking import MOST_CALLS, REFUSALS, Checked
from prompting.guarding import Guard, guard_of
from tests.curation.safety.conftest import model, recipe_of, small  # noqa: F401 - fixtures
from tests.prompting.scripted import Scripted, shown, truthful

GOOD = "버스 기사는 아침마다 공원을 걷는다."
RUDE = "버스 기사는 멍텅구리라서 말이 안 통한다."
CRUEL = "버스 기사는 쓸모가 없으니 사라지는 편이 낫다."
ENGLISH = "The driver is useless and should disappear."


def writing(*rewrites, verdicts=None):
    """A model that writes ``rewrites`` one after another, and judges by ``verdicts`` or by the truth."""
    left, known = iter(rewrites), verdicts or {}

    def says(message):
        text, question = shown(message)
        if "(A)" not in question:
            return next(left)
        said = known.get(text, "harmful" if text in (RUDE, CRUEL, ENGLISH) else "harmless")
        if isinstance(said, Exception) or said not in ("harmful", "harmless"):
            return {"uncertain": "(A)"}.get(said, said) if isinstance(said, str) else said
        return truthful(lambda _: said == "harmful")(message)

    return Scripted(script=says)


def seen(checked: Checked) -> list[str]:
    return [draft.verdict for draft in checked.drafts]


@pytest.mark.parametrize(
    ("kind", "answer", "rewrites", "outcome", "text", "verdicts", "calls"),
    [
        ("classifier", GOOD, [], "kept", GOOD, ["harmless"], 0),
        ("classifier", RUDE, [GOOD], "rewritten", GOOD, ["harmful", "harmless"], 1),
        ("classifier", RUDE, [RUDE + "!", RUDE + "?"], "refused", REFUSALS["ko"], ["harmful"] * 3, 2),
        ("classifier", CRUEL, [], "kept", CRUEL, ["harmless"], 0),  # of another kind than it was taught
        ("self-check", GOOD, [], "kept", GOOD, ["harmless"], 2),
        ("self-check", CRUEL, [GOOD], "rewritten", GOOD, ["harmful", "harmless"], 5),
        ("self-check", CRUEL, [CRUEL, CRUEL], "refused", REFUSALS["ko"], ["harmful", "", ""], 4),
        ("both", GOOD, [], "kept", GOOD, ["harmless"], 2),
        # what is flagged is harmful whatever the model would say, and costs no vote
        ("both", RUDE, [GOOD], "rewritten", GOOD, ["harmful", "harmless"], 3),
        ("both", CRUEL, [RUDE, GOOD], "rewritten", GOOD, ["harmful", "harmful", "harmless"], 6),
    ],
)  # fmt: skip
def test_what_becomes_of_an_answer(
    model: SafetyModel, kind, answer, rewrites, outcome, text, verdicts, calls  # noqa: F811
) -> None:  # fmt: skip
    chat = writing(*rewrites)
    checked = guard_of(kind, chat, model).check(answer)
    assert (checked.outcome, checked.text, seen(checked)) == (outcome, text, verdicts)
    assert (checked.calls, len(chat.asked), checked.failure) == (calls, calls, "")
    assert calls < MOST_CALLS


def test_an_answer_that_the_judge_is_unsure_of_is_kept_and_said(model: SafetyModel) -> None:  # noqa: F811
    guard = guard_of("both", writing(verdicts={GOOD: "uncertain"}), model)
    checked = guard.check(GOOD)
    assert (checked.outcome, checked.text, checked.failure) == ("kept", GOOD, "")
    assert list(guard.notes(checked)) == [
        "the classifier found nothing; the model judged: uncertain (harmful, harmless)",
        "kept, 2 calls of the model",
    ]


def test_quoting_cannot_rewrite_so_what_is_flagged_is_refused(model: SafetyModel) -> None:  # noqa: F811
    guard = guard_of("classifier", ExtractiveChatModel(), model)
    checked = guard.check(RUDE)
    assert (checked.outcome, checked.text, checked.calls) == ("refused", REFUSALS["ko"], 0)
    assert list(guard.notes(checked)) == ["the classifier found rude", "refused"]
    assert guard.check(GOOD).outcome == "kept"


@pytest.mark.parametrize("kind", ["self-check", "both"])
def test_quoting_cannot_judge_and_the_error_says_what_to_choose(model: SafetyModel, kind) -> None:  # noqa: F811
    with pytest.raises(ConfigurationError, match="only quotes") as caught:
        guard_of(kind, ExtractiveChatModel(), model)
    assert "'classifier'" in caught.value.fix


@pytest.mark.parametrize("kind", ["classifier", "both"])
def test_a_guard_without_its_classifier_is_an_error(kind) -> None:
    with pytest.raises(ConfigurationError, match="needs a classifier") as caught:
        guard_of(kind, writing())
    assert "malmoi safety train" in caught.value.fix


def test_the_classifier_does_not_judge_english_and_says_so(model: SafetyModel) -> None:  # noqa: F811
    alone = guard_of("classifier", writing(), model)
    checked = alone.check(ENGLISH)
    assert (checked.outcome, seen(checked)) == ("kept", [""])
    assert next(alone.notes(checked)) == "the classifier knows Korean only and did not judge"
    # together with the model that is no gap: it is asked, rewrites and refuses in English
    chat = writing("The driver is late.")
    both = guard_of("both", chat, model).check(ENGLISH)
    assert (both.outcome, both.text) == ("rewritten", "The driver is late.")
    assert all(str(asked[0].text).startswith("You ") for asked in chat.asked)
    assert guard_of("both", writing(ENGLISH, ENGLISH), model).check(ENGLISH).text == REFUSALS["en"]


def test_a_rewrite_in_a_language_that_the_classifier_does_not_know_does_not_pass(
    model: SafetyModel,  # noqa: F811
) -> None:
    checked = guard_of("classifier", writing(ENGLISH, "The driver."), model).check(RUDE)
    assert (checked.outcome, seen(checked)) == ("refused", ["harmful", "", ""])


@pytest.mark.parametrize("error", [ModelUnavailableError("The server is gone."), RuntimeError("a bug")])
def test_a_judge_that_does_not_reply_is_a_failure_and_no_verdict(error: Exception) -> None:
    guard = guard_of("self-check", writing(verdicts={GOOD: error}))
    checked = guard.check(GOOD)
    told = "The server is gone." if isinstance(error, ModelUnavailableError) else "RuntimeError"
    assert told in checked.failure
    assert seen(checked) == ["unparsed"]
    assert told in next(guard.notes(checked))


def test_a_rewriter_that_does_not_reply_is_a_failure(model: SafetyModel) -> None:  # noqa: F811
    gone = ModelUnavailableError("The server is gone.")
    guard = guard_of("classifier", writing(gone, gone), model)
    checked = guard.check(RUDE)
    assert (checked.outcome, checked.failure) == ("refused", "The server is gone.")
    assert "rewritten: the model failed: The server is gone." in list(guard.notes(checked))
    # one that comes back in time is none
    assert guard_of("classifier", writing(gone, GOOD), model).check(RUDE).failure == ""


def test_a_model_that_cannot_be_used_at_all_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="no key"):
        guard_of("self-check", writing(verdicts={GOOD: ConfigurationError("no key")})).check(GOOD)


def test_the_work_can_be_ended_before_each_call() -> None:
    chat = writing(CRUEL + "!", GOOD, verdicts={CRUEL + "!": "harmful"})
    steps = guard_of("self-check", chat).steps(CRUEL)
    for calls in (0, 2, 3):
        next(steps)
        assert len(chat.asked) == calls
    steps.close()
    assert len(chat.asked) == 3


def test_what_was_harmful_is_not_in_the_notes(model: SafetyModel) -> None:  # noqa: F811
    guard = guard_of("both", writing(RUDE + "!", CRUEL), model)
    notes = " ".join(guard.notes(guard.check(RUDE)))
    assert "멍텅구리" not in notes
    assert "버스" not in notes


def test_a_guard_can_stand_over_any_caller(model: SafetyModel) -> None:  # noqa: F811
    asked = []

    def ask(conversations):
        asked.extend(conversations)
        return ["해롭지 않다"] * len(conversations)

    assert Guard("both", ask, model).check(GOOD).outcome == "kept"
    assert len(asked) == 2
