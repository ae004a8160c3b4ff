import pytest
from pydantic import ValidationError

from curation.errors import UserError
from curation.readers import READERS
from curation.records import InstructionRecord

TABLE = '번호,글,갈래\n1,안녕하세요,인사\n2,"줄이\r\n바뀐다",글\n3,모자란 줄\n\n4,많은,줄,이다\n5,끝,글\n'


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_rows_of_any_encoding(read_bytes, codec):
    outcome = read_bytes("csv", TABLE.encode(codec), text="글")
    assert outcome.texts == ["안녕하세요", "줄이\r\n바뀐다", "끝"]
    assert [(row.where.line, row.lines) for row in outcome.rows] == [(2, 1), (3, 2), (8, 1)]
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (5, "2 columns instead of 3"),
        (7, "4 columns instead of 3"),
    ]
    assert outcome.rows[0].record.attributes == {"번호": "1", "갈래": "인사"}
    assert outcome.notes["input: blank lines"] == "1"


@pytest.mark.parametrize("codec", ["utf-8", "cp949", "utf-16-le"])
def test_a_bad_row_of_several_lines_keeps_its_bytes(read_bytes, codec):
    row = '2,"첫 줄\n둘째 줄"'
    content = f"번호,글,갈래\n1,가나다,라\n{row}\n3,마바사,아\n".encode(codec)
    outcome = read_bytes("csv", content, text="글", encoding=codec)
    (bad,) = outcome.bad
    assert (bad.raw, bad.lines, bad.error) == (row.encode(codec), 2, "2 columns instead of 3")


def test_what_was_detected_is_stated(read_bytes):
    outcome = read_bytes("csv", "a;글\n1;안녕\n".encode("cp949"), text="글")
    assert outcome.notes == {
        "input: encoding": "cp949",
        "input: delimiter": "semicolon",
        "input: quotes": "around fields",
    }


def test_unknown_column_lists_those_that_exist(read_bytes):
    with pytest.raises(UserError, match=r"no column 'body'; the columns are: 번호, 글, 갈래"):
        read_bytes("csv", TABLE.encode(), text="body")


def test_default_column_is_checked_too(read_bytes):
    with pytest.raises(UserError, match="no column 'text'"):
        read_bytes("csv", TABLE.encode())


def test_positions_without_header(read_bytes):
    outcome = read_bytes("csv", "1\t하나\tx\n2\t둘\ty\n".encode(), header=False, text=2, attributes=[3])
    assert outcome.texts == ["하나", "둘"]
    assert outcome.rows[1].record.attributes == {"3": "y"}
    assert outcome.rows[0].where.line == 1


def test_position_beyond_the_table(read_bytes):
    with pytest.raises(UserError, match=r"no column '9'; the columns are: 1, 2"):
        read_bytes("csv", b"a,b\nc,d\n", header=False, text=9)


def test_prompt_and_response(read_bytes):
    outcome = read_bytes("csv", "q,a\n질문,대답\n".encode(), prompt="q", response="a")
    record = outcome.rows[0].record
    assert isinstance(record, InstructionRecord)
    assert [(m.role, m.content) for m in record.messages] == [("user", "질문"), ("assistant", "대답")]
    assert record.references == ("대답",)
    assert READERS["csv"].kind(READERS["csv"].options(prompt="q", response="a")) == "instruction"
    assert READERS["csv"].kind(READERS["csv"].options(text="q")) == "text"


@pytest.mark.parametrize(
    "options",
    [
        {"prompt": "q"},
        {"response": "a"},
        {"prompt": "q", "response": "a", "text": "t"},
        {"colour": "red"},
        {"header": "no"},
        {"attributes": "a"},
    ],
)
def test_contradicting_options(options):
    with pytest.raises(ValidationError):
        READERS["csv"].options(**options)


def test_column_named_twice(read_bytes):
    with pytest.raises(UserError, match="'a' twice"):
        read_bytes("csv", b"a,b,a\n1,2,3\n", text="b")


def test_nameless_index_column_is_called_by_its_position(read_bytes):
    outcome = read_bytes("csv", ",글\n0,안녕\n".encode(), text="글")
    assert outcome.rows[0].record.attributes == {"column 1": "0"}


def test_delimiter_that_cannot_be_told(read_bytes):
    with pytest.raises(UserError, match="delimiter of this table cannot be told"):
        read_bytes("csv", b"a,b,c\n1;2\n3|4\n5\t6\n7\n", text="a")


def test_one_column(read_bytes):
    outcome = read_bytes("csv", "text\n하나\n둘, 셋\n".encode())
    assert outcome.texts == ["하나", "둘, 셋"]
    assert outcome.notes["input: delimiter"] == "none, one column"


def test_blank_lines_before_the_header(read_bytes):
    outcome = read_bytes("csv", "\n\n글,수\n하나,1\n\n".encode(), text="글")
    assert [(row.record.text, row.where.line) for row in outcome.rows] == [("하나", 4)]
    assert outcome.notes["input: blank lines"] == "3"


def test_tab_as_yaml_gives_it_in_single_quotes(read_bytes):
    outcome = read_bytes("csv", "글\t수\n하나, 둘\t1\n".encode(), text="글", delimiter=r"\t")
    assert outcome.texts == ["하나, 둘"]


def test_empty_table(read_bytes):
    outcome = read_bytes("csv", b"", text="글")
    assert (outcome.rows, outcome.bad) == ([], [])


def test_undecodable_header(read_bytes):
    content = b"\xff\xfd,b\n" + "하나,둘\n".encode() * 3
    with pytest.raises(UserError, match="first line of this table"):
        read_bytes("csv", content, text="b", delimiter=",")


@pytest.mark.parametrize(
    ("path", "options", "rows"),
    [
        ("question_pair/kor_pair_train.csv", {"text": "question1"}, 6888),
        ("kornlu/sts-train.tsv", {"text": "sentence1"}, 5749),
        ("korean_hate_speech/labeled/train.tsv", {"text": "comments"}, 7896),
        ("kobest/HellaSwag_dev.tsv", {"text": "context"}, 500),
        ("kote/val.tsv", {"header": False, "text": 2}, 5000),
    ],
)
def test_real_tables_are_read_whole(read, corpora, path, options, rows):
    outcome = read("csv", corpora / path, **options)
    assert (len(outcome.rows), outcome.bad) == (rows, [])
    assert not any(row.recovery for row in outcome.rows)
