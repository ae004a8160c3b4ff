"""The evaluation by scripted models: what is asked, scored, named, compared, paid once, and drawn."""

from dataclasses import replace

import pytest

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError
from curation.progress import Quiet
from curation.records import Message
from curation.superni.baselines import baseline
from curation.superni.counting import Words
from curation.superni.encoding import TRAINING_ENCODINGS, encode
from curation.superni.files import selected_tasks
from curation.superni.schema import Instance
from curation.superni.selection import Selection
from curation.superni.splits import load_splits
from curation.superni.tokens import morphemes, rouge_tokens
from prompting.journal import Budget, BudgetSpentError, CallJournal
from prompting.superni.faults import answer_fault
from prompting.superni.inputs import answers_of, asked_of, first_instances
from prompting.superni.page import render_superni
from prompting.superni.published import PUBLISHED, Protocol, differences
from prompting.superni.report import SuperniReport, measured
from tests.prompting.superni.translators import TASK

PROTOCOL = Protocol("default", "rouge", 100, "", "whitespace", 0, 0)
KEY = {"model": "scripted"}
KOREAN = replace(
    TASK,
    output_language=("Korean",),
    instances=tuple(
        Instance(f"어느 역이 {number}번째인가?", (answer,), number)
        for number, answer in enumerate(("서울역", "부산역", "대전역", "광주역"), 1)
    ),
)


def sampler_of(say):
    return lambda conversations, seeds: [say(turns[-1].content) for turns in conversations]


def report_of(asked, replies, tokenise=rouge_tokens, **changes):
    protocol = replace(PROTOCOL, **changes)
    tasks = list({one.task.name: one.task for one in asked}.values())
    rows = measured(asked, replies, tokenise)
    return SuperniReport("scripted", protocol, differences(protocol, tasks, None), rows)


def test_the_official_layout_is_one_user_turn():
    asked = asked_of([TASK], Words())
    official = encode(TASK, TASK.instances[0].input, TRAINING_ENCODINGS["definition+2pos"], Words()).source
    assert asked[0].conversation == [Message("user", official)]
    assert official.startswith("Definition: Read a ticket")
    assert official.endswith("\nOutput: ")
    many = replace(TASK, instances=tuple(Instance(f"text {n}", ("delay",), n) for n in range(1, 151)))
    assert len(asked_of([many], Words())) == 100
    assert len(asked_of([first_instances(many, 7)], Words())) == 7
    with pytest.raises(ConfigurationError, match="Two task files"):
        asked_of([TASK, TASK], Words())
    with pytest.raises(ConfigurationError, match="No instance that counts"):
        asked_of([replace(TASK, instances=(Instance("late", ("delay",), 101),))], Words())


def test_turns_of_a_prompt_come_first_and_give_nothing_away():
    demos = [
        *(Message("user", TASK.instances[0].input), Message("assistant", "refund")),
        *(Message("user", "other"), Message("assistant", "delay")),
    ]
    asked = asked_of([TASK], Words(), demos)
    assert [turn.content for turn in asked[0].conversation[:-1]] == ["other", "delay"]
    assert len(asked[1].conversation) == 5


def test_a_model_that_is_right_and_one_that_copies():
    asked = asked_of([TASK], Words())
    right = report_of(asked, [one.instance.outputs[0] for one in asked])
    assert (right.overall.ours.after, right.overall.ours.high, right.overall.faults) == (100, 100, 0)
    # All rows alike: what 6 rows cannot rule out (rule of three) keeps the interval open.
    assert right.overall.ours.low == pytest.approx(100 * 0.05 ** (1 / 6))
    # 2 of the 6 references are the example's output, refund.
    assert right.overall.copied["copy-demo"].before == pytest.approx(100 * 2 / 6)
    assert right.overall.copied["copy-demo"].change == pytest.approx(100 * 4 / 6)
    copying = report_of(asked, [baseline("copy-demo", TASK, one.instance) for one in asked])
    gain = copying.overall.copied["copy-demo"]
    assert (gain.change, gain.same, gain.is_real) == (0, True, False)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("서울역", ""),
        ("부산역입니다", ""),
        ("", "empty"),
        ("!!!", "garbled"),
        ("역입니다 " * 30, "looping"),
        ("죄송하지만 그 질문에는 답변해 드릴 수 없습니다.", "refusal"),
        ("어느 역이 1번째인가?", "copy"),
        ("Seoul Station", "language"),
        ("The first station is the one in the capital city of the country.", "language"),
        (ModelUnavailableError("away"), "failed"),
    ],
)
def test_answers_that_are_none_are_named(answer, fault):
    assert answer_fault(KOREAN, KOREAN.instances[0], answer) == fault


def test_an_english_task_is_not_answered_in_korean():
    assert answer_fault(TASK, TASK.instances[0], "지연") == "language"
    assert answer_fault(TASK, TASK.instances[0], "Ticket") == ""
    assert answer_fault(replace(TASK, output_language=()), TASK.instances[0], "지연") == ""


