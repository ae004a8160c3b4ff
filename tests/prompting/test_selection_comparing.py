"""Five ways to ask: what each is asked, how often, what is read, and what is measured."""

import math

import pytest

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError
from prompting.journal import Budget, BudgetSpentError, CallJournal
from prompting.selection.baselines import Baselines
from prompting.selection.calls import Caller
from prompting.selection.comparing import check_gold, compare
from prompting.selection.plan import Selection
from prompting.selection.prompt_file import prompt_of
from prompting.selection.types import PAPERS, Chosen, Demo, Query
from tests.prompting.seeded import Scoring, Seeded

QUERIES = [Query(f"q{n}", f"{n} 더하기 {n}은 얼마입니까?", str(2 * n)) for n in range(20)]
PLACE = {query.text: n for n, query in enumerate(QUERIES)}
WAYS = ["zero-shot", "the prompt", "zero-shot CoT", "random demos", "self-consistency"]


def prompt_for_task(selection, responses):
    demos = tuple(
        Demo(f"d{n}", f"{n} 곱하기 {n}은 얼마입니까?", said, said, 0.0, {}, "")
        for n, said in enumerate(responses)
    )
    return prompt_of(selection, QUERIES, "seeded", Chosen(demos, 0.5, worth_it=True))


def compared(path, prompt, model, queries=QUERIES, budget=None):
    with CallJournal(path, Budget(budget)) as journal:
        told: list[int] = []
        caller = Caller(model, "seeded", journal, told.append)
        baselines = Baselines(prompt, queries, caller, PAPERS)
        planned = baselines.plan()
        found = compare(baselines, prompt, queries, PAPERS)
        assert found.stopped or sum(told) == planned.calls  # what a progress bar shows
        return found, planned, journal.spent


def short(question, seed, demos):
    """Right from the number of the question on that the demos help to: 10 without, 5 with demos."""
    n = PLACE[question]
    return f"{2 * n if n >= (5 if demos else 10) else 999}입니다."


def test_short_answers_in_each_way(tmp_path):
    prompt = prompt_for_task(Selection("usp", "sfg"), ["0", "1", "4"])
    model = Seeded(script=short)
    found, planned, spent = compared(tmp_path / "calls", prompt, model)
    assert [row.way for row in found.rows] == WAYS
    assert [row.score for row in found.rows] == [0.5, 0.75, 0.5, 0.75, 0.5]
    assert [row.calls for row in found.rows] == [1, 1, 1, 1, 14]
    assert planned.calls == spent == len(model.asked) == 20 * (4 + 14)
    versus = found.rows[1].versus
    assert versus is not None
    assert (versus.change, versus.is_real) == (0.25, True)
    assert found.rows[2].versus.same
    _, planned, spent = compared(tmp_path / "calls", prompt, model)
    assert (planned.kept, spent) == (20 * 17, 0)
    assert planned.reply_tokens == 20 * PAPERS.most_tokens  # as if random demos had not been asked


def test_a_prompt_of_cosp_is_asked_as_often_as_self_consistency(tmp_path):
    def reasons(question, seed, demos):
        said = PLACE[question] * 2 if demos or (seed or 0) < 3 else 7777
        return f"하나씩 더합니다. 따라서 답은 {said}입니다."

    prompt = prompt_for_task(Selection("cosp", "sfg", cot=True), ["따라서 답은 1입니다."])
    model = Seeded(script=reasons)
    found, planned, spent = compared(tmp_path / "calls", prompt, model)
    scores = {row.way: (row.score, row.calls) for row in found.rows}
    # 3 of 7 without demos and 7 of 7 with them are a majority; 3 of 14 are none.
    assert scores["the prompt"] == scores["random demos"] == (1.0, 14)
    assert scores["self-consistency"] == (0.0, 14)
    # Zero-shot, CoT, 14 paths of which COSP takes half, and twice 7 with demos.
    assert planned.calls == spent == 20 * (1 + 1 + 14 + 7 + 7)


