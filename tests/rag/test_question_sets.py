"""The development questions of benchmarks/rag/data keep what their README promises."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import orjson
import pytest

from chat.questions import question_terms
from curation.korean import content_morphemes

Rows = list[dict[str, Any]]

FIELDS = {
    "paraphrases": {"id", "passage", "title", "question", "domain", "split"},
    "reworded": {"id", "passage", "title", "question", "domain", "split"},
    "keywords": {"id", "passage", "title", "question", "domain", "split"},
    "unanswerable": {"id", "question", "near", "split"},
    "answers": {"id", "question", "answer", "passage_id", "split"},
}

# The sets of questions that a passage answers.
ANSWERED = ("paraphrases", "reworded", "keywords")


@pytest.fixture(scope="module")
def sets(project: Path) -> dict[str, Rows]:
    folder = project / "benchmarks/rag/data"
    return {
        name: [orjson.loads(line) for line in (folder / f"{name}.jsonl").read_bytes().splitlines()]
        for name in FIELDS
    }


@pytest.fixture(scope="module")
def passages(sets: dict[str, Rows]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for name in ANSWERED for row in sets[name]}


def overlaps(rows: Rows) -> list[float]:
    """Share of the terms of each question that stand in its title or passage."""
    texts = [f"{row['title']}\n{row['passage']}" for row in rows]
    asked: Sequence[list[str]] = question_terms([row["question"] for row in rows])
    return [
        len(set(terms) & set(found)) / len(terms)
        for terms, found in zip(asked, content_morphemes(texts), strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "count"),
    [("paraphrases", 192), ("reworded", 216), ("keywords", 124), ("unanswerable", 93), ("answers", 532)],
)
def test_every_set_has_the_promised_rows_and_its_ids_are_unique(sets, name, count):
    rows = sets[name]

    assert len(rows) == count
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(row.keys() == FIELDS[name] for row in rows)
    assert all(
        isinstance(value, str) and value.strip() == value != "" for row in rows for value in row.values()
    )


def test_no_passage_and_no_question_repeats(sets, passages):
    asked = [row["question"] for name in (*ANSWERED, "unanswerable") for row in sets[name]]

    assert len(passages) == sum(len(sets[name]) for name in ANSWERED)
    assert len({row["passage"] for row in passages.values()}) == len(passages)
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("paraphrases", 60, 200), ("reworded", 60, 250), ("keywords", 100, 400)]
)
def test_passages_are_of_the_promised_length(sets, name, least, most):
    assert [row["id"] for row in sets[name] if not least <= len(row["passage"]) <= most] == []


def test_paraphrases_share_some_terms_with_their_passages(sets):
    shares = overlaps(sets["paraphrases"])

    assert 0.25 <= mean(shares) <= 0.4
    assert max(shares) <= 0.67
    assert sum(share <= 0.6 for share in shares) > 0.9 * len(shares)
    assert sum(share == 0 for share in shares) < 0.1 * len(shares)


def test_reworded_questions_share_few_terms_with_their_passages(sets):
    shares = overlaps(sets["reworded"])

    assert mean(shares) < 0.1
    assert max(shares) <= 0.4
    assert sum(share == 0 for share in shares) > len(shares) / 2


def test_keyword_questions_share_most_terms_with_their_passages(sets):
    shares = overlaps(sets["keywords"])

    assert mean(shares) > 0.85
    assert min(shares) >= 0.4


@pytest.mark.parametrize(("name", "least"), [("paraphrases", 24), ("reworded", 25), ("keywords", 14)])
def test_domains_are_many_and_have_neighbours(sets, name, least):
    domains = [row["domain"] for row in sets[name]]
    others = {row["domain"] for other in ANSWERED if other != name for row in sets[other]}

    assert len(set(domains)) >= least
    assert min(domains.count(domain) for domain in set(domains)) >= 8
    assert others.isdisjoint(domains)


def test_an_answer_is_a_span_of_its_passage_and_not_told_by_its_question(sets, passages):
    assert {row["passage_id"] for row in sets["answers"]} == passages.keys()
    for row in sets["answers"]:
        assert row["question"] == passages[row["passage_id"]]["question"]
        assert row["answer"] in passages[row["passage_id"]]["passage"]
        assert row["answer"].replace(" ", "") not in row["question"].replace(" ", "")


def test_unanswerable_questions_are_near_a_passage(sets, passages):
    assert [row["near"] for row in sets["unanswerable"] if row["near"] not in passages] == []


def test_the_split_follows_the_hash_of_the_domain(sets, passages):
    def split(domain: str) -> str:
        return "dev" if hashlib.sha256(domain.encode()).digest()[0] < 128 else "test"

    for row in passages.values():
        assert row["split"] == split(row["domain"])
    for row in sets["unanswerable"]:
        assert row["split"] == passages[row["near"]]["split"]
    for row in sets["answers"]:
        assert row["split"] == passages[row["passage_id"]]["split"]
    for rows in sets.values():
        assert 0.35 < mean(row["split"] == "dev" for row in rows) < 0.65
