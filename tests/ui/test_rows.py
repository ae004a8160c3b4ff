"""Rows a page at a time: the right ones, each once, and never more of a file than is needed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.errors import UserError
from malmoi.ui import rows
from malmoi.ui.rows import Cursor, Page, Wanted, count_rows, cursor_at, read_page


def write(path: Path, ids: range, group: int = 100, **columns: Any) -> Path:
    table = pa.table({"id": [str(one) for one in ids], "text": [f"글 {one} 번" for one in ids], **columns})
    pq.write_table(table, path, row_group_size=group)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """1,000 rows in three files of several row groups; one file is empty."""
    return [
        write(tmp_path / "a.parquet", range(450), 100),
        write(tmp_path / "b.parquet", range(450, 450)),
        write(tmp_path / "c.parquet", range(450, 1000), 300),
    ]


def every_page(files: list[Path], wanted: Wanted, size: int = 20) -> list[Page]:
    pages = [read_page(files, wanted, Cursor(), size)]
    while pages[-1].next is not None:
        assert len(pages) < 2_000
        pages.append(read_page(files, wanted, pages[-1].next, size))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [row["id"] for page in pages for row in page.rows]


@pytest.mark.parametrize("size", [1, 20, 99, 100, 256, 257, 5_000])
def test_pages_hold_every_row_once_in_order(files: list[Path], size: int) -> None:
    assert count_rows(files) == 1000
    assert ids(every_page(files, Wanted(), size)) == [str(one) for one in range(1000)]


@pytest.mark.parametrize("number", [0, 99, 100, 449, 450, 749, 750, 999])
def test_a_row_is_found_by_its_number(files: list[Path], number: int) -> None:
    page = read_page(files, Wanted(), cursor_at(files, number), 1)
    assert [row["id"] for row in page.rows] == [str(number)]


def test_beyond_the_last_row_is_nothing(files: list[Path]) -> None:
    assert read_page(files, Wanted(), cursor_at(files, 10**12)).rows == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("글 77 번", ["77"]),
        ("99", [str(one) for one in range(1000) if "99" in str(one)]),
        ("번", [str(one) for one in range(1000)]),
        ("%", []),
        ("없는 말", []),
    ],
)
def test_words_are_looked_for_everywhere(files: list[Path], words: str, found: list[str]) -> None:
    assert ids(every_page(files, Wanted(words), 7)) == found


def test_a_search_ends_after_so_many_rows_and_goes_on(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_MOST_ROWS", 200)
    pages = every_page(files, Wanted("글 999 번"))
    assert len(pages) == 4
    assert [len(page.rows) for page in pages] == [0, 0, 0, 1]
    assert sum(page.looked_at for page in pages) == 1000


def test_a_page_reads_only_the_row_groups_that_it_needs(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    real = pq.ParquetFile.iter_batches

    def counted(self: Any, size: int, groups: list[int], **options: Any) -> Any:
        read.append(groups)
        return real(self, size, groups, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", counted)
    page = read_page(files, Wanted(), cursor_at(files, 300))
    assert [row["id"] for row in page.rows][:2] == ["300", "301"]
    assert read == [[3]]


def test_columns_and_turns_are_looked_into(tmp_path: Path) -> None:
    turns = [[{"role": "user", "content": f"물음 {one}"}] if one % 2 else [] for one in range(6)]
    path = write(
        tmp_path / "i.parquet",
        range(6),
        step=["length", "length", None, "dedup", "dedup", "length"],
        messages=turns,
        references=[["하나"], [], ["둘", "셋"], [], ["둘"], []],
    )
    assert ids(every_page([path], Wanted(columns={"step": "length"}))) == ["0", "1", "5"]
    assert ids(every_page([path], Wanted("물음 5"))) == ["5"]
    assert ids(every_page([path], Wanted("둘"))) == ["2", "4"]
    assert ids(every_page([path], Wanted("둘", {"step": "dedup"}))) == ["4"]
    assert ids(every_page([path], Wanted(columns={"reason": "any"}))) == []


def test_capital_letters_do_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", range(2), title=["Handbook", "손책"])
    assert ids(every_page([path], Wanted("hANDBOOK"))) == ["0"]


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "-1.0.0", "a.b.c", "1.2." + "9" * 40, "1.2.٣٤x"])
def test_what_is_no_place_is_the_beginning(text: str) -> None:
    assert Cursor.of(text) == Cursor()


@given(st.builds(Cursor, *[st.integers(0, 10**14)] * 3))
def test_a_place_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert Cursor.of(str(cursor)) == cursor


@given(st.text(max_size=30))
def test_no_text_breaks_a_place(text: str) -> None:
    assert isinstance(Cursor.of(text), Cursor)


def test_a_place_that_is_nowhere_gives_no_row(files: list[Path]) -> None:
    for cursor in (Cursor(0, 99, 0), Cursor(7, 0, 0), Cursor(2, 0, 10**9)):
        assert len(read_page(files, Wanted(), cursor).rows) <= 20


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all" * 100])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read") as told:
        count_rows([path])
    assert "broken.parquet" in str(told.value.where)
    with pytest.raises(UserError, match="cannot be read"):
        read_page([path], Wanted(), Cursor())
