"""What goes into a published bundle, and what must not."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chat.questions import ASKING_WORDS
from compile.search import export_search, look_at_source, read_exported
from compile.search.sources import page_and_headings
from curation.errors import ConfigurationError, UserError
from rag.index import index_paths
from rag.manifest import Manifest
from rag.search import RANKING
from rag.settings import Ranking
from rag.types import Passage
from tests.compile.search_documents import DOCUMENTS, PRIVATE, write_documents, write_export, write_index


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def shown(folder: Path) -> list[dict[str, object]]:
    return [row for path in sorted(folder.glob("passages/*")) for row in orjson.loads(path.read_bytes())]


def test_what_is_for_a_group_stays_behind(tmp_path: Path) -> None:
    folder, exported = write_export(tmp_path)
    assert (exported.passages, exported.left_out) == (4, 1)
    # Neither the passage nor a word of it, nor that there is one.
    files = everything(folder)
    without, _ = write_export(tmp_path / "other", DOCUMENTS)
    assert files == everything(without)
    assert not [name for name, content in files.items() if "봄나물".encode() in content]


def test_a_group_may_be_let_in(tmp_path: Path) -> None:
    folder, exported = write_export(tmp_path, groups=["officers"])
    assert (exported.passages, exported.left_out) == (5, 0)
    ranking = read_exported(folder)
    [(number, _), *_] = ranking.search("봄나물공장 인수")
    assert shown(folder)[number]["title"] == PRIVATE["title"]


def test_nothing_for_everybody_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="1 are for certain groups only"):
        write_export(tmp_path, [PRIVATE])
    with pytest.raises(ConfigurationError, match="does not exist"):
        export_search(tmp_path / "nowhere", tmp_path / "out")


def test_an_index_gives_what_its_documents_give(tmp_path: Path) -> None:
    index = write_index(tmp_path)
    exported = export_search(index, tmp_path / "of-index")
    again = export_search(write_documents(tmp_path / "documents"), tmp_path / "of-documents")
    assert exported == again
    assert everything(tmp_path / "of-index") == everything(tmp_path / "of-documents")


def test_the_passages_of_a_release(tmp_path: Path) -> None:
    (tmp_path / "release" / "data" / "documents").mkdir(parents=True)
    (tmp_path / "release" / "manifest.json").write_text("{}")
    rows = [
        {"id": row["id"], "title": row["title"], "text": row["text"], "source": "규정", "attributes": "{}"}
        for row in DOCUMENTS
    ]
    pq.write_table(
        pa.Table.from_pylist(rows), tmp_path / "release/data/documents/train-00000-of-00001.parquet"
    )
    exported = export_search(tmp_path / "release", tmp_path / "out")
    assert (exported.passages, exported.left_out) == (4, 0)
    [(number, _), *_] = read_exported(tmp_path / "out").search("식권은 얼마인가요?")
    assert shown(tmp_path / "out")[number]["source"] == "규정: 식당"


def write_release(folder: Path, *licences: str) -> Path:
    """A release of the documents, whose sources have these licences."""
    (folder / "data" / "documents").mkdir(parents=True)
    sources = [{"name": f"source {number}", "licence": one} for number, one in enumerate(licences)]
    (folder / "manifest.json").write_bytes(orjson.dumps({"sources": sources}))
    rows = [
        {"id": row["id"], "title": row["title"], "text": row["text"], "source": "규정", "attributes": "{}"}
        for row in DOCUMENTS
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "data/documents/train-00000-of-00001.parquet")
    return folder


def stated(source: Path, out: Path, **options: Any) -> dict[str, Any]:
    """What an export says of its passages, to whoever decides whether they may be shared."""
    export_search(source, out, **options)
    index = orjson.loads((out / "index.json").read_bytes())
    return {key: index[key] for key in ("restricted", "licences") if key in index}


def test_the_licences_of_a_release_go_along_and_nothing_is_made_up_elsewhere(tmp_path: Path) -> None:
    release = write_release(tmp_path / "release", "KOGL-1", "CC-BY-4.0", "KOGL-1")
    known = {"restricted": 0, "licences": ["CC-BY-4.0", "KOGL-1"]}
    assert stated(release, tmp_path / "of-release") == known
    index_paths([release], tmp_path / "index", embedder="none")
    assert stated(tmp_path / "index", tmp_path / "of-index") == known
    documents = write_documents(tmp_path / "documents")
    assert stated(documents, tmp_path / "of-documents") == {"restricted": 0}
    everybody = stated(documents, tmp_path / "of-all", groups=None)
    assert everybody == {"restricted": 1}
    index_paths([release, documents], tmp_path / "mixed", embedder="none")
    assert stated(tmp_path / "mixed", tmp_path / "of-mixed") == {"restricted": 0}
    # What the release says now is not what was indexed.
    (release / "manifest.json").write_bytes(orjson.dumps({"sources": [{"licence": "CC0-1.0"}]}))
    assert stated(tmp_path / "index", tmp_path / "of-older") == {"restricted": 0}


def test_a_source_is_looked_at_before_it_is_read(tmp_path: Path) -> None:
    rows = [{**row, "id": f"{row['id']}-{n}"} for row in DOCUMENTS for n in range(60)]
    index = write_index(tmp_path, rows)
    real = export_search(index, tmp_path / "out").bytes
    for source in (index, tmp_path / "documents" / "docs.jsonl"):
        assert 0.5 * real < look_at_source(source) < 2.5 * real
    (tmp_path / "empty").mkdir()
    for source, told in ((tmp_path / "nowhere", "does not exist"), (tmp_path / "empty", "no passages")):
        with pytest.raises(ConfigurationError, match=told) as refusal:
            look_at_source(source)
        assert refusal.value.where == str(source)
        assert "malmoi rag index" in refusal.value.fix


def test_a_tuned_index_is_ranked_as_it_was_tuned(tmp_path: Path) -> None:
    index = write_index(tmp_path)
    with Manifest.open(index) as manifest:
        manifest.set_meta(RANKING, Ranking(k1=1.5, b=0.75).model_dump_json())
    export_search(index, tmp_path / "out")
    settings = orjson.loads((tmp_path / "out" / "index.json").read_bytes())["settings"]
    assert (settings["k1"], settings["b"]) == (1.5, 0.75)


def test_the_order_of_documents_does_not_matter(tmp_path: Path) -> None:
    one, _ = write_export(tmp_path / "one", DOCUMENTS)
    other, _ = write_export(tmp_path / "other", DOCUMENTS[::-1])
    assert everything(one) == everything(other)


def test_the_index_names_every_file(tmp_path: Path) -> None:
    folder, exported = write_export(tmp_path)
    files = everything(folder)
    index = orjson.loads(files.pop("index.json"))
    assert {name: told["bytes"] for name, told in index["files"].items()} == {
        name: len(content) for name, content in files.items()
    }
    assert exported.bytes == sum(map(len, everything(folder).values()))
    assert 0 < exported.brotli_bytes < exported.index_bytes < exported.bytes
    assert index["settings"] == {"k1": 0.9, "b": 0.4, "asking": list(ASKING_WORDS)}


def test_a_passage_is_shown_as_it_was_written(tmp_path: Path) -> None:
    import unicodedata

    decomposed = unicodedata.normalize("NFD", "경조사 휴가는 닷새다.")
    folder, _ = write_export(tmp_path, [{"id": "a", "title": "규칙", "text": decomposed}])
    [row] = shown(folder)
    assert row["text"] == decomposed
    assert [number for number, _ in read_exported(folder).search("경조사")] == [0]


def test_an_older_export_stays_when_a_new_one_fails(tmp_path: Path) -> None:
    folder, _ = write_export(tmp_path)
    before = everything(folder)
    with pytest.raises(UserError):
        export_search(write_documents(tmp_path / "private", [PRIVATE]), folder)
    assert everything(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents", "private", "search"]


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("", (None, [])),
        ("2쪽, 취업 규칙 > 제5조(휴가)", (2, ["취업 규칙", "제5조(휴가)"])),
        ("3~4쪽", (3, [])),
        ("슬라이드 2, 머리말", (None, ["슬라이드 2", "머리말"])),
        ("시트 1~2", (None, ["시트 1~2"])),
        ("10쪽짜리 안내", (None, ["10쪽짜리 안내"])),
    ],
)
def test_places_become_pages_and_headings(place: str, found: tuple[int | None, list[str]]) -> None:
    assert page_and_headings(Passage("p", "d", "", "", "글", 0, 1, place)) == found
