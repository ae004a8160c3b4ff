import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError, UserError
from curation.records import INSTRUCTION_SCHEMA, TEXT_SCHEMA, attributes_json
from rag.files import Unreadable
from rag.sources import open_sources
from rag.types import Document
from tests.arrow_memory import most_held


def read(*paths, configs=(), **options):
    found = open_sources(paths, configs, **options)
    return [*found.faults, *(item for one in found.inputs for item in one.read())]


def jsonl(path, *lines):
    path.write_bytes(
        b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    )
    return path


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "release"
    text = {
        "id": "t1",
        "text": "연차는 15일이다.",
        "title": "휴가",
        "source": "handbook",
        "licence": "CC0-1.0",
        "tags": "{}",
        "file": "a.md",
        "line": 1,
    }
    task = {
        "id": "i1",
        "task": "요약",
        "definition": "줄여라",
        "messages": [
            {"role": "system", "content": "규칙"},
            {"role": "user", "content": "긴 글"},
            {"role": "assistant", "content": "짧은 글"},
        ],
        "references": [],
        "label_space": [],
        "split_group": "",
        "source": "superni",
        "licence": "CC0-1.0",
        "attributes": "{}",
        "tags": "{}",
        "file": "a.json",
        "line": 1,
    }
    for config, schema, rows in (
        ("documents", TEXT_SCHEMA, [text | {"attributes": '{"path":"05-휴가.md"}'}]),
        ("slack", TEXT_SCHEMA, [text | {"id": "s1", "source": "slack", "attributes": '{"channel":"점심"}'}]),
        ("tasks", INSTRUCTION_SCHEMA, [task, task | {"id": "i2", "task": "superni"}]),
    ):
        data = folder / "data" / config
        data.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema), data / "train-00000-of-00001.parquet")
    (folder / "manifest.json").write_text("{}")
    return folder


def test_a_release_gives_its_text_and_instruction_records(release):
    found = {item.doc_id: item for item in read(release)}

    assert (found["t1"].text, found["t1"].title, found["t1"].source) == (
        "연차는 15일이다.",
        "휴가",
        "05-휴가.md",
    )
    assert found["s1"].source == "#점심 휴가"
    assert (found["i1"].text, found["i1"].title, found["i1"].source) == (
        "긴 글\n짧은 글",
        "",
        "superni: 요약",
    )
    assert found["i2"].source == "superni"


def test_configurations_may_be_chosen(release):
    assert [item.doc_id for item in read(release, configs=["tasks"])] == ["i1", "i2"]

    with pytest.raises(ConfigurationError, match="'nope'") as caught:
        read(release, configs=["nope"])
    assert "documents, slack, tasks" in caught.value.fix


def test_a_torn_data_file_is_named(release):
    file = next((release / "data/tasks").iterdir())
    file.write_bytes(file.read_bytes()[:100])

    with pytest.raises(UserError) as caught:
        read(release)
    assert str(file) in caught.value.where


def test_jsonl_lines_are_read_and_bad_ones_placed(tmp_path):
    path = jsonl(
        tmp_path / "docs.jsonl",
        b'\xef\xbb\xbf{"id": "a", "title": "\xed\x9c\xb4\xea\xb0\x80", "text": "15\xec\x9d\xbc"}',
        {"id": 7, "text": "숫자 id", "extra": 1},
        b"{broken",
        b"",
        ["not", "an object"],
        {"text": "no id"},
        {"id": "b"},
        {"id": "c", "text": "글", "source": "c.md"},
        b'{"id": "d", "text": "\xbf\xac"}',
    )

    found = read(path)

    assert [item for item in found if isinstance(item, Document)] == [
        Document("a", "15일", "휴가", "a"),
        Document("7", "숫자 id", "", "7"),
        Document("c", "글", "", "c.md"),
    ]
    assert [item.where for item in found if isinstance(item, Unreadable)] == [
        f"docs.jsonl:{line}" for line in (3, 5, 6, 7, 9)
    ]


