"""The loop over steps: what each kind of outcome does to a row, and what a poisoned row costs."""

from collections.abc import Callable, Sequence

import pytest

from curation.apply import Application, Applied, BoundStep
from curation.steps.base import Drop, Keep, Outcome, each
from curation.view import InstructionView, TextView


def applied(
    view: TextView | InstructionView, *steps: BoundStep, attributes: list[str] | None = None
) -> tuple[Applied, Application]:
    application = Application(steps)
    rows = len(view.texts())
    return application.run(view, attributes or ["{}"] * rows, range(rows)), application


def step(judge: Callable[[str], Outcome], sees: str = "record", name: str = "some") -> BoundStep:
    return BoundStep(name, sees, each(judge))  # type: ignore[arg-type]


def instructions() -> InstructionView:
    return InstructionView(
        task=["t", "t"],
        definition=["뜻풀이", "뜻풀이"],
        roles=["system", "user", "assistant", "user"],
        contents=["체계", "물음", "답", "또"],
        turns=[0, 3, 4],
        references=["답", "다른 답"],
        reference_starts=[0, 2, 2],
        split_group=["g", ""],
    )


def test_a_dropped_row_is_not_judged_again() -> None:
    seen: list[str] = []
    first = step(lambda text: Drop("bad", 0.5) if text == "나" else text)
    second = step(lambda text: seen.append(text) or text, name="second")
    result, _ = applied(TextView(["가", "나", "다"], [""] * 3), first, second)
    assert seen == ["가", "다"]
    assert result.alive == [0, 2]
    assert (result.verdicts[1].step, result.verdicts[1].reason, result.verdicts[1].score) == (
        "some",
        "bad",
        0.5,
    )


def test_what_a_step_finds_is_counted_tagged_and_recorded() -> None:
    view = TextView(["가", "나"], ["", ""])
    keep = step(lambda text: Keep(text + "!", 0.25, {"marks": 2}, {"mood": "loud"}, rewritten=True))
    result, application = applied(view, keep)
    assert view.texts() == ["가!", "나!"]
    assert application.tally.as_json() == {
        "counts": {"some/marks": 4},
        "scores": {"some": {"kept": {"0.25": 2}, "dropped": {}}},
    }
    assert result.tags == {0: {"mood": "loud"}, 1: {"mood": "loud"}}
    assert result.changes[0] == [
        {"step": "some", "counts": {"marks": 2}},
        {"step": "some", "before": "가", "after": "가!"},
    ]


def test_strings_are_titles_messages_references_and_definitions() -> None:
    text = TextView(["가"], ["제목"])
    applied(text, step(lambda one: one + "·", "strings"))
    assert text.columns()["title"].to_pylist() == ["제목·"]
    view = instructions()
    _, application = applied(view, step(lambda one: Keep(one + "·", counts={"dot": 1}), "strings"))
    columns = view.columns()
    assert columns["definition"].to_pylist() == ["뜻풀이·", "뜻풀이·"]
    assert columns["references"].to_pylist() == [["답·", "다른 답·"], []]
    assert [turn["content"] for turn in columns["messages"][0].as_py()] == ["체계·", "물음·", "답·"]
    assert application.tally.counts["some/dot"] == 7, "a definition that rows share is counted once"


def test_a_record_step_leaves_the_messages_of_an_instruction() -> None:
    view = instructions()
    applied(view, step(lambda text: Keep("다른 글", tags={"a": 1})))
    assert view.texts() == ["물음\n답", "또"]


def test_everything_reaches_the_attributes() -> None:
    attributes = ['{"전화":"02-123","번호":7}', "{}"]
    result, _ = applied(
        TextView(["가", "나"], ["", ""]),
        step(lambda text: text.replace("02-123", "[전화]"), "everything"),
        attributes=attributes,
    )
    assert attributes == ['{"번호":7,"전화":"[전화]"}', "{}"]
    assert result.alive == [0, 1]


def test_a_poisoned_row_costs_itself_alone() -> None:
    def judge(texts: Sequence[str]) -> list[Outcome]:
        if "독" in texts:
            raise ValueError("unexpected text")
        return list(texts)

    result, _ = applied(TextView(["가", "독", "나"], [""] * 3), BoundStep("fragile", "record", judge))
    assert result.alive == [0, 2]
    assert result.verdicts[1].error == "the step 'fragile' raised ValueError: unexpected text"


def test_no_memory_left_is_not_the_fault_of_a_row() -> None:
    def judge(texts: Sequence[str]) -> list[Outcome]:
        raise MemoryError

    with pytest.raises(MemoryError):
        applied(TextView(["가"], [""]), BoundStep("hungry", "record", judge))


def test_a_step_that_loses_a_row_is_our_bug() -> None:
    with pytest.raises(RuntimeError, match="gave 1 outcomes for 2"):
        applied(TextView(["가", "나"], ["", ""]), BoundStep("short", "record", lambda texts: [texts[0]]))
