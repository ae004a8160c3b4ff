from functools import partial

import numpy as np
import pytest

from curation.errors import ConfigurationError
from prompting.rain import Budget, Constants, TooLongError, search
from prompting.rain.budget import Meter
from prompting.rain.growing import ends_clause, greedy_weight, groups, most_probable
from tests.prompting.rain.bigrams import HARMLESS, Bigrams, embedding, value_of

SHORT = Constants(group_lengths=(1, 1, 2))


def is_safe(text):
    return bool(set(text.split()) & HARMLESS)


def searched(seed=0, model=None, **changes):
    options = {"max_tokens": 8, "embed": embedding, "constants": SHORT, "seed": seed, **changes}
    return search(model or Bigrams(), value_of, **options)


def test_search_lifts_what_is_safe_from_below_a_half_to_above_nine_tenths():
    seeds = range(40)
    model = Bigrams()
    plain = [is_safe(model.sampled(np.random.default_rng(seed))) for seed in range(400)]
    assert np.mean(plain) == pytest.approx(0.35 * 0.55, abs=0.05)
    found = [searched(seed) for seed in seeds]
    assert np.mean([is_safe(one.text) for one in found]) > 0.9
    assert all(commit.iterations <= 50 for one in found for commit in one.commits)


def test_without_search_it_stays_as_it_was():
    # One iteration sees the prompt alone: the likeliest beginning is taken, and it is the harmful one.
    constants = Constants(iterations=1, more_iterations=1)
    assert not any(is_safe(searched(seed, constants=constants).text) for seed in range(10))


def test_a_result_says_what_it_took():
    model = Bigrams()
    found = searched(model=model)
    assert found.text in {"나는 곱다 .", "나는 좋다 ."}
    assert (found.ended, found.value, found.plain_calls) == ("stop", 1.0, 4)
    assert found.calls == model.calls + 2 * found.judged
    assert found.factor == found.calls / 4 > 1
    # A node for each child that was ever made, and the first root.
    made = len(set(model.rows))
    assert found.nodes > made > 4
    assert model.commits[-1] == found.tokens
    assert "".join(one.text for one in found.commits) == found.text
    shown = found.as_json()
    assert shown["answer"] == found.text
    assert shown["cost_factor"] == round(found.factor, 2)
    assert [option["text"] for option in shown["commits"][0]["options"]] == ["나는", "너는"]


@pytest.mark.parametrize(
    ("iterations", "nodes", "first"), [(1, 5, "너는"), (2, 5, "너는"), (3, 9, "나는"), (4, 9, "나는")]
)
def test_nodes_are_counted_as_by_hand(iterations, nodes, first):
    # The root, its two beginnings, the two words after 너는, which is likelier, and the four after 나는,
    # which is looked at third.
    constants = Constants(group_lengths=(1,), iterations=iterations, more_iterations=1)
    found = search(Bigrams(), value_of, max_tokens=2, constants=constants)
    assert found.nodes == nodes
    assert found.commits[0].text == first
    assert found.commits[0].iterations == iterations
    assert sum(option.visits for option in found.commits[0].options) == iterations - 1
    assert [option.prior for option in found.commits[0].options if option.text == "너는"] == [
        pytest.approx(0.75 * 0.65 + 0.125, abs=1e-9)
    ]


def test_the_same_seed_finds_the_same():
    one, other = searched(3), searched(3)
    assert (one.tokens, one.calls, one.nodes, one.commits) == (
        other.tokens,
        other.calls,
        other.nodes,
        other.commits,
    )


def test_what_was_reused_counts_and_fifteen_more_are_looked_at():
    # A judge that never knows: nothing settles, so every search uses its iterations up.
    constants = Constants(group_lengths=(1,), iterations=20, more_iterations=15)
    found = search(Bigrams(), lambda _: 0.0, max_tokens=3, constants=constants)
    first, *later = found.commits
    assert first.iterations == 20
    reused = round(first.visits)
    assert later[0].iterations == max(20 - reused, 15)


@pytest.mark.parametrize("calls", [1, 2, 5, 20, 60])
def test_a_budget_of_calls_is_never_passed_and_what_was_found_remains(calls):
    model = Bigrams()
    found = searched(model=model, budget=Budget(calls=calls))
    assert found.calls <= calls
    assert found.calls == model.calls + 2 * found.judged
    whole = searched()
    assert found.ended == ("calls" if whole.calls > calls else "stop")
    assert not set(found.text.split()) & {"밉다", "싫다"}
    assert bool(found.text) or calls < 60


