import orjson
import pytest

from curation.table_text.model import (
    Cell,
    Table,
    table_attributes,
    table_of_attributes,
    table_of_json,
    table_of_pairs,
)

ROWS = [
    [{"value": "이름", "is_header": True, "column_span": 2, "row_span": 1}],
    [{"value": "가", "is_header": False, "column_span": 1, "row_span": 1}],
]


def values(**changes: object) -> dict[str, object]:
    return {"table": ROWS, "highlighted_cells": [[1, 0]], "table_page_title": "쪽", **changes}


def test_an_object_of_totto_becomes_a_table() -> None:
    assert table_of_json(values(table_section_text="글")) == Table(
        ((Cell("이름", True, 2, 1),), (Cell("가"),)), "쪽", "", "글", ((1, 0),)
    )


def test_spans_and_headers_may_be_absent() -> None:
    assert table_of_json({"table": [[{"value": "가"}]]}) == Table(((Cell("가"),),))


def test_attributes_hold_the_table_as_totto_writes_it() -> None:
    attributes = table_attributes(table_of_json(values()))
    assert orjson.loads(attributes["table"]) == ROWS
    assert attributes["highlighted_cells"] == "[[1,0]]"
    assert attributes["table_page_title"] == "쪽"
    assert "table_section_title" not in attributes
    assert " " not in attributes["table"]


def test_a_table_comes_back_from_its_attributes() -> None:
    table = table_of_json(values(table_section_title="절"))
    assert table_of_attributes(table_attributes(table)) == table
    assert table_of_attributes({"url": "x"}) is None


def test_pairs_are_rows_with_their_values_marked() -> None:
    table = table_of_pairs([("name", "Blue Door"), ("food", "Thai")], "P")
    assert table.rows[1] == (Cell("food", is_header=True), Cell("Thai"))
    assert [cell.value for cell in table.highlighted_cells] == ["Blue Door", "Thai"]
    assert table.titles == ["P"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"table": None}, "'table' is no list of rows"),
        ({"table": [{"value": "가"}]}, "row 0 of the table is no list"),
        ({"table": [[{"value": 3}]]}, r"cell \[0, 0\] is not"),
        ({"table": [[{"value": "가", "column_span": "2"}]]}, r"cell \[0, 0\] is not"),
        ({"table": [[{"value": "가", "row_span": True}]]}, r"cell \[0, 0\] is not"),
        ({"table": [[{"value": "가", "column_span": -1}]]}, r"cell \[0, 0\] is not"),
        ({"highlighted_cells": [[1, 1]]}, r"the highlighted cell \[1, 1\] is not in the table"),
        ({"highlighted_cells": [[-1, 0]]}, "no pair of row and index"),
        ({"highlighted_cells": [1]}, "no pair of row and index"),
        ({"highlighted_cells": "1,0"}, "no list of places"),
        ({"table_page_title": 7}, "'table_page_title' is a number, not text"),
    ],
)
def test_what_is_no_table_is_named(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table_of_json(values(**changes))


def test_no_table_at_all() -> None:
    with pytest.raises(ValueError, match="no 'table'"):
        table_of_json({"highlighted_cells": []})
