import json
import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.errors import UserError
from curation.readers.lines import Line
from curation.readers.nsmc import joined
from curation.records import BadRow, Row, TextRecord

HEADER = "id\tdocument\tlabel\n"


@pytest.mark.parametrize(
    ("rows", "texts", "recoveries", "errors"),
    [
        pytest.param("7\t좋다\t1\n", ["좋다"], [""], [], id="whole"),
        pytest.param("7\t좋다\t1", ["좋다"], [""], [], id="no line break at the end"),
        pytest.param("7\t좋다\t1\r\n", ["좋다"], [""], [], id="CRLF after the label"),
        pytest.param("7\t\t1\n", [""], [""], [], id="an empty review can be read"),
        pytest.param("7\t좋\t다\t1\n", ["좋\t다"], ["tabs inside the text"], [], id="tab"),
        pytest.param(
            "7\t하나\r\n\n둘\t0\n", ["하나\r\n\n둘"], ["line breaks inside the text"], [], id="blank fragment"
        ),
        pytest.param(
            "7\t하\t나\r\n둘\t0\n",
            ["하\t나\r\n둘"],
            ["line breaks inside the text, tabs inside the text"],
            [],
            id="a fragment with two tabs looks well-formed",
        ),
        pytest.param(
            "7\t첩보원은\r\n007\t1\n",
            ["첩보원은\r\n007"],
            ["line breaks inside the text"],
            [],
            id="007 is no id",
        ),
        pytest.param("둘째 줄\t1\n", [], [], ["the end of a row without its beginning"], id="end only"),
        pytest.param("그냥 글\n", [], [], ["no row begins here"], id="neither begin nor end"),
        pytest.param("7\t좋다\t1\n\n", ["좋다"], [""], ["empty line between rows"], id="empty line"),
        pytest.param("7\t끊긴\n", [], [], ["the file ends inside the review"], id="end of file"),
        pytest.param("7\t끊긴\n8\t좋다\t1\n", ["좋다"], [""], ["the review has no end"], id="whole row next"),
        pytest.param(
            "7\t끊긴\n8\t또\n끝\t1\n",
            [],
            [],
            ["another row begins inside the review", "it began inside another review"],
            id="two beginnings: which one ends is a guess",
        ),
        pytest.param("7\t좋다\t18\t나쁘다\t0\n", [], [], ["two rows run together"], id="lost line break"),
        pytest.param("7\t좋다\t2\n", [], [], ["the file ends inside the review"], id="no such label"),
    ],
)
def test_rows(read_bytes, rows, texts, recoveries, errors):
    content = (HEADER + rows).encode()
    outcome = read_bytes("nsmc", content)
    assert outcome.texts == texts
    assert [row.recovery for row in outcome.rows] == recoveries
    assert [bad.error for bad in outcome.bad] == errors
    assert outcome.covered == list(range(2, 2 + len(rows.removesuffix("\n").split("\n"))))


def test_attributes_and_place(read_bytes):
    row = read_bytes("nsmc", f"{HEADER}12\t첫째\t0\n34\t둘째\r\n셋째\t1\n".encode()).rows[1]
    assert row.record.attributes == {"id": "34", "label": "1"}
    assert (row.where.line, row.lines) == (3, 2)


def test_join_gives_up_and_keeps_every_byte(read_bytes):
    fragments = [f"줄 {number}" for number in range(150)]
    content = f"{HEADER}7\t" + "\n".join(fragments) + "\n8\t좋다\t1\n"
    outcome = read_bytes("nsmc", content.encode())
    assert outcome.texts == ["좋다"]
    assert (outcome.bad[0].lines, outcome.bad[0].error) == (100, "no end within 100 lines")
    assert b"\n".join(bad.raw for bad in outcome.bad) == ("7\t" + "\n".join(fragments)).encode()


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_break", ["\n", "\r"])
def test_a_bad_review_keeps_the_line_breaks_of_its_encoding(read_bytes, codec, line_break):
    review = line_break.join(["7\t끊긴", "둘째 줄"])
    content = f"\ufeff{HEADER}{review}\n8\t좋다\t1\n".replace("\n", line_break).encode(codec)
    outcome = read_bytes("nsmc", content)
    assert outcome.texts == ["좋다"]
    assert [bad.raw for bad in outcome.bad] == [review.encode(codec)]


def test_undecodable_line_inside_a_review(read_bytes):
    outcome = read_bytes(
        "nsmc", f"{HEADER}7\t안녕\n".encode() + b"\xff\xfe\xff\n" + "끝\t1\n8\t좋다\t1\n".encode()
    )
    assert outcome.texts == ["좋다"]
    assert len(outcome.bad) == 3
    assert outcome.covered == [2, 3, 4, 5]


def test_joins_across_a_cp949_line(read_bytes):
    content = f"{HEADER}1\t영화 소개\t1\n7\t첫 줄\r\n".encode() + "둘째 줄입니다\t1\n".encode("cp949")
    outcome = read_bytes("nsmc", content)
    assert outcome.texts == ["영화 소개", "첫 줄\r\n둘째 줄입니다"]
    assert outcome.rows[1].recovery == "CP949 line in a UTF-8 file, line breaks inside the text"


def test_other_table_is_refused(read_bytes):
    with pytest.raises(UserError, match="no NSMC table") as refused:
        read_bytes("nsmc", b"Q,A,label\na,b,0\n", name="other.csv")
    assert refused.value.where == "other.csv:1"


