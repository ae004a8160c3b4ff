from pathlib import Path

import orjson
import pytest

from curation.table_text.model import table_of_attributes, table_of_json
from tests.curation.readers.instructions import recoveries, turns

CHAIN = {
    "original_sentence": "In 2011 they put out Low Tide, their best.",
    "sentence_after_deletion": "In 2011 they put out Low Tide.",
    "sentence_after_ambiguity": "In 2011 Harbour Lights put out Low Tide.",
    "final_sentence": "Harbour Lights released Low Tide in 2011.",
}
EXAMPLE = {
    "table_page_title": "Harbour Lights (band)",
    "table_webpage_url": "http://en.example.org/wiki/Harbour_Lights",
    "table_section_title": "Albums",
    "table_section_text": "The band made one album.",
    "table": [
        [
            {"value": "Year", "is_header": True, "column_span": 1, "row_span": 1},
            {"value": "Title", "is_header": True, "column_span": 1, "row_span": 1},
        ],
        [
            {"value": "2011", "is_header": False, "column_span": 1, "row_span": 1},
            {"value": "Low Tide", "is_header": False, "column_span": 1, "row_span": 1},
        ],
    ],
    "highlighted_cells": [[1, 0], [1, 1]],
    "example_id": 9007199254740993,
    "overlap_subset": True,
    "sentence_annotations": [CHAIN, {**CHAIN, "final_sentence": "Low Tide came out in 2011."}],
}
SUBTABLE = (
    "<page_title> Harbour Lights (band) </page_title> <section_title> Albums </section_title> <table> "
    "<cell> 2011 <col_header> Year </col_header> </cell> "
    "<cell> Low Tide <col_header> Title </col_header> </cell> </table>"
)


def lines(*examples: object) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in examples)


def test_a_table_is_an_instruction_record(read_bytes) -> None:
    (row,) = read_bytes("totto", lines(EXAMPLE)).rows
    record = row.record
    assert turns([row]) == [(SUBTABLE, "Harbour Lights released Low Tide in 2011.")]
    assert record.references == ("Harbour Lights released Low Tide in 2011.", "Low Tide came out in 2011.")
    assert (record.task, record.label_space) == ("totto", ())
    assert record.split_group.startswith("totto-")
    assert record.attributes["example_id"] == "9007199254740993"
    assert record.attributes["overlap_subset"] == "true"
    assert record.attributes["table_section_text"] == "The band made one album."
    assert orjson.loads(record.attributes["sentence_annotations"]) == EXAMPLE["sentence_annotations"]
    assert table_of_attributes(record.attributes) == table_of_json(EXAMPLE)


@pytest.mark.parametrize(
    ("stage", "key"),
    [
        ("original", "original_sentence"),
        ("deletion", "sentence_after_deletion"),
        ("ambiguity", "sentence_after_ambiguity"),
        ("final", "final_sentence"),
    ],
)
def test_any_stage_of_the_cleaning_is_the_reference(read_bytes, stage: str, key: str) -> None:
    (row,) = read_bytes("totto", lines(EXAMPLE), sentence=stage).rows
    assert row.record.references[0] == row.record.messages[-1].content == CHAIN[key]
    assert orjson.loads(row.record.attributes["sentence_annotations"])[0] == CHAIN


def test_alike_references_are_all_kept(read_bytes) -> None:
    (row,) = read_bytes("totto", lines(EXAMPLE), sentence="original").rows
    assert row.record.references == (CHAIN["original_sentence"],) * 2


@pytest.mark.parametrize(
    ("options", "beginning"),
    [
        ({"form": "full"}, SUBTABLE[: SUBTABLE.index("<cell>")] + "<row> <cell> Year </cell>"),
        ({"metadata": False}, "<table> <cell> 2011"),
        ({"form": "full", "metadata": False}, "<table> <row> <cell> Year"),
        ({"template": 1}, "표: <page_title>"),
    ],
)
def test_the_form_is_an_option(read_bytes, options: dict[str, object], beginning: str) -> None:
    (row,) = read_bytes("totto", lines(EXAMPLE), **options).rows
    assert row.record.messages[0].content.startswith(beginning)


def test_a_table_of_the_hidden_test_set_ends_with_the_question(read_bytes) -> None:
    bare = {key: value for key, value in EXAMPLE.items() if key != "sentence_annotations"}
    (row,) = read_bytes("totto", lines(bare)).rows
    assert [message.role for message in row.record.messages] == ["user"]
    assert row.record.references == ()
    assert "sentence_annotations" not in row.record.attributes


def test_tables_of_one_page_stay_together(read_bytes) -> None:
    other = {**EXAMPLE, "table_webpage_url": "http://en.example.org/wiki/Other"}
    rows = read_bytes("totto", lines(EXAMPLE, {**EXAMPLE, "example_id": 2}, other)).rows
    groups = [row.record.split_group for row in rows]
    assert groups[0] == groups[1] != groups[2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"highlighted_cells": [[5, 0]]}, "the highlighted cell [5, 0] is not in the table"),
        ({"table": None}, "'table' is no list of rows"),
        ({"sentence_annotations": [{"final_sentence": "x"}]}, "no 'original_sentence'"),
        ({"sentence_annotations": {}}, "'sentence_annotations' is no list"),
        ({"sentence_annotations": ["x"]}, "an annotation is no object"),
    ],
)
def test_a_row_that_is_none_goes_to_quarantine(read_bytes, changes: dict[str, object], reason: str) -> None:
    content = lines(EXAMPLE, {**EXAMPLE, **changes}, EXAMPLE)
    found = read_bytes("totto", content)
    assert [row.where.line for row in found.rows] == [1, 3]
    assert [(bad.where.line, bad.error) for bad in found.bad] == [(2, reason)]
    assert found.bad[0].raw == content.split(b"\n")[1]


def test_a_cut_line_and_blank_ones(read_bytes) -> None:
    found = read_bytes("totto", lines(EXAMPLE) + b"\n" + lines(EXAMPLE)[:90])
    assert (len(found.rows), [bad.where.line for bad in found.bad]) == (1, [3])
    assert found.notes == {"input: blank lines": "1"}


def test_the_published_layout(read) -> None:
    outcome = read("totto", Path(__file__).parent / "by_format/totto_dev.jsonl")
    assert (outcome.bad, outcome.notes, recoveries(outcome.rows)) == ([], {}, {})
    assert turns(outcome.rows) == [
        (
            "<page_title> Harbour Lights (band) </page_title> <section_title> Albums </section_title> "
            "<table> <cell> 2011 <col_header> Year </col_header> </cell> "
            "<cell> Low Tide <col_header> Title </col_header> </cell> </table>",
            "Harbour Lights released Low Tide in 2011.",
        ),
        (
            "<page_title> Jon Hale </page_title> <section_title> Career </section_title> <table> "
            "<cell> 1990–91 <col_header> Season </col_header> </cell> "
            "<cell> 31 <col_header> Apps </col_header> <row_header> 1990–91 </row_header> </cell> </table>",
            "Jon Hale played 31 times in 1990–91.",
        ),
    ]
    # A number that a double cannot hold.
    assert outcome.rows[0].record.attributes["example_id"] == "9007199254740993"
