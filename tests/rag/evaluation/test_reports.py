import orjson
import pytest

from curation.errors import ConfigurationError
from rag.evaluation.reports import compare_reports


def _kept(path, *rows):
    queries = [{"query": query, "measures": measures} for query, measures in rows]
    path.write_bytes(orjson.dumps({"per_query": queries}))
    return path


def test_questions_are_paired_whatever_their_order(tmp_path):
    before = _kept(tmp_path / "a.json", ("가", {"m": 0.0}), ("나", {"m": 1.0}), ("가", {"m": 0.5}))
    after = _kept(tmp_path / "b.json", ("나", {"m": 1.0}), ("가", {"m": 0.25}), ("가", {"m": 0.5}))
    (found,) = compare_reports(before, after)
    assert (found.better, found.worse, found.questions) == (1, 0, 3)
    assert found.b - found.a == pytest.approx(0.25 / 3)


def test_a_question_takes_part_where_both_have_a_value(tmp_path):
    before = _kept(
        tmp_path / "a.json",
        ("가", {"grounded": None, "refusal": 1, "f1": None, "old": 1.0}),
        ("나", {"grounded": 0.5, "refusal": 0, "f1": None, "old": 1.0}),
    )
    after = _kept(
        tmp_path / "b.json",
        ("가", {"grounded": 1.0, "refusal": 1, "f1": 1.0}),
        ("나", {"grounded": 1.0, "refusal": 1, "f1": None}),
    )
    found = {one.measure: one for one in compare_reports(before, after)}
    assert found.keys() == {"grounded", "refusal"}
    assert (found["grounded"].a, found["grounded"].b, found["grounded"].questions) == (0.5, 1.0, 1)
    assert (found["refusal"].a, found["refusal"].questions) == (0.5, 2)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read"),
        (b"{", "no measurement"),
        (b"[]", "no measurement"),
        (b"{}", "no measurement"),
        (b'{"per_query": []}', "no measurement"),
        (b'{"per_query": [{"query": ["x"], "measures": {"m": 1}}]}', "no measurement"),
        (b'{"per_query": [{"query": "x", "measures": {"m": "1"}}]}', "no measurement"),
        ('{"per_query": [{"query": "나", "measures": {"m": 1}}]}'.encode(), "2 are in one of them only"),
        ('{"per_query": [{"query": "가", "measures": {"n": 1}}]}'.encode(), "no measure in common"),
        ('{"per_query": [{"query": "가", "measures": {"m": null}}]}'.encode(), "no measure in common"),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path, content, what):
    before = _kept(tmp_path / "a.json", ("가", {"m": 1.0}))
    after = tmp_path / "b.json"
    if content is not None:
        after.write_bytes(content)
    with pytest.raises(ConfigurationError, match=what):
        compare_reports(before, after)
