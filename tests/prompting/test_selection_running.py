"""Stage 1 with a model: counted exactly, resumed, cut off, and still demos."""

import math
import random

import pytest

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError, UserError
from prompting.journal import Budget, BudgetSpentError, CallJournal
from prompting.selection.calls import Caller
from prompting.selection.labelling import label_of, log_shares
from prompting.selection.plan import Selection, first_stage
from prompting.selection.queries import pool_of
from prompting.selection.running import select
from prompting.selection.types import PAPERS, Query
from tests.prompting.seeded import Scoring, Seeded
from tests.prompting.selecting import Pupil, embed

PUPIL = Pupil(seed=3, questions=24)
QUERIES = PUPIL.queries
SHORT = dict(zip([query.text for query in QUERIES], PUPIL.samples(7), strict=True))
REASONED = dict(zip([query.text for query in QUERIES], PUPIL.samples(7, cot=True), strict=True))
GOLD = {query.id: query.gold for query in QUERIES}


def text_of(question, seed, demos):
    words = ["사과가", "상자에", "여러", "개", "담겨", "있어서", "보기에도", "좋고", "모두", "말합니다"]
    random.Random(f"{question}{seed}").shuffle(words)
    return " ".join(words[:8])


SCRIPTS = {
    "sfg": lambda question, seed, demos: SHORT[question][seed],
    "cosp": lambda question, seed, demos: REASONED[question][seed],
    "lfg": text_of,
    "cls": lambda question, seed, demos: "긍정" if (len(question) + seed) % 3 else "부정입니다.",
}
SELECTIONS = {
    "sfg": Selection("usp", "sfg"),
    "cosp": Selection("cosp", "sfg", cot=True),
    "lfg": Selection("usp", "lfg"),
    "cls": Selection("usp", "cls", ("긍정", "부정")),
}


def run(path, selection, model, queries=QUERIES, budget=None):
    """What is chosen, the plan, and the calls that were made and reused."""
    pool, _ = pool_of(queries, 64)
    with CallJournal(path, Budget(budget)) as journal:
        caller = Caller(model, "seeded", journal)
        stage = first_stage(selection, pool, scores_labels=caller.scores_labels)
        planned = caller.plan(stage.all())
        selected = select(selection, pool, stage, caller, embed)
        return selected, planned, (journal.spent, journal.reused)


@pytest.mark.parametrize(
    ("kind", "calls"), [("sfg", 24 * 6), ("cosp", 24 * 7), ("lfg", 24 * 7), ("cls", 24 * 6)]
)
def test_the_calls_are_as_many_as_planned_and_are_not_made_again(tmp_path, kind, calls):
    model = Seeded(script=SCRIPTS[kind])
    twice = [*QUERIES, *QUERIES[:5]]
    selected, planned, made = run(tmp_path / "calls", SELECTIONS[kind], model, twice)
    assert (planned.calls, planned.kept, made) == (calls, 0, (calls, 0))
    assert len(model.asked) == len(set(model.asked)) == calls
    assert len(selected.chosen.demos) == (6 if kind == "cls" else 5)
    again, planned, made = run(tmp_path / "calls", SELECTIONS[kind], model, twice[::-1])
    assert (planned.kept, planned.prompt_tokens, made) == (calls, 0, (0, calls))
    assert again == selected
    assert len(model.asked) == calls


def test_samples_are_drawn_and_the_text_of_a_demo_is_not(tmp_path):
    model = Seeded(script=text_of)
    run(tmp_path / "calls", SELECTIONS["lfg"], model, QUERIES[:2])
    assert sorted(one.get("temperature", 0) for one in model.settings) == [0] * 2 + [0.7] * 12
    assert {one["max_tokens"] for one in model.settings} == {PAPERS.most_tokens}
    assert all("\nQ:" in one["stop"] for one in model.settings)