def test_labels_are_scored_once_where_the_model_can_tell(tmp_path):
    queries = [Query(query.id, query.text, "긍정" if n % 2 else "부정") for n, query in enumerate(QUERIES)]

    def scores(question, demos):
        likely = (PLACE[question] % 2 == 1) if demos else True
        return [math.log(0.9), math.log(0.1)] if likely else [math.log(0.2), math.log(0.8)]

    model = Scoring(script=lambda *_: "따라서 답은 긍정입니다.", scores=scores)
    prompt = prompt_for_task(Selection("usp", "cls", ("긍정", "부정")), ["긍정", "부정"])
    found, planned, spent = compared(tmp_path / "calls", prompt, model, queries)
    assert [row.score for row in found.rows] == [0.5, 1.0, 0.5, 1.0, 0.5]
    assert planned.calls == spent == 20 * (3 + 1 + 14)
    assert (len(model.scored), len(model.asked)) == (60, 300)


def test_a_model_that_can_tell_and_goes_away_leaves_the_ways_that_are_whole(tmp_path):
    queries = [Query(query.id, query.text, "긍정") for query in QUERIES]
    gone = ModelUnavailableError("gone")

    def scores(question, demos):
        if demos:
            raise gone
        return [0.0, -1.0]

    prompt = prompt_for_task(Selection("usp", "cls", ("긍정", "부정")), ["긍정", "부정"])
    found, _, spent = compared(
        tmp_path / "calls", prompt, Scoring(script=lambda *_: "긍정", scores=scores), queries
    )
    assert ([row.way for row in found.rows], found.stopped, spent) == (WAYS[:1], gone, 20)


def test_texts_are_measured_by_rouge_and_have_no_reasons(tmp_path):
    queries = [Query(query.id, query.text, "사과를 먹는다") for query in QUERIES]
    prompt = prompt_for_task(Selection("usp", "lfg"), ["배를 먹는다"])
    said = {0: "구름이 흐른다", 1: "사과를 먹는다"}
    found, planned, spent = compared(
        tmp_path / "calls", prompt, Seeded(script=lambda question, seed, demos: said[min(demos, 1)]), queries
    )
    assert [row.way for row in found.rows] == ["zero-shot", "the prompt", "random demos"]
    first, second, _ = (row.score for row in found.rows)
    assert first < 0.4
    assert second == 1.0
    assert planned.calls == spent == 60


def test_random_demos_never_show_the_question_that_is_asked(tmp_path):
    shown = []

    class Listener(Seeded):
        def _generate(self, messages, *args, **kwargs):
            shown.append([str(message.text) for message in messages])
            return super()._generate(messages, *args, **kwargs)

    prompt = prompt_for_task(Selection("usp", "sfg"), ["0", "1", "4", "9", "16"])
    compared(tmp_path / "calls", prompt, Listener(script=short), QUERIES[:4])
    random_ones = [texts for texts in shown if len(texts) > 2 and "더하기" in texts[1]]
    assert len(random_ones) == 4
    assert all(len(texts) == 2 + 2 * 3 for texts in random_ones)
    assert all(texts[-1] not in texts[1:-1] for texts in random_ones)


def test_a_budget_that_runs_out_leaves_the_ways_that_are_whole(tmp_path):
    prompt = prompt_for_task(Selection("usp", "sfg"), ["0", "1", "4"])
    found, _, spent = compared(tmp_path / "calls", prompt, Seeded(script=short), budget=50)
    assert ([row.way for row in found.rows], spent) == (WAYS[:2], 50)
    assert isinstance(found.stopped, BudgetSpentError)
    with pytest.raises(BudgetSpentError):
        compared(tmp_path / "other", prompt, Seeded(script=short), budget=10)


def test_only_known_answers_that_are_labels_can_be_measured():
    prompt = prompt_for_task(Selection("usp", "cls", ("긍정", "부정")), [])
    check_gold([Query("1", "가", "긍정입니다.")], prompt, "q.jsonl")
    with pytest.raises(ConfigurationError, match="'1' is not known"):
        check_gold([Query("1", "가")], prompt, "q.jsonl")
    # No answer can be read in "?" either: a reply without one would be right.
    with pytest.raises(ConfigurationError, match="'1' is not known"):
        check_gold([Query("1", "가", "?")], prompt_for_task(Selection("usp", "sfg"), []), "q.jsonl")
    with pytest.raises(ConfigurationError, match="'중립', no label") as error:
        check_gold([Query("1", "가", "중립")], prompt, "q.jsonl")
    assert "긍정, 부정" in error.value.fix