def test_figures_stand_beside_published_ones_with_what_differs():
    figures = {one.system: (one.default, one.xlingual) for one in PUBLISHED}
    assert figures["copy-input"] == (14.20, 5.44)
    assert figures["Tk-Instruct 11B"] == (60.07, None)
    assert figures["mTk-Instruct 3B"] == (None, 56.72)
    test = [f"task{number}_x" for number in range(119)]
    whole = [replace(TASK, name=name) for name in test]
    assert differences(PROTOCOL, whole, test) == []
    for protocol, tasks, listed, said in (
        (PROTOCOL, whole[:3], test, "Only 3 of the 119 test tasks were measured."),
        (PROTOCOL, [*whole[:3], TASK], test, "and 1 that are none of them."),
        (PROTOCOL, whole, None, "test_tasks.txt is not there"),
        (replace(PROTOCOL, most=5), whole, test, "The first 5 instances of each task"),
        (replace(PROTOCOL, tokens="morphemes"), whole, test, "morphemes instead of rouge"),
        (replace(PROTOCOL, track="xlingual"), whole, test, "of the 35 test tasks"),
        (replace(PROTOCOL, prompt="p.json"), whole, test, "prompt file p.json"),
        (replace(PROTOCOL, shortened=2), whole, test, "2 inputs lost examples"),
        (replace(PROTOCOL, failed=4), whole, test, "4 instances got no answer"),
    ):
        assert said in " ".join(one.en for one in differences(protocol, tasks, listed))


def test_no_call_is_paid_twice(tmp_path):
    asked = asked_of([KOREAN], Words())
    paid = []

    def say(text):
        if "3번째" in text and len(paid) < 10:
            return ModelUnavailableError("The server is away.")
        paid.append(text)
        return "서울역"

    def run():
        with CallJournal(tmp_path / "calls.jsonl") as journal:
            replies = answers_of(asked, sampler_of(say), journal, KEY, Quiet())
            return report_of(asked, replies, morphemes), journal.spent, journal.reused

    partial, spent, reused = run()
    assert (spent, reused, dict(partial.faults)) == (3, 0, {"failed": 1})
    assert partial.as_json()["answers"][2]["error"] == "The server is away."
    assert partial.overall.instances == 4  # what failed counts as an empty answer
    paid += [""] * 10
    whole, spent, reused = run()
    assert (spent, reused, dict(whole.faults)) == (1, 3, {})


def test_a_budget_that_runs_out_leaves_what_was_paid(tmp_path):
    asked = asked_of([KOREAN], Words())
    with CallJournal(tmp_path / "calls.jsonl", Budget(3)) as journal:
        replies = answers_of(asked, sampler_of(lambda text: "서울역"), journal, KEY, Quiet())
    assert replies[:3] == ["서울역"] * 3
    assert isinstance(replies[3], BudgetSpentError)
    report = report_of(asked, replies)
    assert (dict(report.faults), report.overall.instances) == ({"failed": 1}, 4)
    assert report.as_json()["answers"][3]["error"].startswith("The budget of 3 calls is spent")


def test_the_page_says_what_cannot_be_compared():
    asked = asked_of([KOREAN], Words())
    report = report_of(
        asked, ["서울역", "", "Busan <b>station</b> is", "광주역"], morphemes, tokens="morphemes"
    )
    page = render_superni(report)
    assert page == render_superni(report)
    for text in (
        "ROUGE-L compared morphemes instead of rouge.",
        "60.07",
        "scripted *",
        "다른 언어로 답함",
        "Busan &lt;b&gt;station",
        "예시 답 베끼기",
    ):
        assert text in page
    assert "<b>station" not in page
    found = report.as_json()
    assert (found["published"]["comparable"], found["faults"]) == (False, {"empty": 1, "language": 1})
    assert found["exact_match"] == 50


def test_the_real_test_tasks_give_the_baselines_figures(corpora):
    """A model that copies the example's output scores what the baseline does, on the 3 tasks at hand."""
    track = load_splits(corpora / "superni/splits/default")
    tasks = list(
        selected_tasks([corpora / "superni/tasks"], Selection(splits=track, part="test"), [], Quiet())
    )
    asked = asked_of([first_instances(task) for task in tasks], Words())
    rows = measured(asked, [baseline("copy-demo", one.task, one.instance) for one in asked], rouge_tokens)
    report = SuperniReport("copier", PROTOCOL, differences(PROTOCOL, tasks, track.test), rows)
    assert (len(rows), round(report.overall.ours.after, 4)) == (300, 14.3831)
    assert round(report.overall.copied["copy-input"].before, 4) == 52.5055
    assert set(report.categories) == {"Cause Effect Classification", "Question Rewriting"}
    assert report.categories["Cause Effect Classification"].metric == "exact_match"
    assert [one.en for one in report.differences] == ["Only 3 of the 119 test tasks were measured."]
