"""An index ranks the same wherever its passages are: on real questions, by our own scoring."""

import csv
from pathlib import Path

import orjson
import pytest

from rag.index import index_paths
from rag.migrate import migrate
from rag.search import open_index
from rag.types import Filter

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "kobest" / "BoolQ_dev.tsv"


@pytest.mark.skipif(not CORPUS.is_file(), reason="the public corpora are not beside the clone")
def test_questions_find_the_same_passages_with_the_same_scores(tmp_path):
    pytest.importorskip("milvus_lite")
    with CORPUS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[:300]
    docs = tmp_path / "docs.jsonl"
    docs.write_bytes(
        b"".join(
            orjson.dumps({"id": row["ID"], "text": row["Text"], "acl": ["인사"] if at % 2 else []}) + b"\n"
            for at, row in enumerate(rows)
        )
    )
    index_paths([docs], tmp_path / "index", embedder="none")

    def answers():
        opened = open_index(tmp_path / "index")
        filters = [Filter(), Filter(groups=frozenset())]
        found = [[opened.search(row["Question"], among=among) for row in rows[:40]] for among in filters]
        opened.close()
        return found

    in_tables = answers()
    migrate(tmp_path / "index", f"milvus-lite:{tmp_path / 'store.db'}")
    in_milvus = answers()

    for ours, theirs in zip(in_tables, in_milvus, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert [hit.passage.passage_id for hit in one[:5]] == [
                hit.passage.passage_id for hit in other[:5]
            ]
            # The least of fifty candidates sets the scale, and it may differ by a place.
            assert [hit.score for hit in one[:5]] == pytest.approx([hit.score for hit in other[:5]], abs=0.02)
    assert all(not hit.passage.acl for hits in in_milvus[1] for hit in hits)
    right = sum(hits[0].passage.doc_id == row["ID"] for hits, row in zip(in_milvus[0], rows, strict=False))
    assert right >= 36
