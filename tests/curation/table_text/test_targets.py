import re
from pathlib import Path

import pytest

from curation.errors import ConfigurationError, UserError
from curation.readers import READERS
from curation.table_text.targets import read_sentences, read_targets, reader_for, subsets

BY_FORMAT = Path(__file__).parents[1] / "readers/by_format"
OF_TABLES = {"totto", "e2e", "rotowire", "wikibio", "kbgen", "nikl_evaluation", "table_documents"}
TOTTO = BY_FORMAT / "totto_dev.jsonl"


def test_targets_of_totto() -> None:
    first, second = read_targets(TOTTO, reader_for(TOTTO))
    assert first.references == ("Harbour Lights released Low Tide in 2011.", "Low Tide came out in 2011.")
    assert [cell.value for cell in first.table.highlighted_cells] == ["2011", "Low Tide"]
    assert (str(first.where), str(second.where)) == ("totto_dev.jsonl:1", "totto_dev.jsonl:2")
    assert subsets([first, second]) == {"overlap": [0], "nonoverlap": [1]}


def test_targets_of_one_s_own_table() -> None:
    path = BY_FORMAT / "branches.csv"
    (only,) = read_targets(path, reader_for(path), examples=[{"cells": "C3"}], header_columns=1)
    assert [cell.value for cell in only.table.highlighted_cells] == ["1,240"]
    assert (only.references, subsets([only])) == ((), {})


@pytest.mark.parametrize(("name", "reader"), [("a.JSONL", "totto"), ("a.htm", "table_documents")])
def test_the_reader_by_the_name_of_the_file(name: str, reader: str) -> None:
    assert reader_for(Path(name)) == reader


def test_what_cannot_be_a_target_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be told from its name"):
        reader_for(Path("train.box"))
    with pytest.raises(ConfigurationError, match="no reader 'tototo'") as unknown:
        read_targets(TOTTO, "tototo")
    assert set(re.findall(r"\w+", unknown.value.fix)) & set(READERS) == OF_TABLES
    with pytest.raises(ConfigurationError, match="'totto' does not take examples"):
        read_targets(TOTTO, "totto", examples=[{"cells": "A1"}])
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"text": "글"}\n', encoding="utf-8")
    with pytest.raises(UserError, match="holds no table"):
        read_targets(texts, "jsonl")
    with pytest.raises(UserError, match="This table cannot be read: no 'table'") as refused:
        read_targets(texts, "totto")
    assert refused.value.where == "texts.jsonl:1"
    texts.write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="There are no tables here"):
        read_targets(texts, "totto")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\r\n b", ["a", "b"]),
        (b"\nb\n", ["", "b"]),
        (b"a\n\n", ["a", ""]),
    ],
)
def test_sentences(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    path = tmp_path / "sentences.txt"
    path.write_bytes(content)
    assert read_sentences(path, 2) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\n", "sentences and of tables differ: 1 and 2"),
        (b"\xff\n", "it is not UTF-8"),
        (None, "No such file"),
    ],
)
def test_sentences_that_cannot_be_used(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "sentences.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as refused:
        read_sentences(path, 2)
    assert refused.value.where == "sentences.txt"
