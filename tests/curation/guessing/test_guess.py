"""Files of forms that belong to no corpus, and the traps among them."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from curation.guessing.guess import Looked, look_at
from curation.guessing.heads import HEAD_BYTES, MOST_PACKED_BYTES
from curation.guessing.marks import GENERIC, MARKS
from curation.guessing.trials import try_reader
from curation.readers import READERS
from curation.readers.base import SourceFile

Look = Callable[[str, bytes], Looked]

REVIEWS = [
    ("배송이 빨라서 좋았어요", "긍정", "4.5"),
    ("포장이 뜯겨 있어서 속상했습니다", "부정", "1"),
    ("색이 사진과 같아요", "긍정", "5"),
] * 20


def table(delimiter: str, header: str = "") -> str:
    rows = [delimiter.join((str(number), *row)) for number, row in enumerate(REVIEWS, 1)]
    return "\n".join([*([delimiter.join(header.split())] if header else []), *rows]) + "\n"


def objects(**more: object) -> list[dict[str, object]]:
    return [
        {"번호": number, "후기": text, "감정": label, **more}
        for number, (text, label, _) in enumerate(REVIEWS)
    ]


def lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def best(looked: Looked) -> tuple[str, dict[str, object]]:
    assert looked.best is not None, looked.why
    return looked.best.reader, dict(looked.best.options)


HEADED = table(",", "번호 후기 감정 별점")
NESTED = json.dumps({"made": "2020", "data": [{"no": 1, "body": {"글": "눈이 온다"}}] * 9})
BY_NAME = {"text": "후기"}
BY_POSITION = {"header": False, "text": 2}


@pytest.mark.parametrize(
    ("name", "content", "reader", "options"),
    [
        ("후기.csv", HEADED.encode(), "csv", BY_NAME),
        ("cp949.csv", HEADED.encode("cp949"), "csv", BY_NAME),
        ("utf16.csv", HEADED.encode("utf-16"), "csv", BY_NAME),
        ("semicolon.csv", table(";", "번호 후기 감정 별점").encode(), "csv", BY_NAME),
        ("bare.tsv", table("\t").encode(), "csv", BY_POSITION),
        ("a-table.txt", table("\t", "번호 후기 감정 별점").encode(), "csv", BY_NAME),
        ("bare.txt", table("\t").encode("cp949"), "csv", BY_POSITION),
        ("lines.jsonl", lines(objects()).encode(), "jsonl", BY_NAME),
        ("lines.json", lines(objects()).encode(), "jsonl", BY_NAME),
        ("lines-without-suffix", lines(objects()).encode(), "jsonl", BY_NAME),
        ("one.jsonl", lines(objects()[:1]).encode(), "jsonl", BY_NAME),
        ("titled.jsonl", lines(objects(title="짧은 제목")).encode(), "jsonl", BY_NAME | {"title": "title"}),
        ("news.jsonl", lines([{"title": "제목", "content": "본문이 더 길다"}] * 5).encode(), "jsonl",
         {"text": "content", "title": "title"}),
        ("array.json", json.dumps(objects()).encode(), "aihub", {"items": "[]", **BY_NAME}),
        ("nested.json", NESTED.encode(), "aihub", {"items": "data[]", "text": "body.글"}),
        ("pairs.json", json.dumps({"data": [{"sn": "1", "ko": "안녕", "en": "Hello"}] * 9}).encode(),
         "aihub", {"layout": "translation"}),
        ("essay.txt", "한 단락이다, 그리고 쉼표가 있다.\n\n다음 단락이다.\n".encode(), "documents", {}),
        ("guide.md", "# 안내\n\n읽어 주세요.\n".encode("cp949"), "documents", {}),
        ("list.txt", "".join(f"{n}번째 문장이다, 정말로.\n" for n in range(1000)).encode(), "csv",
         {"header": False, "text": 1, "delimiter": "\x1f", "quotes": False}),
    ],
)  # fmt: skip
def test_the_reader_and_its_options(
    look: Look, name: str, content: bytes, reader: str, options: object
) -> None:
    assert best(look(name, content)) == (reader, options)


def test_questions_and_answers_become_instructions(look: Look) -> None:
    rows: list[dict[str, object]] = [
        {"질문": "언제 여나요?", "답변": "아홉 시에 엽니다.", "갈래": "시간"}
    ] * 3
    assert best(look("qa.jsonl", lines(rows).encode())) == ("jsonl", {"prompt": "질문", "response": "답변"})
    # Beside a passage they are not the whole of a row.
    passages = [{**row, "본문": "도서관은 아홉 시에 열고 여섯 시에 닫는다. " * 5} for row in rows]
    assert best(look("mrc.jsonl", lines(passages).encode())) == ("jsonl", {"text": "본문"})


def test_the_evidence_and_the_labels(look: Look) -> None:
    looked = look("cp949.csv", HEADED.encode("cp949"))
    assert looked.best is not None
    assert looked.best.evidence == (
        "column 후기 has the most Hangul of 4",
        "encoding: cp949",
        "delimiter: comma",
        "60 of 60 rows read",
        "Hangul 100%",
    )
    assert looked.best.labels == {"감정": 2, "별점": 3}
    assert (looked.rows, looked.known, looked.best.level) == (60, "counted", "likely")
    assert looked.shape == "table parted by comma: 번호, 후기, 감정, 별점"


def test_a_corpus_is_told_by_its_header_alone(look: Look) -> None:
    content = "id\tdocument\tlabel\n" + "".join(f"{n}\t재미있게 봤어요 {n}\t1\n" for n in range(1, 30))
    looked = look("anything.txt", content.encode())
    assert best(looked) == ("nsmc", {})
    assert looked.best is not None
    assert looked.best.evidence[:2] == ("table parted by tab: id, document, label", "29 of 29 rows read")
    assert "csv" in [guess.reader for guess in looked.guesses]


def test_parquet(look: Look) -> None:
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(objects()), stream)
    looked = look("reviews.parquet", stream.getvalue())
    assert best(looked) == ("parquet", BY_NAME)
    assert (looked.rows, looked.known) == (60, "counted")


def archive() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as packed:
        info = tarfile.TarInfo("a.csv")
        info.size = 3
        packed.addfile(info, io.BytesIO(b"a,b"))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("blank.txt", b" \n\n", "nothing but blanks"),
        ("junk.bin", bytes(range(256)) * 40, "encoding of this file cannot be told"),
        ("junk.csv", b"\0\1\2\3" * 400, "encoding of this file cannot be told"),
        ("other.tar.gz", archive(), "no reader takes it: gzip archive"),
        ("kold_v1.json", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
        ("settings.json", b'{"version": 1}', "one JSON object: version"),
        ("numbers.csv", b"a,b\n1,2\n3,4\n", "table parted by comma: a, b"),
        ("broken.parquet", b"PAR1 and nothing else", "no reader takes it: Parquet"),
        ("program.py", b"print('hello')\n", "text that begins: print('hello')"),
    ],
    ids=range(10),  # the bytes of an archive hold the hour
)  # fmt: skip
def test_what_cannot_be_made_out_says_why(look: Look, name: str, content: bytes, why: str) -> None:
    looked = look(name, content)
    assert looked.best is None
    assert why in looked.why


def test_of_a_large_file_the_beginning_is_read(look: Look, tmp_path: Path) -> None:
    row = '{"id": 1, "document": "한 줄에 하나씩 있는 글이다.", "source": "견본"}\n'.encode()
    many = row * (HEAD_BYTES // len(row) + 10)
    # The rest of 100 GB is a hole: who read it would not come back for long.
    path = tmp_path / "large.jsonl"
    path.write_bytes(many)
    with path.open("r+b") as stream:
        stream.truncate(100 * 10**9)
    (tmp_path / "scratch2").mkdir()
    looked = look_at(SourceFile(path, "large.jsonl"), tmp_path / "scratch2")
    assert best(looked) == ("jsonl", {"text": "document"})
    assert looked.bytes == 100 * 10**9
    assert looked.known == "about"
    assert looked.rows == pytest.approx(100 * 10**9 / len(row), rel=0.01)
    assert list((tmp_path / "scratch2").iterdir()) == []


def test_a_large_json_is_cut_between_its_items(look: Look) -> None:
    pair = {"guid": "x", "source": "s", "premise": "비가 온다. " * 40, "hypothesis": "날이 흐리다.",
            "gold_label": "entailment", "author": "entailment"}  # fmt: skip
    pair |= {f"label{n}": "entailment" for n in range(2, 6)}
    items = [pair] * (2 * HEAD_BYTES // len(json.dumps(pair)))
    looked = look("pairs.json", json.dumps(items, ensure_ascii=False).encode())
    assert looked.bytes > HEAD_BYTES
    assert best(looked) == ("klue_nli", {})
    assert looked.rows == pytest.approx(len(items), rel=0.01)


def test_halves_of_a_large_parallel_corpus_are_cut_alike(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    for suffix, line in ((".ko", "오늘은 날이 아주 맑고 바람도 분다.\n"), (".en", "It is clear.\n")):
        (tmp_path / f"news{suffix}").write_text(line * 200_000, "utf-8")
    korean = look_at(SourceFile(tmp_path / "news.ko", "news.ko"), tmp_path / "scratch")
    assert korean.bytes > HEAD_BYTES
    assert best(korean) == ("korean_parallel", {})
    english = look_at(SourceFile(tmp_path / "news.en", "news.en"), tmp_path / "scratch")
    assert best(english) == ("korean_parallel", {})
    assert english.best is not None
    assert english.best.evidence == ("read with news.ko",)


def test_a_small_file_of_the_same_name_cuts_nothing_off(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    row = '{"document": "한 줄에 하나씩 있는 글이다."}\n'.encode()
    (tmp_path / "data.jsonl").write_bytes(row * (2 * HEAD_BYTES // len(row)))
    (tmp_path / "data.txt").write_text("자료에 대한 두 줄이다.\n그 둘째 줄.\n", "utf-8")
    looked = look_at(SourceFile(tmp_path / "data.jsonl", "data.jsonl"), tmp_path / "scratch")
    assert looked.best is not None
    assert looked.best.trial.rows == HEAD_BYTES // len(row)


def test_a_reader_is_told_the_task_that_the_file_is_of(look: Look) -> None:
    rows: list[dict[str, object]] = [
        {"id": n, "casetype": "civil", "casename": "구상금", "facts": "사실이다.", "statutes": ["민법 제1조"]}
        for n in range(5)
    ]
    for row in rows:
        del row["casename"]
    assert best(look("test.jsonl", lines(rows).encode())) == ("lbox", {"task": "statute"})


def test_the_end_of_a_cut_file_is_no_fault(look: Look) -> None:
    page = (
        "<page><title>문서</title><ns>0</ns><id>1</id><revision><id>1</id><text>{}</text></revision></page>\n"
    )
    dump = "<mediawiki>" + page.format("긴 글이다. " * 100) * 4000
    looked = look("dump.xml", dump.encode())
    assert looked.bytes > HEAD_BYTES
    assert looked.best is not None
    assert (looked.best.reader, looked.best.trial.bad, looked.known) == ("kowiki", 0, "about")


PROBES = {
    "lines.txt": "".join(f"{n}번째 문장이다.\n" for n in range(30)),
    "prose.txt": "첫 단락이다.\n\n둘째 단락이다.\n",
    "table.tsv": table("\t", "번호 후기 감정 별점"),
    "bare.tsv": table("\t"),
    "three.txt": "".join(f"{n % 4}\t무엇을 할까요 {n}\t할 일\n" for n in range(30)),
    "table.csv": HEADED,
    "news.jsonl": lines([{"title": "제목", "content": "본문", "date": "2020-01-01"}] * 9),
    "texts.jsonl": lines([{"id": 1, "text": "글", "label": "갑"}] * 9),
    "array.json": json.dumps([{"review": "글", "text": "글", "sentence": "글", "label": 1}] * 9),
    "object.json": json.dumps({"data": [{"text": "글"}], "version": 1}),
    "feed.xml": "<feed><item><title>제목</title><text>글</text></item></feed>\n",
    "page.html": "<html><body><p>글이다.</p></body></html>\n",
}


@pytest.mark.parametrize("name", PROBES)
def test_a_reader_that_takes_anything_has_a_mark(tmp_path: Path, name: str) -> None:
    """A reader that fails here needs a mark in curation/guessing/marks.py, or is one of GENERIC."""
    path = tmp_path / name
    path.write_text(PROBES[name], "utf-8")
    takes_it = [
        reader.name
        for reader in READERS.values()
        if reader.unit == "file"
        and reader.name not in (*GENERIC, *MARKS)
        and try_reader(reader, SourceFile(path, name), reader.options()).share >= 0.5
    ]
    assert takes_it == []


def test_a_packed_file_too_large_to_be_loaded_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    with path.open("r+b") as stream:
        stream.truncate(MOST_PACKED_BYTES + 1)
    looked = look_at(SourceFile(path, "book.pdf"), tmp_path)
    assert looked.why == "no reader takes it: PDF, too large to be looked into"
