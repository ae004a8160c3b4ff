"""The Sejong corpora: raw, analysed, spoken and parsed texts in UTF-16."""

import json
from pathlib import Path

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import turns

BY_FORMAT = Path(__file__).parent / "by_format"


def test_fixtures_are_in_utf_16():
    for path in BY_FORMAT.glob("sejong_*.txt"):
        assert path.read_bytes().startswith(b"\xff\xfe")


@pytest.mark.parametrize(
    ("name", "title", "text", "notes"),
    [
        (
            "sejong_raw.txt",
            "산길, 전자파일",
            "산길\n아침 안개가 걷혔다. 새 한 마리가 <휘익> 울었다.\n나는 천천히 걸었다.",
            {},
        ),
        (
            "sejong_tagged.txt",
            "산길, 형태소 분석 전자파일",
            "산길\n새가 운다.\n바람 분다.",
            {"sejong_tagged.txt: analyses left out": "5"},
        ),
        (
            "sejong_spoken.txt",
            "전화 대화, 전자파일",
            "P1: 뭐 해? 응?\nP2: 쉬어.",
            {"sejong_spoken.txt: analyses left out": "4"},
        ),
        (
            "sejong_treebank.txt",
            "새, 구문 분석 전자파일",
            "새가 운다.\n해가 뜬다.",
            {"sejong_treebank.txt: lines of parse trees left out": "4"},
        ),
    ],
)
def test_the_text_of_a_file(read, name, title, text, notes):
    outcome = read("sejong", BY_FORMAT / name)
    (row,) = outcome.rows
    assert (row.record.title, row.record.text) == (title, text)
    assert (outcome.bad, outcome.notes, row.where.line) == ([], notes, 1)


def test_the_header(read):
    (row,) = read("sejong", BY_FORMAT / "sejong_raw.txt").rows
    assert row.record.attributes == {"author": "박숲", "idno": "BRAA0001.txt"}


def test_sentences_with_morphemes(read):
    outcome = read("sejong", BY_FORMAT / "sejong_tagged.txt", record="morphemes")
    assert turns(outcome.rows) == [
        ("글: 산길", "산길 → 산길/NNG"),
        ("글: 새가 운다.", "새가 → 새/NNG + 가/JKS\n운다. → 울/VV + ㄴ다/EF + ./SF"),
    ]
    second = outcome.rows[1]
    assert (second.where.line, second.lines) == (24, 2)
    assert second.record.attributes["id"] == "BTAA0001-00000002"
    assert json.loads(second.record.attributes["annotation"])[0] == [
        "BTAA0001-00000002",
        "새가",
        "새/NNG + 가/JKS",
    ]
    assert len({row.record.split_group for row in outcome.rows}) == 1
    # A word without its analysis takes its sentence along.
    (bad,) = outcome.bad
    assert (bad.where.line, bad.lines, bad.error) == (28, 2, "a word without its morphemes or with more")
    assert "바람".encode("utf-16-le") in bad.raw
    assert bad.raw in (BY_FORMAT / "sejong_tagged.txt").read_bytes()


def test_spoken_sentences_with_morphemes(read):
    outcome = read("sejong", BY_FORMAT / "sejong_spoken.txt", record="morphemes")
    assert turns(outcome.rows)[0] == ("글: 뭐 해?", "뭐 → 뭐/NP\n해? → 하/VV + 아/EF + ?/SF")
    assert (len(outcome.rows), outcome.bad) == (3, [])


def test_a_file_without_mark_in_another_encoding(read_bytes):
    content = (BY_FORMAT / "sejong_raw.txt").read_bytes().decode("utf-16")
    (row,) = read_bytes("sejong", content.encode("cp949")).rows
    assert row.record.text.startswith("산길\n아침 안개가")


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("그냥 글", {}, "does not begin as a TEI file does"),
        ("", {}, "holds no text"),
        ("<tei.2>\n<teiHeader></teiHeader>\n<text></text>", {}, "holds no text"),
        ("<tei.2>\n<teiHeader></teiHeader>\n<p>글</p>", {"record": "morphemes"}, "holds no morphemes"),
    ],
)
def test_files_that_are_refused(read_bytes, content, options, reason):
    with pytest.raises(UserError, match=reason) as refused:
        read_bytes("sejong", content.encode(), name="7.txt", **options)
    assert refused.value.where == "7.txt"
