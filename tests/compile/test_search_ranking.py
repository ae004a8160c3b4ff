"""Ranking in the page: the server's formula, in arithmetic that every browser does alike."""

import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.questions import ASKING_WORDS, question_terms
from compile.search import read_exported
from compile.search.arithmetic import inverse_frequency, natural_log
from compile.search.sources import read_source
from rag.coverage import inverse_frequency as of_the_server
from rag.ranking import bm25
from tests.compile.search_documents import write_export


@given(st.floats(1, 1e12))
def test_the_logarithm(value: float) -> None:
    assert natural_log(value) == pytest.approx(math.log(value), rel=1e-14, abs=1e-15)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_rarity_is_the_servers(holding: int, passages: int) -> None:
    holding = min(holding, passages)
    assert inverse_frequency(holding, passages) == pytest.approx(of_the_server(holding, passages), rel=1e-12)


@pytest.mark.parametrize("question", ["연차 휴가는 어떻게 신청하나요?", "주차 등록", "비밀번호를 잊었어요"])
def test_scores_are_the_servers(tmp_path: Path, question: str) -> None:
    folder, _ = write_export(tmp_path)
    ranking = read_exported(folder)
    source = read_source(tmp_path / "documents" / "docs.jsonl")
    fields = [one.lexical.split() for one in source.stored]
    counts = Counter(ranking.tokeniser.tokens(question))
    weights = {
        term: times * of_the_server(sum(term in field for field in fields), len(fields))
        for term, times in counts.items()
    }
    mean = sum(map(len, fields)) / len(fields)
    expected = {
        number: score
        for number, one in enumerate(source.stored)
        if (score := bm25(weights, one.lexical, mean, source.ranking))
    }
    found = dict(ranking.search(question))
    assert found == pytest.approx(expected, rel=1e-12)
    assert len(found) > 0


def test_words_that_ask_are_those_of_the_server() -> None:
    # Each between words that name a matter: it must be no term there, and the others must be.
    said = [f"{word}/" for word in ASKING_WORDS]
    terms = {term for found in question_terms(said) for term in found}
    assert terms.isdisjoint(ASKING_WORDS)
    assert question_terms(["휴가/"]) == [["휴가"]]