def test_a_plan_says_tokens_and_cost(tmp_path):
    pool = [Query("1", "가" * 100)]
    with CallJournal(tmp_path / "calls") as journal:
        caller = Caller(Seeded(script=text_of), "seeded", journal)
        stage = first_stage(SELECTIONS["sfg"], pool, scores_labels=False)
        planned = caller.plan(stage.all())
    instruction = -(-len(stage.asked.conversations[0][0].content.encode()) // 3)
    assert planned.prompt_tokens == 6 * (100 + instruction)
    assert planned.reply_tokens == 6 * 128
    assert planned.cost(2.0, 10.0) == pytest.approx((planned.prompt_tokens * 2 + 768 * 10) / 1e6)


@pytest.mark.parametrize("kind", ["sfg", "cosp"])
def test_the_demos_are_right_more_often_than_the_answers(tmp_path, kind):
    selected, _, _ = run(tmp_path / "calls", SELECTIONS[kind], Seeded(script=SCRIPTS[kind]))
    right = [demo.answer == GOLD[demo.query_id] for demo in selected.chosen.demos]
    assert sum(right) / len(right) >= sum(PUPIL.skills) / len(PUPIL.skills) + 0.15


def test_a_model_that_can_tell_is_asked_once_for_its_labels(tmp_path):
    def scores(question, demos):
        share = 0.5 + 0.49 * math.sin(len(question) + sum(map(ord, question)))
        return [math.log(share), math.log(1 - share)]

    model = Scoring(script=text_of, scores=scores)
    selected, planned, made = run(tmp_path / "calls", SELECTIONS["cls"], model)
    assert (planned.calls, planned.reply_tokens, made, model.asked) == (24, 0, (24, 0), [])
    assert {demo.answer for demo in selected.chosen.demos} == {"긍정", "부정"}
    assert not any("estimated" in note for note in selected.chosen.notes)
    run(tmp_path / "calls", SELECTIONS["cls"], model)
    assert len(model.scored) == 24


def test_a_label_that_is_impossible_is_so_after_a_restart_too(tmp_path):
    model = Scoring(script=text_of, scores=lambda question, demos: [0.0, -math.inf])
    first = run(tmp_path / "calls", SELECTIONS["cls"], model)[0]
    assert run(tmp_path / "calls", SELECTIONS["cls"], model)[0] == first
    assert {demo.answer for demo in first.chosen.demos if not demo.forced} == {"긍정"}


@pytest.mark.parametrize("kind", ["sfg", "lfg", "cls"])
def test_a_budget_that_runs_out_gives_demos_and_a_larger_one_the_same_as_one_run(tmp_path, kind):
    model = Seeded(script=SCRIPTS[kind])
    partial, planned, made = run(tmp_path / "calls", SELECTIONS[kind], model, budget=60)
    assert isinstance(partial.stopped, BudgetSpentError)
    assert made == (60, 0)
    assert 0 < partial.answered < partial.asked == 24
    assert partial.chosen.demos
    assert any(f"from {partial.answered} of 24 questions" in note for note in partial.chosen.notes)
    whole, _, made = run(tmp_path / "calls", SELECTIONS[kind], model)
    assert made == (planned.calls - 60, 60)
    assert len(set(model.asked)) == len(model.asked) == planned.calls
    assert (whole.stopped, whole.answered) == (None, 24)
    assert whole == run(tmp_path / "other", SELECTIONS[kind], Seeded(script=SCRIPTS[kind]))[0]


def test_interrupted_it_chooses_from_what_was_answered(tmp_path):
    model = Seeded(script=SCRIPTS["sfg"])
    count = iter(range(1000))
    cut = Seeded(
        script=lambda question, seed, demos: (
            KeyboardInterrupt() if next(count) >= 50 else SHORT[question][seed]
        )
    )
    selected, _, (spent, _) = run(tmp_path / "calls", SELECTIONS["sfg"], cut)
    assert isinstance(selected.stopped, KeyboardInterrupt)
    assert spent == 50
    assert selected.answered in (7, 8)
    assert selected.chosen.demos
    _, _, made = run(tmp_path / "calls", SELECTIONS["sfg"], model)
    assert made == (24 * 6 - 50, 50)


def test_a_server_that_goes_away_leaves_demos_and_one_that_never_was_an_error(tmp_path):
    count = iter(range(1000))
    gone = ModelUnavailableError("no connection could be made")
    model = Seeded(script=lambda question, seed, demos: SHORT[question][seed] if next(count) < 60 else gone)
    selected, _, (spent, _) = run(tmp_path / "calls", SELECTIONS["sfg"], model)
    assert (selected.stopped, spent) == (gone, 60)
    assert selected.chosen.demos
    assert len(model.asked) < 24 * 6
    for kind in ("sfg", "lfg"):
        with pytest.raises(ModelUnavailableError):
            run(tmp_path / kind, SELECTIONS[kind], Seeded(script=lambda *_: gone))
    with pytest.raises(ConfigurationError, match="no such model"):
        run(
            tmp_path / "none",
            SELECTIONS["sfg"],
            Seeded(script=lambda *_: ConfigurationError("no such model")),
        )


def test_a_question_that_the_model_cannot_take_is_left_out_and_not_the_others(tmp_path):
    long = QUERIES[3].text
    model = Seeded(
        script=lambda question, seed, demos: (
            UserError("too long") if question == long else SHORT[question][seed]
        )
    )
    selected, _, _ = run(tmp_path / "calls", SELECTIONS["sfg"], model)
    assert (selected.stopped, selected.answered, selected.asked) == (None, 23, 24)
    assert QUERIES[3].id not in {demo.query_id for demo in selected.chosen.demos}


def test_a_question_whose_labels_cannot_be_scored_is_left_out_and_not_the_others(tmp_path):
    def scores(question, demos):
        if question == QUERIES[3].text:
            raise UserError("too long")
        return [math.log(0.6), math.log(0.4)]

    model = Scoring(script=text_of, scores=scores)
    selected, _, made = run(tmp_path / "calls", SELECTIONS["cls"], model)
    assert (selected.stopped, selected.answered, selected.asked, made) == (None, 23, 24, (23, 0))
    assert len(selected.chosen.demos) == 6
    with pytest.raises(UserError, match="too long"):
        run(tmp_path / "calls", SELECTIONS["cls"], model, QUERIES[3:4])


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("", "empty"),
        ("죄송하지만 답변해 드릴 수 없습니다.", "refusal"),
        ("사과 상자 사과 상자 " * 20, "looping"),
        ("The boxes hold exactly twelve apples in all of them", "wrong language"),
    ],
)
def test_replies_that_are_no_answers_are_counted_and_give_no_demos(tmp_path, reply, name):
    selected, _, _ = run(tmp_path / "calls", SELECTIONS["sfg"], Seeded(script=lambda *_: reply), QUERIES[:3])
    assert selected.chosen.dropped[name] == 18
    assert (selected.chosen.demos, selected.chosen.worth_it, selected.answered) == ((), False, 3)
    assert any("no demos" in note for note in selected.chosen.notes)


