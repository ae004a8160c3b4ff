import csv
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from curation.readers.dialect import detect_dialect
from curation.readers.lines import Line
from curation.readers.table import Dialect, Fault, Fields, split_row, table_rows
from curation.records import BadRow, Location


def lines(text: str) -> list[Line]:
    return [Line(number, line.encode(), line, "") for number, line in enumerate(text.split("\n"), 1)]


def rows(text: str, dialect: Dialect) -> list[Fields | BadRow]:
    return list(table_rows(iter(lines(text)), dialect, "file"))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a,b,", ["a", "b", ""]),
        ('"a",b', ["a", "b"]),
        ('"","a""b"', ["", 'a"b']),
        ('5" 화면,"a,b"', ['5" 화면', "a,b"]),
        ('"a\r\nb",c', ["a\r\nb", "c"]),
        ('"a" b,c', Fault.MALFORMED),
        ('"a,b', Fault.OPEN),
        ('"a""', Fault.OPEN),
        ('a,"', Fault.OPEN),
    ],
)
def test_split_row(text, fields):
    assert split_row(text, ",") == fields


FIELD = st.text(alphabet='가나 a1",\t;\r\n', max_size=12)


@given(
    st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from(",\t;|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=400)
def test_rows_of_the_standard_writer_come_back(table, delimiter, quoting, ending):
    # Not quoted, a carriage return at the end of a row is part of the line break.
    assume(ending == "\r\n" or quoting == csv.QUOTE_ALL or not any(row[-1].endswith("\r") for row in table))
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator=ending).writerows(table)
    text = written.getvalue().removesuffix("\n")
    found = rows(text, Dialect(delimiter))
    assert [row.values for row in found] == table
    assert sum(row.lines for row in found) == text.count("\n") + 1
    assert b"\n".join(row.raw for row in found) == text.encode()


@given(st.text(alphabet='가",\n a', max_size=60))
@settings(max_examples=400)
def test_every_line_of_any_text_is_in_exactly_one_row(text):
    found = rows(text, Dialect(","))
    places = [(row.where.line if isinstance(row, BadRow) else row.number, row.lines) for row in found]
    covered = [number for start, count in places for number in range(start, start + count)]
    assert covered == list(range(1, text.count("\n") + 2))
    assert b"\n".join(row.raw for row in found) == text.encode()


def test_a_quote_never_closed_costs_its_own_line_only():
    text = 'a,b\n1,"열린\n' + "\n".join(f"{number},둘" for number in range(3000))
    found = rows(text, Dialect(","))
    bad = [row for row in found if isinstance(row, BadRow)]
    assert [(row.where.line, row.lines, row.error) for row in bad] == [(2, 1, "a quote is never closed")]
    assert len(found) == 3002


def test_a_quote_closed_by_another_rows_quote_swallows_nothing():
    found = rows('1,"열린,0\n2,"닫힌",1\n3,셋,0', Dialect(","))
    assert isinstance(found[0], BadRow)
    assert [row.values for row in found[1:]] == [["2", "닫힌", "1"], ["3", "셋", "0"]]


def test_text_after_a_closing_quote_is_text():
    (row,) = rows('1,"와" 정말,0', Dialect(","))
    assert (row.values, row.recovery) == (["1", '"와" 정말', "0"], "quotes taken as text")


def test_an_unreadable_line_ends_a_quoted_field():
    first, _, last = lines('1,"열린\n\n2,둘')
    unreadable = BadRow(b"\xff", Location("file", 2), "not utf-8")
    found = list(table_rows(iter([first, unreadable, last]), Dialect(","), "file"))
    assert isinstance(found[0], BadRow)
    assert found[1] is unreadable
    assert found[2].values == ["2", "둘"]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("a,b\n1,2\n3,4", Dialect(",")),
        ("a\tb\n1, 하나\t2\n3, 셋\t4", Dialect("\t", quotes=False)),
        ("a;b\n1,5;2\n3,5;4", Dialect(";")),
        ("a|b|c\n1|2|3", Dialect("|")),
        ('a,b\n"1,2",3\n"4\n5",6', Dialect(",")),
        ('id\ttext\n1\t"네"라고 했다\n2\t"와\n3\t정말"', Dialect("\t", quotes=False)),
        ('id\ttext\n1\t"줄이\n바뀐다"\n2\t"탭\t탭"', Dialect("\t")),
        ('"id"\t"text"\n"1"\t"하나"', Dialect("\t")),
        ("text\n하나\n둘, 셋", Dialect("\0")),
        # One broken row must not turn the decision.
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n9,1,2", Dialect(",")),
    ],
)
def test_detect_dialect(text, dialect):
    assert detect_dialect(lines(text)) == dialect


def test_no_dialect_fits():
    assert detect_dialect(lines("a,b,c\n1;2\n3|4\n5\t6\n7")) is None


def test_given_parts_of_a_dialect_are_kept():
    assert detect_dialect(lines("a,b;c\n1,2;3"), delimiter=";") == Dialect(";")
    assert detect_dialect(lines("a,b\n1,2"), quotes=False) == Dialect(",", quotes=False)


@given(
    st.lists(
        st.lists(st.text(alphabet="가나다 ab1", min_size=1, max_size=8), min_size=3, max_size=3),
        min_size=3,
        max_size=8,
    ),
    st.sampled_from(",\t;|"),
)
def test_detected_dialect_reads_what_was_written(table, delimiter):
    text = "\n".join(delimiter.join(row) for row in table)
    dialect = detect_dialect(lines(text))
    assert dialect is not None
    assert [row.values for row in rows(text, dialect)] == table
