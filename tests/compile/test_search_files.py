"""The exported files: written, read again, damaged."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compile.search.coding import Reader, varint, varints, words
from compile.search.files import INDEX, POSTINGS, TERMS, read_exported, read_postings, write_postings
from curation.errors import UserError
from tests.compile.search_documents import write_export


@given(st.lists(st.integers(0, 2**40)))
def test_numbers_come_back(numbers: list[int]) -> None:
    reader = Reader(varints(numbers))
    assert reader.varints(len(numbers)) == numbers
    assert reader.is_done


@pytest.mark.parametrize(("number", "size"), [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3)])
def test_small_numbers_are_short(number: int, size: int) -> None:
    assert len(varint(number)) == size


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1)))
def test_words_come_back(given_words: set[str]) -> None:
    # Characters above the basic plane too: a browser counts two of each.
    assert Reader(words(sorted(given_words))).words() == sorted(given_words)


def test_words_share_their_beginnings() -> None:
    assert words(["휴가", "휴가비", "휴일"]) == b"\x03\x00\x02\x01\x0e" + "휴가\n비\n일".encode()


@given(st.lists(st.dictionaries(st.integers(0, 500), st.integers(1, 300), min_size=1), max_size=5))
def test_postings_come_back(rows: list[dict[int, int]]) -> None:
    postings = [sorted(one.items()) for one in rows]
    terms = [str(number) for number in range(len(rows))]
    assert list(read_postings(write_postings(postings), terms).values()) == postings


def test_postings_are_gaps() -> None:
    assert write_postings([[(0, 1), (3, 2), (4, 5)]]) == bytes([3, 0, 5, 0, 1, 3])


@pytest.mark.parametrize("name", [TERMS, POSTINGS])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    folder, _ = write_export(tmp_path)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(UserError, match="damaged") as caught:
        read_exported(folder)
    assert caught.value.where.endswith(name)


def test_another_version_is_refused(tmp_path: Path) -> None:
    folder, _ = write_export(tmp_path)
    index = orjson.loads((folder / INDEX).read_bytes())
    (folder / INDEX).write_bytes(orjson.dumps({**index, "version": 0}))
    with pytest.raises(UserError, match="another version"):
        read_exported(folder)
