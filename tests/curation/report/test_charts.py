"""The figures of the report: what the charts and their tables say."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.ledger import Entry
from curation.lengths import Lengths
from curation.recipe import Recipe
from curation.report import changes, distributions, funnel, mix, reasons, safety
from curation.report.charts import Columns, Rows, percent, wants_log
from curation.report.data import Cluster, ReleaseReport, Scores, SourceReport
from curation.report.words import Both, reason_name, step_name, step_summary
from curation.steps import STEPS


def recipe(*steps: dict) -> Recipe:
    sources = tuple(
        {"name": name, "reader": "jsonl", "path": [name], "licence": "CC0-1.0", "config": name}
        for name in ("a", "b")
    )
    return Recipe.model_validate({"name": "trial", "sources": sources, "steps": steps})


def source(name: str, *, kept: int = 1, **facts) -> SourceReport:
    facts.setdefault("entry", Entry(kept, kept, {}, 0))
    return SourceReport(name, **{"licence": "CC0-1.0", "url": "", "language": "ko", "config": name, **facts})


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "0"),
        (0, 5, "0"),
        (5, 5, "100.0"),
        (1, 3, "33.3"),
        (1, 10**6, "<0.1"),
        (10**6 - 1, 10**6, ">99.9"),
    ],
)
def test_shares_are_said_without_lying_at_the_ends(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


@pytest.mark.parametrize(
    ("counts", "log"), [([], False), ([0, 5], False), ([1, 999], False), ([1, 1000], True), ([0, 0], False)]
)
def test_a_logarithmic_axis_is_for_counts_far_apart(counts: list[int], log: bool) -> None:
    assert wants_log(counts) is log


def test_the_funnel_follows_the_recipe_and_ends_at_what_was_kept() -> None:
    steps = recipe({"step": "normalise"}, {"step": "length"}, {"step": "exact_dedup"})
    dropped = {"exact_dedup/duplicate": 20, "length/too_short": 5, "length/too_long": 1, "later/why": 4}
    way = funnel.stages(steps, Entry(100, 67, dropped, 3))
    assert [(stage.label.en, stage.left, stage.lost) for stage in way] == [
        ("read", 100, 0),
        ("not quarantined", 97, 3),
        ("normalise", 97, 0),
        ("length", 91, 6),
        ("exact_dedup", 71, 20),
        ("later", 67, 4),
        ("kept", 67, 0),
    ]


def test_the_funnel_of_a_source_has_the_steps_that_concern_it() -> None:
    steps = recipe({"step": "normalise", "sources": ("b",)}, {"step": "length", "except_sources": ("b",)})
    entry = Entry(2, 2, {}, 0)
    assert [stage.label.en for stage in funnel.stages(steps, entry, "a")] == ["read", "length", "kept"]
    assert [stage.label.en for stage in funnel.stages(steps, entry, "b")] == ["read", "normalise", "kept"]


def test_what_is_left_and_lost_add_up_in_the_funnel(rich: ReleaseReport) -> None:
    entry = funnel.total(one.entry for one in rich.sources)
    way = funnel.stages(rich.recipe, entry)
    for before, after in pairwise(way):
        assert before.left == after.left + after.lost
    figure = funnel.funnel("funnel", Both("", ""), way).figure
    assert [sum(bars) for bars in zip(*(series.values for series in figure.series), strict=True)] == [
        stage.left + stage.lost for stage in way
    ]


def test_a_step_used_twice_stands_at_its_last_use() -> None:
    steps = recipe({"step": "length"}, {"step": "normalise"}, {"step": "length"})
    assert funnel.steps_in_order(steps) == ["normalise", "length"]


def test_ledgers_of_sources_add_up() -> None:
    one = Entry(10, 7, {"length/too_short": 2}, 1, {"split line": {"rows": 1, "lines": 3}})
    other = Entry(
        5, 3, {"length/too_short": 1, "length/too_long": 1}, 0, {"split line": {"rows": 2, "lines": 4}}
    )
    both = Entry(
        15, 10, {"length/too_short": 3, "length/too_long": 1}, 1, {"split line": {"rows": 3, "lines": 7}}
    )
    assert funnel.total([one, other]) == both


def test_licences_are_weighed_by_rows_and_by_characters() -> None:
    sources = [
        source("a", kept=3, kept_lengths=Lengths({10: 3})),
        source("b", kept=1, kept_lengths=Lengths({70: 1}), licence="MIT"),
    ]
    chart = mix.mix("m", Both("", ""), sources, lambda one: one.licence)
    assert chart.table.rows == [["CC0-1.0", 3, "75.0", 30, "30.0"], ["MIT", 1, "25.0", 70, "70.0"]]
    assert chart.figure.log is False


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=50))
def test_every_score_has_a_class_that_holds_it(values: list[float]) -> None:
    values = [float(f"{value:.2g}") for value in values]
    classes = distributions.classes_for(values)
    assert 1 <= classes.count <= distributions.CLASSES + 1
    for value in values:
        low, high = classes.edges(classes.of(value))
        slack = 1e-6 * max(abs(low), abs(high), 1e-6)
        assert low - slack <= value <= high + slack


def test_scores_are_counted_once_and_the_limit_is_drawn() -> None:
    found = Scores({0.5: 10, 0.9: 30, 1.0: 60}, {0.1: 1, 0.49: 3, math.nan: 9})
    chart = distributions.scores(
        "hangul_ratio", found, recipe({"step": "hangul_ratio", "params": {"min": 0.5}})
    )
    assert chart is not None
    assert isinstance(chart.figure, Columns)
    assert [sum(series.values) for series in chart.figure.series] == [pytest.approx(100), pytest.approx(100)]
    assert sum(row[1] for row in chart.table.rows) == 100
    assert sum(row[3] for row in chart.table.rows) == 4
    assert [(line.at, line.label) for line in chart.figure.lines] == [(0.5, "min = 0.5")]


def test_scores_that_span_orders_of_magnitude_get_logarithmic_classes() -> None:
    found = Scores({float(10**power): 1 for power in range(1, 7)}, {2.0: 5})
    chart = distributions.scores(
        "length", found, recipe({"step": "length", "params": {"min": 10, "max": None}})
    )
    assert chart is not None
    assert isinstance(chart.figure, Columns)
    assert ("1,000" in {text for _, text in chart.figure.ticks}) is True
    assert [(line.at, line.label) for line in chart.figure.lines] == [(1.0, "min = 10")]


def test_a_limit_far_from_all_scores_does_not_squeeze_them() -> None:
    found = Scores({5.0: 1, 6.0: 1}, {})
    chart = distributions.scores("length", found, recipe({"step": "length", "params": {"max": 10**6}}))
    assert chart is not None
    assert chart.figure.lines == []


def test_no_scores_give_no_chart() -> None:
    assert distributions.scores("length", Scores({}, {math.nan: 1}), recipe()) is None


def test_lengths_of_both_groups_share_their_classes() -> None:
    sources = [
        source("a", kept_lengths=Lengths({3: 3, 40: 1}), dropped_lengths=Lengths({1: 2})),
        source("b", kept_lengths=Lengths({3: 1})),
    ]
    chart = distributions.lengths(sources)
    assert chart is not None
    assert [row[0] for row in chart.table.rows] == ["1", "2–3", "4–7", "8–15", "16–31", "32–63"]
    assert [row[1] for row in chart.table.rows] == [0, 4, 0, 0, 0, 1]
    assert [row[3] for row in chart.table.rows] == [2, 0, 0, 0, 0, 0]
    assert distributions.quantiles(sources).rows[1] == ["b", 3, 3, 3, "–", "–", "–"]


def test_reasons_follow_the_steps_and_show_examples_of_all_sources_in_turn() -> None:
    def rows(name: str) -> list[dict]:
        return [{"id": f"{name}{number}"} for number in range(10)]

    sources = [
        source(
            "a",
            entry=Entry(9, 0, {"length/too_short": 2, "exact_dedup/duplicate": 7}, 0),
            samples={"length/too_short": rows("a")},
        ),
        source(
            "b",
            entry=Entry(9, 0, {"length/too_short": 4, "length/too_long": 5}, 0),
            samples={"length/too_short": rows("b")[:1]},
        ),
    ]
    entry = funnel.total(one.entry for one in sources)
    found = reasons.reasons(recipe({"step": "length"}, {"step": "exact_dedup"}), sources, entry)
    assert [(one.label, one.count) for one in found] == [
        ("length/too_short", 6),
        ("length/too_long", 5),
        ("exact_dedup/duplicate", 7),
    ]
    assert found[0].by_source == [("b", 4), ("a", 2)]
    assert [row["id"] for row in found[0].examples] == ["a0", "b0", *(f"a{number}" for number in range(1, 7))]
    assert found[0].examples[1]["source"] == "b"


def test_personal_data_has_a_chart_of_its_own() -> None:
    counts = {"personal_data/phone_number": 3, "normalise/nfc": 5, "personal_data/address": 0}
    rules, kinds = changes.rule_chart(recipe(), counts), changes.personal_data_chart(counts)
    assert rules is not None
    assert kinds is not None
    assert [row[1] for row in rules.table.rows] == [5]
    assert kinds.table.rows == [[Both("전화번호 (phone_number)", "phone_number"), 3]]


def test_clusters_are_shown_from_the_largest_with_what_is_not_shown() -> None:
    def row(name: str) -> dict:
        return {"id": name, "source": "a", "text": f"같은 글 {name}", "score": 0.9, "detail": "both"}

    clusters = [Cluster(2, row("k1"), [row("m1")]), Cluster(9, row("k2"), [row(f"n{n}") for n in range(6)])]
    largest, smallest = changes.groups(clusters)
    assert (largest.id, largest.size, len(largest.pairs), largest.unshown) == ("k2", 9, 4, 4)
    assert (smallest.id, smallest.unshown) == ("k1", 0)
    assert smallest.pairs[0].left == "같은 글 <del>k1</del>"
    assert smallest.pairs[0].note == "0.9 · both"


def test_cluster_sizes_are_classed_from_ten_on() -> None:
    chart = changes.size_chart({2: 5, 9: 1, 10: 1, 19: 2, 20: 4, 100: 1})
    assert chart is not None
    assert [row[:2] for row in chart.table.rows] == [
        ["2", 5],
        ["9", 1],
        ["10–19", 3],
        ["20–39", 4],
        ["80–159", 1],
    ]


def test_safety_counts_rows_from_one_half_on_and_lists_all() -> None:
    tags = {
        "safety.hate": {0.0: 90, 0.4: 5, 0.5: 1, 0.7: 2, 0.9: 3, 1.0: 4},
        "safety.layer": {"model": 7},
        "language": {"ko": 1},
    }
    scored, layer = safety.safety_charts(tags)
    assert isinstance(scored.figure, Rows)
    assert [series.values for series in scored.figure.series] == [[1], [2], [7]]
    assert scored.figure.notes == ["10 (9.5 %)"]
    assert scored.table.rows == [[Both("혐오 (hate)", "hate"), 90, 5, 1, 2, 3, 4]]
    assert layer.table.rows == [["model", 7, "100.0"]]


def test_tags_are_bounded_on_the_page() -> None:
    chart = mix.tag("t", "cluster", {f"c{number:04}": 1 for number in range(5000)})
    assert len(chart.figure.labels) == mix.MAX_BARS
    assert len(chart.table.rows) == mix.MAX_LISTED + 1
    assert sum(row[1] for row in chart.table.rows) == 5000


def test_numbers_of_a_tag_stand_in_order_and_yes_and_no_are_words() -> None:
    assert [row[0] for row in mix.tag("t", "stars", {2.0: 9, 0.5: 1, 1: 5}).table.rows] == ["0.5", "1", "2"]
    assert [row[0] for row in mix.tag("t", "has", {True: 2, False: 1}).table.rows] == [
        Both("예", "yes"),
        Both("아니요", "no"),
    ]


def test_splits_stand_in_the_usual_order() -> None:
    chart = mix.splits({"a": {"test": 1, "extra": 4, "train": 9}, "b": {"validation": 2}})
    assert [series.name for series in chart.figure.series] == ["train", "validation", "test", "extra"]
    assert chart.table.rows == [["a", 9, 0, 1, 4, 14], ["b", 0, 2, 0, 0, 2]]


def test_every_step_has_a_korean_name_and_an_unknown_one_its_own() -> None:
    for step in STEPS:
        assert step_name(step).ko != step, f"{step}: add it to curation/report/korean_names.py"
        assert step_summary(step).ko != step_summary(step).en
    assert step_name("tomorrow") == Both("tomorrow", "tomorrow")
    assert reason_name("length/too_short") == Both("길이: 너무 짧음", "length/too_short")
    assert reason_name("tomorrow/why") == Both("tomorrow: why", "tomorrow/why")


def test_many_different_numbers_of_a_tag_are_classed() -> None:
    values = {number / 10: 1 for number in range(-80, -20)}
    chart = mix.tag("t", "quality.fluency", values)
    assert isinstance(chart.figure, Columns)
    # Numbers that are spread evenly look so.
    assert list(chart.figure.series[0].values) == [2] * 30
    assert [row[1] for row in chart.table.rows] == [2] * 30


def test_measurements_are_found_wherever_they_stand() -> None:
    measured = {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "support": 8, "rows": 90}
    facts = {
        "metrics": {
            "hate": {"test": {"beep": measured}, "false_alarms": {"news": 0.01}},
            "bias": {"precision": 1, "support": None},
        },
        "sha256": "abc",
        "empty": {},
    }
    table = safety.metrics_table(facts)
    assert table is not None
    assert table.rows == [
        [Both("편향 (bias)", "bias"), "1.000", "–", "–", "–"],
        [Both("혐오 · test · beep (hate · test · beep)", "hate · test · beep"), "0.500", "0.250", "0.333", 8],
    ]
    assert safety.unmeasured(facts) == {
        "empty": {},
        "metrics": {"hate": {"false_alarms": {"news": 0.01}}},
        "sha256": "abc",
    }
    assert safety.metrics_table({"sha256": "abc"}) is None
