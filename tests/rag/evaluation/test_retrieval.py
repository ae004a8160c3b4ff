from pathlib import Path

import pytest

from rag.evaluation.questions import Question
from rag.evaluation.retrieval import measure_retrieval
from rag.index import index_paths
from rag.search import Index, open_index
from rag.types import Filter
from tests.rag.conftest import HANDBOOK, write_documents


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder: Path = tmp_path_factory.mktemp("words")
    index_paths([write_documents(folder / "docs.jsonl", HANDBOOK)], folder / "index", embedder="none")
    return open_index(folder / "index")


def test_measures_are_those_of_the_ranking(index):
    asked = Question(query="연차 휴가는 1년을 채우면 며칠인가요?", relevant=("연차.md",))
    wrong = Question(query="급여는 언제 들어오나요?", relevant=("보안.md", "급여.md"), checked=False)
    report = measure_retrieval(index, [asked, wrong])
    assert report.questions[0].ranking[0] == "연차.md"
    assert report.questions[0].measures == dict.fromkeys(report.questions[0].measures, 1.0)
    # One of the two is found at once, the other not at all.
    assert report.questions[1].measures["recall@1"] == 0.5
    assert report.measure("recall@1") == 0.75
    assert (report.dense, report.unknown, report.unchecked) == (False, 0, 1)
    assert [one.query for one in report.worst()] == [wrong.query, asked.query]
    assert report.as_json()["unchecked"] == 1


def test_a_passage_counts_by_its_own_id_where_that_is_asked_for(index):
    (hit, *_) = index.search("급여는 언제 들어오나요?")
    asked = Question(query="급여는 언제 들어오나요?", relevant=(hit.passage.passage_id,))
    (found,) = measure_retrieval(index, [asked]).questions
    assert found.ranking[0] == hit.passage.passage_id
    assert (found.measures["recall@1"], found.unknown) == (1.0, ())


def test_ids_that_the_index_does_not_hold_are_named(index):
    asked = Question(query="급여는 언제 들어오나요?", relevant=("급여.md", "월급.md"))
    report = measure_retrieval(index, [asked])
    assert report.questions[0].unknown == ("월급.md",)
    assert report.as_json()["relevant_not_in_index"] == 1


def test_a_filter_holds_for_the_measurement(index):
    asked = Question(query="급여는 언제 들어오나요?", relevant=("급여.md",))
    (found,) = measure_retrieval(index, [asked], among=Filter(sources=("다른 곳/",))).questions
    assert (found.ranking, found.measures["ndcg@10"]) == ((), 0.0)