def test_rows_are_joined_as_the_lines_come():
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            text = f"{taken}\t좋다\t1"
            yield Line(taken, text.encode(), text, "")

    rows = joined(endless(), "file")
    assert [next(rows).where.line for _ in range(5)] == [1, 2, 3, 4, 5]
    assert taken == 5


REVIEW = st.text(alphabet=st.sampled_from("가나다ㅋ 1\t\n.?"), max_size=40)


@given(
    st.lists(st.tuples(st.integers(1, 10**8), REVIEW, st.sampled_from("01")), max_size=12),
    st.lists(st.text(alphabet="가1\t\n", max_size=8), max_size=3),
    st.randoms(use_true_random=False),
)
@settings(max_examples=300)
def test_every_line_is_in_exactly_one_row(reviews, debris, shuffle: random.Random):
    parts = [f"{identifier}\t{text}\t{label}" for identifier, text, label in reviews] + debris
    shuffle.shuffle(parts)
    texts = "\n".join(parts).split("\n")
    lines = [Line(number, text.encode(), text, "") for number, text in enumerate(texts, 2)]
    items = list(joined(iter(lines), "file"))
    covered = [n for item in items for n in range(item.where.line, item.where.line + item.lines)]
    assert covered == list(range(2, 2 + len(texts)))
    kept = b"\n".join(
        item.raw
        if isinstance(item, BadRow)
        else "\t".join(
            (item.record.attributes["id"], item.record.text, item.record.attributes["label"])
        ).encode()
        for item in items
    )
    assert kept == "\n".join(texts).encode()


def is_clear(text: str) -> bool:
    """Whether no fragment of a review looks like the beginning or the end of a row."""
    *first, last = text.split("\n")
    begins = any(re.match(r"[1-9][0-9]*\t", fragment) for fragment in [*first[1:], f"{last}\t1"][not first :])
    ends = any(
        re.search(r"\t[01]$", f"\t{fragment}" if not n else fragment) for n, fragment in enumerate(first)
    )
    return not begins and not ends and not re.search(r"(^|\t)[01][1-9][0-9]*\t", text)


@given(st.lists(st.tuples(st.integers(1, 10**8), REVIEW.filter(is_clear)), min_size=1, max_size=8))
@settings(max_examples=300)
def test_what_is_recovered_is_what_was_written(reviews):
    texts = "\n".join(f"{identifier}\t{text}\t1" for identifier, text in reviews).split("\n")
    lines = [Line(number, text.encode(), text, "") for number, text in enumerate(texts, 2)]
    items = list(joined(iter(lines), "file"))
    assert all(isinstance(item, Row) for item in items)
    assert [item.record.text for item in items] == [text for _, text in reviews]


@pytest.fixture(scope="module")
def real(read, corpora):
    return read("nsmc", corpora / "nsmc/nsmc_from_raw_train_24k.txt")


@pytest.fixture(scope="module")
def real_lines(corpora) -> list[bytes]:
    lines = (corpora / "nsmc/nsmc_from_raw_train_24k.txt").read_bytes().split(b"\n")
    return lines if lines[-1] else lines[:-1]


def test_real_table_covers_every_line_once(real, real_lines):
    assert [1, *real.covered] == list(range(1, len(real_lines) + 1))


def test_first_and_last_of_the_real_table(real):
    assert (len(real.rows), real.bad, real.notes) == (24323, [], {})
    assert Counter(row.recovery for row in real.rows) == {
        "": 24134, "line breaks inside the text": 183, "tabs inside the text": 6,
    }  # fmt: skip
    first, last = real.rows[0], real.rows[-1]
    assert first.record == TextRecord(
        "아름다운 영상미.. 그리고 내용속에 담긴 삶의 철학", attributes={"id": "6287361", "label": "1"}
    )
    assert last.record == TextRecord("정말 재밌다!!", attributes={"id": "2945029", "label": "1"})
    assert (first.where.line, last.where.line) == (2, 24544)


def test_real_table_accounts_for_the_409_malformed_lines(real, real_lines):
    malformed = {number for number, line in enumerate(real_lines, 1) if line.count(b"\t") != 2}
    tabs = Counter(line.count(b"\t") for line in real_lines)
    assert (tabs[1], tabs[0], tabs[3], len(malformed)) == (366, 37, 6, 409)
    accounted: list[int] = []
    for item in (*real.rows, *real.bad):
        if isinstance(item, BadRow) or item.recovery:
            lines = range(item.where.line, item.where.line + item.lines)
            accounted += [number for number in lines if number in malformed]
    assert sorted(accounted) == sorted(malformed)


def test_real_table_agrees_with_the_raw_reviews(real, corpora):
    raw = {
        review["review_id"]: review
        for path in (corpora / "nsmc/raw").glob("*.json")
        for review in json.loads(path.read_text(encoding="utf-8"))
    }
    known = [row for row in real.rows if row.record.attributes["id"] in raw]
    assert sum(bool(row.recovery) for row in known) == 5
    assert len(known) > 200
    for row in known:
        review = raw[row.record.attributes["id"]]
        assert row.record.text == review["review"]
        assert row.record.attributes["label"] == ("1" if int(review["rating"]) >= 9 else "0")
