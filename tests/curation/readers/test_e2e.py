from pathlib import Path

import pytest

from curation.errors import UserError
from curation.table_text.model import table_of_attributes

FILE = Path(__file__).parent / "by_format/e2e_train.csv"

BLUE = "name[Blue Door], eatType[pub], near[Café, Adriatic]"
CONTENT = f"""mr,ref
"{BLUE}",Blue Door is a pub near Café Adriatic.
"{BLUE}","Near Café Adriatic, there is a pub: Blue Door."
"{BLUE}",Blue Door is a pub near Café Adriatic.
"name[Old Mill], food[Thai]","Old Mill
serves Thai food."
"name[Old Mill, food[Thai]",Old Mill serves Thai food.
"{BLUE}",Blue Door again.
"""


def test_texts_for_one_input_are_references_of_one_record(read_bytes) -> None:
    found = read_bytes("e2e", CONTENT.encode())
    first, second, last = found.rows
    assert first.record.references == (
        "Blue Door is a pub near Café Adriatic.",
        "Near Café Adriatic, there is a pub: Blue Door.",
    )
    assert (first.where.line, first.lines) == (2, 3)
    assert (second.where.line, second.lines) == (5, 2)
    assert second.record.references == ("Old Mill\nserves Thai food.",)
    assert last.record.references == ("Blue Door again.",)
    assert first.record.split_group == last.record.split_group != second.record.split_group
    assert [(bad.where.line, bad.lines) for bad in found.bad] == [(7, 1)]
    assert "not attributes with values" in found.bad[0].error
    # Every line but the header is part of one row or bad row.
    assert found.covered == list(range(2, 9))


def test_the_record_of_an_input(read_bytes) -> None:
    record = read_bytes("e2e", CONTENT.encode()).rows[0].record
    assert record.messages[0].content == (
        "<table> <cell> Blue Door <row_header> name </row_header> </cell> "
        "<cell> pub <row_header> eatType </row_header> </cell> "
        "<cell> Café, Adriatic <row_header> near </row_header> </cell> </table>"
    )
    assert record.messages[1].content == record.references[0]
    assert record.attributes["mr"] == BLUE
    table = table_of_attributes(record.attributes)
    assert table is not None
    assert table.highlighted == ((0, 1), (1, 1), (2, 1))


def test_attributes_in_another_order_form_the_same_group(read_bytes) -> None:
    content = b'mr,ref\n"name[A], food[B]",x\n"food[B], name[A]",y\n'
    first, second = read_bytes("e2e", content).rows
    assert first.record.split_group == second.record.split_group


def test_test_inputs_have_no_references(read_bytes) -> None:
    found = read_bytes("e2e", b'MR\n"name[A], food[B]"\n"name[A], food[B]"\n')
    assert [(row.record.references, len(row.record.messages)) for row in found.rows] == [((), 1)] * 2


def test_an_empty_text_is_no_reference(read_bytes) -> None:
    found = read_bytes("e2e", b"mr,ref\nname[A], \nname[B],x\n")
    assert [bad.where.line for bad in found.bad] == [2]
    assert found.bad[0].error in ("3 columns instead of 2", "the ref is empty")


def test_another_table_is_refused(read_bytes) -> None:
    with pytest.raises(UserError, match="does not begin with the header mr, ref"):
        read_bytes("e2e", b"text,label\na,1\n")


def test_the_published_layout(read) -> None:
    assert FILE.read_text(encoding="utf-8") == CONTENT
    outcome = read("e2e", FILE)
    assert (len(outcome.rows), outcome.notes, outcome.covered) == (3, {}, [2, 3, 4, 5, 6, 7, 8])
    assert [bad.error for bad in outcome.bad] == [
        "the mr is not attributes with values in square brackets, such as name[Blue Door]"
    ]