def test_jsonl_lines_tell_groups_dates_and_attributes(tmp_path):
    path = jsonl(
        tmp_path / "docs.jsonl",
        {
            "id": "a",
            "text": "글",
            "acl": ["hr", "board"],
            "date": "2026-11-22T01:00Z",
            "attributes": {"층": 3},
        },
        {"id": "b", "text": "글", "acl": [], "attributes": {"begin": "2017-08-25"}},
        {"id": "c", "text": "글", "acl": "hr"},
        {"id": "d", "text": "글", "acl": ["hr", None]},
        {"id": "e", "text": "글", "date": "어제"},
        {"id": "f", "text": "글", "date": 20261122},
        {"id": "g", "text": "글", "attributes": ["층"]},
    )

    found = read(path)

    assert [item for item in found if isinstance(item, Document)] == [
        Document("a", "글", "", "a", {"층": "3"}, ("hr", "board"), "2026-11-22T10:00"),
        Document("b", "글", "", "b", {"begin": "2017-08-25"}, (), "2017-08-25"),
    ]
    # Who may read a document is not guessed.
    assert [item.error for item in found if isinstance(item, Unreadable)] == [
        "acl is no list of groups",
        "acl is no list of groups",
        "date is no ISO 8601 date: '어제'",
        "date is no ISO 8601 date: 20261122",
        "attributes is no object",
    ]


def test_a_folder_gives_its_documents_with_relative_names(tmp_path):
    (tmp_path / "휴가").mkdir()
    (tmp_path / "휴가/연차.md").write_text("# 연차\n\n연차는 15일이다.", "utf-8")
    (tmp_path / "메모.txt").write_bytes(
        "출장비는 11만 원까지 드립니다.\n영수증을 내야 합니다.\n".encode("cp949")
    )
    (tmp_path / "그림.png").write_bytes(b"\x89PNG")
    (tmp_path / ".숨김.md").write_text("비밀", "utf-8")
    (tmp_path / "빈.md").write_text("", "utf-8")

    found = {getattr(item, "doc_id", None) or item.where: item for item in read(tmp_path)}

    assert set(found) == {"휴가/연차.md", "메모.txt", "빈.md:1"}
    assert found["휴가/연차.md"].title == "연차"
    assert "출장비는 11만 원" in found["메모.txt"].text
    assert isinstance(found["빈.md:1"], Unreadable)


def test_one_document_by_itself(tmp_path):
    (tmp_path / "연차.md").write_text("# 연차\n\n15일이다.", "utf-8")

    assert [item.doc_id for item in read(tmp_path / "연차.md")] == ["연차.md"]


@pytest.mark.parametrize("name", ["없는-폴더", "그림.png"])
def test_what_cannot_be_indexed_is_told_before_anything_starts(tmp_path, name):
    (tmp_path / "그림.png").write_bytes(b"PK")

    with pytest.raises(ConfigurationError) as caught:
        open_sources([tmp_path / name])
    assert name in caught.value.where
    assert caught.value.fix


def test_no_paths_are_an_error():
    with pytest.raises(ConfigurationError):
        open_sources([])


@pytest.mark.parametrize(
    ("title", "attributes", "source"),
    [
        ("", {}, "petitions"),
        ("임용 절벽", {}, "petitions: 임용 절벽"),
        ("임용 절벽", {"path": "a/b.md"}, "a/b.md"),
        ("#점심 어디서 먹나요?", {"channel": "점심"}, "#점심 어디서 먹나요?"),
        ("", {"channel": "점심"}, "#점심"),
        ("가나다 " * 40, {}, "petitions: " + "가나다 " * 14 + "…"),
    ],
)
def test_a_record_is_called_what_a_person_knows_it_by(tmp_path, title, attributes, source):
    data = tmp_path / "release/data/petitions"
    data.mkdir(parents=True)
    (tmp_path / "release/manifest.json").write_text("{}")
    row = {"id": "p1", "text": "글", "title": title, "source": "petitions", "licence": "CC0-1.0"}
    row |= {"attributes": attributes_json(attributes), "tags": "{}", "file": "a.md", "line": 1}
    pq.write_table(pa.Table.from_pylist([row], schema=TEXT_SCHEMA), data / "train-00000-of-00001.parquet")
    (item,) = read(tmp_path / "release")
    assert item.source == source


def test_a_release_is_read_a_row_group_at_a_time(release):
    (file,) = (release / "data/documents").iterdir()
    rows = pq.read_table(file).to_pylist() * 500
    with pq.ParquetWriter(file, TEXT_SCHEMA, compression="none", use_dictionary=False) as writer:
        for _ in range(40):
            table = pa.Table.from_pylist([row | {"text": "글" * 400} for row in rows], TEXT_SCHEMA)
            writer.write_table(table)
    assert [item.text for item in read(release, configs=["documents"])] == ["글" * 400] * 20_000
    program = (
        "import sys; from pathlib import Path; from rag.sources import open_sources\n"
        "for _ in open_sources([Path(sys.argv[1])], ['documents']).inputs[0].read(): pass"
    )
    # Of the 26 MB of the file.
    assert most_held(program, release) < 6 * 2**20