def test_one_question_gives_one_demo(tmp_path):
    selected, planned, _ = run(
        tmp_path / "calls", SELECTIONS["sfg"], Seeded(script=lambda *_: "12개"), QUERIES[:1]
    )
    assert planned.calls == 6
    assert [demo.answer for demo in selected.chosen.demos] == ["12"]
    assert any("1 demos instead of 5" in note for note in selected.chosen.notes)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("cosp", "cls", ("가", "나")), "answers with reasons"),
        (("cosp", "sfg"), "answers with reasons"),
        (("usp", "lfg", (), "ko", True), "Only short answers"),
        (("usp", "cls", ("긍정",)), "two labels or more"),
        (("usp", "sfg", ("긍정", "부정")), "Labels are for"),
        (("usp", "cls", ("긍정", "긍정 ")), "the same but for their spelling"),
        (("usp", "cls", ("긍정", " ")), "A label is empty"),
        (("usp", "cls", ("긍정", "부\udcff")), "not written in UTF-8"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(arguments, what):
    with pytest.raises(ConfigurationError, match=what):
        Selection(*arguments)


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("긍정", "긍정"),
        (" 부정입니다.", "부정"),
        ("이 리뷰는 긍정적이라고 봅니다", "긍정"),
        ("긍정도 부정도 아닙니다", ""),
        ("모르겠습니다", ""),
        ("", ""),
    ],
)
def test_a_label_is_read_when_only_one_is_named(reply, label):
    assert label_of(reply, ["긍정", "부정"]) == label


def test_a_label_that_holds_another_is_itself():
    assert label_of("그 댓글은 비공격적 표현이다", ["공격적", "비공격적"]) == "비공격적"


@pytest.mark.parametrize(
    ("reply", "labels", "label"),
    [
        ("I don't know.", ["yes", "no"], ""),
        ("It is nothing special", ["yes", "no"], ""),
        ("The score is 10 of 10", ["1", "2"], ""),
        ("21글자로 보이는데 확실하지는 않아요", ["1글자", "2글자"], ""),
        ("I would say no, it does not", ["yes", "no"], "no"),
        ("이 리뷰는 positive입니다", ["positive", "negative"], "positive"),
        ("This is positive, 리뷰로 보아", ["positive", "negative"], "positive"),
        ("a banana", ["A", "B"], ""),
    ],
)
def test_a_label_within_another_word_or_number_is_not_named(reply, labels, label):
    assert label_of(reply, labels) == label


def test_label_probabilities_of_replies_are_smoothed_counts():
    found = log_shares(["긍정", "긍정", "부정", "모름"], ["긍정", "부정", "중립"])
    assert found == pytest.approx([math.log(2.5 / 4.5), math.log(1.5 / 4.5), math.log(0.5 / 4.5)], abs=1e-12)
    assert log_shares(["", "모름"], ["긍정", "부정"]) == [-math.inf, -math.inf]
