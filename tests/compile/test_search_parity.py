"""The page's search against its Python twin and the server, on KoBEST BoolQ."""

import csv
import random
from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

from compile.search import PageRanking, read_exported
from compile.search.exporting import write_search
from compile.search.sources import Source
from curation.progress import Quiet
from rag.evaluation.metrics import ndcg_at
from rag.lexical import lexical_fields
from rag.passages import cut_documents
from rag.settings import Ranking
from rag.stores import Stored
from rag.types import Document
from tests.compile.search_documents import bundled_search, in_page


@pytest.fixture(scope="module")
def boolq(corpora: Path) -> tuple[list[Document], list[tuple[str, str]]]:
    """Paragraphs, and questions with the id of theirs."""
    with (corpora / "kobest/BoolQ_dev.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    ids = {row["Text"]: row["ID"] for row in reversed(rows)}
    documents = [Document(name, text) for text, name in ids.items()]
    return documents, [(row["Question"], ids[row["Text"]]) for row in rows]


@pytest.fixture(scope="module")
def exported(
    boolq: tuple[list[Document], list[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Source]:
    stored = [Stored(cut.passage, cut.lexical) for cut in cut_documents(boolq[0])]
    source = Source(tuple(stored), Ranking(), 0, 0, None)
    folder = tmp_path_factory.mktemp("boolq") / "search"
    write_search(source, folder, Quiet())
    return folder, source


class _Kiwi:
    """The server's tokens of a query."""

    def tokens(self, text: str) -> list[str]:
        return lexical_fields([text])[0].split()


def without_spaces(question: str) -> str:
    return "".join(question.split())


def test_a_thousand_queries_rank_alike_to_the_last_bit(
    boolq: tuple[list[Document], list[tuple[str, str]]], exported: tuple[Path, Source], tmp_path: Path
) -> None:
    questions = [question for question, _ in boolq[1]]
    queries = [*questions, *map(without_spaces, questions)][:1_000]
    assert len(queries) == 1_000
    ranking = read_exported(exported[0])
    found = in_page(bundled_search(tmp_path), exported[0], "rank", queries)
    differing = [
        query
        for query, rows in zip(queries, found, strict=True)
        if [tuple(row) for row in rows] != ranking.search(query, 10)
    ]
    assert differing == []
    assert Counter(map(len, found)).most_common(1)[0][0] == 10


def test_any_text_gives_the_same_terms(exported: tuple[Path, Source], tmp_path: Path) -> None:
    draw = random.Random(0)
    planes = [
        (0x20, 0x2FF),
        (0x300, 0x36F),
        (0x1100, 0x11FF),
        (0xAC00, 0xD7A3),
        (0x370, 0xD7FF),
        (0xE000, 0x10FFFF),
    ]
    texts = [
        "".join(chr(draw.randint(*draw.choice(planes))) for _ in range(draw.randint(1, 40)))
        for _ in range(2_000)
    ]
    tokeniser = read_exported(exported[0]).tokeniser
    found = in_page(bundled_search(tmp_path), exported[0], "tokens", texts)
    assert [text for text, terms in zip(texts, found, strict=True) if terms != tokeniser.tokens(text)] == []


@pytest.mark.parametrize("spaces", [True, False])
def test_three_hundred_questions_are_answered_as_by_the_server(
    boolq: tuple[list[Document], list[tuple[str, str]]], exported: tuple[Path, Source], spaces: bool
) -> None:
    folder, source = exported
    page = read_exported(folder)
    server = read_exported(folder)
    server.tokeniser = _Kiwi()  # type: ignore[assignment]
    asked = random.Random(0).sample(boolq[1], 300)

    def ndcg(ranking: PageRanking) -> float:
        found = []
        for question, relevant in asked:
            query = question if spaces else without_spaces(question)
            ids = [source.stored[number].passage.doc_id for number, _ in ranking.search(query, 10)]
            found.append(ndcg_at(list(dict.fromkeys(ids)), {relevant}, 10))
        return fmean(found)

    assert ndcg(page) > 0.98
    assert ndcg(page) >= ndcg(server) - 0.003