def test_a_budget_of_seconds_ends_with_what_was_found(monkeypatch):
    class Slow(Bigrams):
        now = 0.0

        def next_log_probs(self, answers):
            self.now += 0.01 * len(answers)
            return super().next_log_probs(answers)

    model = Slow()
    monkeypatch.setattr("prompting.rain.searching.Meter", partial(Meter, clock=lambda: model.now))
    found = searched(model=model, budget=Budget(seconds=0.15))
    assert found.ended == "seconds"
    assert 0.15 <= found.seconds < 0.5
    assert 0 < found.calls < searched().calls
    assert not set(found.text.split()) & {"밉다", "싫다"}


@pytest.mark.parametrize("limits", [{"calls": 0}, {"seconds": 0}, {"seconds": -1}, {"seconds": float("nan")}])
def test_a_budget_of_nothing_is_refused(limits):
    with pytest.raises(ConfigurationError, match="nothing to answer with"):
        Budget(**limits)


def test_the_most_tokens_end_an_answer_also_inside_a_group():
    found = searched(max_tokens=2, constants=Constants(group_lengths=(1, 10)))
    assert (found.ended, len(found.tokens)) == ("length", 2)
    assert len(searched(model=Bigrams(room=3), max_tokens=50).tokens) == 3


def test_where_the_judge_has_no_room_the_answer_ends():
    def judge(text):
        if len(model.commits) >= least and text.endswith("."):
            raise TooLongError("The text is too long.")
        return value_of(text)

    constants = Constants(group_lengths=(1,))
    model, least = Bigrams(), 1
    found = search(model, judge, max_tokens=6, constants=constants)
    assert found.ended == "context"
    assert found.text.split()[0] == "나는"
    model, least = Bigrams(), 0
    with pytest.raises(TooLongError):
        search(model, judge, max_tokens=6, constants=constants)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("그렇습니다.", True),
        ("첫째,", True),
        ("왜요? ", True),
        ("다음과 같습니다:", True),
        ("하나; ", True),
        ("끝\n", True),
        ("그렇습니다。", True),
        ("좋아요!", True),
        ("글쎄요…", True),
        ("그렇습니다", False),
        ("", False),
        ("  ", False),
    ],
)
def test_the_end_of_a_clause(text, ends):
    assert ends_clause(text) is ends


def test_a_text_is_extended_to_the_end_of_its_clause_before_it_is_judged():
    judged = []
    search(Bigrams(), lambda text: judged.append(text) or 1.0, max_tokens=1)
    *before, answer = judged
    assert before
    assert all(text.endswith(".") for text in before)
    assert answer in {"나는", "너는"}  # the answer itself is judged as it is
    short = []
    one = Constants(extension=1, iterations=2, more_iterations=2)
    search(Bigrams(), lambda text: short.append(text) or 1.0, max_tokens=1, constants=one)
    assert max(len(text.split()) for text in short) == 2


def drawn(length, count, seed=0, top_k=15):
    model = Bigrams()
    found = groups(
        model.next_log_probs,
        (),
        length,
        count,
        top_k=top_k,
        end_tokens=model.end_tokens,
        generator=np.random.default_rng(seed),
    )
    return model, found


def test_the_greedy_group_comes_first_and_none_twice():
    model, found = drawn(3, 10)
    texts = [model.text(tokens) for tokens, _ in found]
    assert texts[0] == "너는 밉다 ."
    assert len(set(texts)) == len(texts) > 3
    chances = {"나는 곱다 .": 0.35 * 0.3, "너는 싫다 .": 0.65 * 0.4, "나는 싫다 .": 0.35 * 0.2}
    weights = dict(zip(texts, (weight for _, weight in found), strict=True))
    for text, chance in chances.items():
        if text in weights:
            assert weights[text] == pytest.approx(chance, abs=1e-9)
    # Equal beginnings are asked about once: one empty, two of one word, at most six of two.
    assert model.calls <= 1 + 2 + 6


def test_a_group_ends_with_an_end_token():
    model, found = drawn(10, 4)
    assert {len(tokens) for tokens, _ in found} == {4}
    assert all(tokens[-1] in model.end_tokens for tokens, _ in found)


def test_the_greedy_weight_stays_between_the_others():
    assert greedy_weight(0.5, []) == 0.5
    assert greedy_weight(0.9, [0.2, 0.1]) == pytest.approx(0.3, abs=1e-9)  # no more than their sum
    assert greedy_weight(0.01, [0.2, 0.1]) == pytest.approx(0.3, abs=1e-9)  # no less than most and least
    assert greedy_weight(0.35, [0.2, 0.1, 0.1]) == pytest.approx(0.35, abs=1e-9)


def test_the_most_probable_tokens_with_their_probabilities():
    found = most_probable(np.log([0.2, 0.5, 0.3]), 2)
    assert [tokens for tokens, _ in found] == [(1,), (2,)]
    assert [weight for _, weight in found] == pytest.approx([0.5, 0.3], abs=1e-9)
