"""The labelled conversations of benchmarks/slack: their counts, and what the rules must reach on them."""

import importlib
import sys
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
CORPORA = PROJECT.parent / "shared" / "corpora"
BOTS = {"malmoi", "배포봇", "알림봇"}


@pytest.fixture
def benchmark(monkeypatch):
    for folder in (PROJECT / "benchmarks", PROJECT / "benchmarks" / "slack"):
        monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("conventions")
    for name in ("conventions", "real_texts", "machine"):
        sys.modules.pop(name, None)


def test_the_data_are_what_their_readme_says(benchmark):
    every = benchmark.conversations()
    rows = [row for conversation in every for row in conversation]
    assert Counter(row.label for row in rows) == {
        "none": 257,
        "split": 58,
        "loose_reply": 16,
        "new_topic": 11,
    }
    assert Counter(conversation[0].split for conversation in every) == {"dev": 52, "held_out": 30}
    for conversation in every:
        assert [row.message for row in conversation] == list(range(1, len(conversation) + 1))
        assert [row.at for row in conversation] == sorted(row.at for row in conversation)
        assert len({row.split for row in conversation}) == 1
        assert all(conversation[row.thread - 1].thread == row.thread for row in conversation)
        assert all(row.bot == (row.author in BOTS) for row in conversation)


@pytest.mark.parametrize("split", ["dev", "held_out", ""])
def test_every_kind_is_found_and_simple_rules_are_far_behind(benchmark, split):
    rows = benchmark.conversations(split)
    ours = benchmark.table(rows, benchmark.ours)
    assert {kind: values["f1"] >= 0.9 for kind, values in ours.items()} == dict.fromkeys(ours, True)
    assert ours["micro"]["precision"] >= 0.95
    simple = benchmark.table(rows, benchmark.three_within_a_minute)
    assert simple["micro"]["f1"] < 0.5 < ours["micro"]["f1"]


def test_no_hint_to_bots_or_in_direct_messages_and_only_new_topics_in_threads(benchmark):
    hints = Counter()
    for conversation in benchmark.conversations():
        for number, kind in benchmark.ours(conversation).items():
            row = conversation[number - 1]
            assert not row.bot
            assert row.place == "channel"
            assert (kind == "new_topic") == (row.thread != row.message)
            hints[kind] += 1
    assert min(hints.values()) >= 10


def test_a_message_costs_less_than_two_milliseconds(benchmark):
    assert benchmark.microseconds() < 2_000


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public corpora are not beside the clone")
def test_what_people_really_typed_is_seldom_taken_for_a_fault(benchmark):
    cut, *whole, another = importlib.import_module("real_texts").rates(CORPORA).values()
    assert cut > 0.75
    assert max(whole) < 0.05
    assert another < 0.01
