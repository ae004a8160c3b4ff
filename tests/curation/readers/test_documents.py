import pytest

from curation.readers.documents import first_heading, parted_front_matter


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.md", "# 휴가 규정\n\n본문", "휴가 규정"),
        ("a.md", "머리말\n\n## 둘째 단계 ##\n본문", "둘째 단계"),
        ("a.md", "```\n# 주석\n```\n# 제목\n", "제목"),
        ("a.md", "---\ntitle: 앞 제목\n---\n# 다른 제목\n", "앞 제목"),
        ("a.md", "---\ntags: [가]\n---\n# 제목\n", "제목"),
        ("a.md", "---\r\ntitle: 앞 제목\r\n---\r\n본문\r\n", "앞 제목"),
        ("a.txt", "\n  회의록  \n\n본문", "회의록"),
        ("회의록.txt", "가" * 81 + "\n본문", "회의록"),
        ("a.md", "#해시태그는 제목이 아니다\n", "#해시태그는 제목이 아니다"),
    ],
)
def test_title(read_bytes, name, content, title):
    assert read_bytes("documents", content.encode(), name=name).rows[0].record.title == title


def test_one_file_is_one_record(read_bytes):
    row = read_bytes("documents", "# 제목\n\n첫 문단\n\n둘째 문단\n".encode(), name="a.md").rows[0]
    assert row.record.text == "# 제목\n\n첫 문단\n\n둘째 문단"
    assert row.record.attributes == {"path": "a.md"}
    assert (row.where.line, row.lines) == (1, 5)


def test_front_matter_becomes_attributes(read_bytes):
    content = "---\ntitle: 휴가\ndate: 2026-01-31\nversion: 3\ntags: [가, 나]\npath: x\n---\n본문"
    record = read_bytes("documents", content.encode(), name="a.md").rows[0].record
    assert record.text == "본문"
    assert record.attributes == {"title": "휴가", "date": "2026-01-31", "version": "3", "path": "a.md"}


@pytest.mark.parametrize(
    "text",
    [
        "---\n줄\n---\n본문",
        "---\n- 목록\n---\n본문",
        "---\n{닫히지 않음\n---\n본문",
        "---\nday: 2026-99-99\n---\n본문",
        "---\na: " + "[" * 5000 + "\n---\n본문",
        "---\na: b\n" + "# 긴 글\n" * 3000 + "---\n본문",
        "---\n끝이 없는 앞부분\n본문",
        "본문\n---\na: b\n---\n",
    ],
)
def test_what_only_looks_like_front_matter_stays(text):
    assert parted_front_matter(text) == ({}, text)


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", b"\xef\xbb\xbf", b"\xff\xfe", b"---\ntitle: x\n---\n", "\u3000\n".encode()]
)
def test_empty_file(read_bytes, content):
    outcome = read_bytes("documents", content, name="a.md")
    assert (outcome.rows, [bad.error for bad in outcome.bad]) == ([], ["empty file"])


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp949", "utf-16"])
def test_encodings(read_bytes, codec):
    outcome = read_bytes("documents", "회의록\n\n다음 회의는 화요일입니다.\n".encode(codec), name="a.txt")
    assert outcome.texts == ["회의록\n\n다음 회의는 화요일입니다."]


def test_a_cp949_line_is_recovered(read_bytes):
    content = "첫 줄\n".encode() + "옛 방식으로 쓴 줄\n".encode("cp949")
    outcome = read_bytes("documents", content, name="a.txt")
    assert outcome.texts == ["첫 줄\n옛 방식으로 쓴 줄"]
    assert outcome.rows[0].recovery == "CP949 line in a UTF-8 file"


def test_an_unreadable_line_keeps_the_document_out(read_bytes):
    content = "첫 줄\n".encode() + b"\xff\xff\xff\n"
    outcome = read_bytes("documents", content, name="a.txt")
    (bad,) = outcome.bad
    assert (bad.raw, bad.where.line, outcome.rows) == (content, 2, [])


@pytest.mark.parametrize("name", ["a.hwp", "a.hwpx", "a.HWP"])
@pytest.mark.parametrize("content", [b"no document", b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_broken_hangul_document(read_bytes, tmp_path, name, content):
    outcome = read_bytes("documents", content, name=name)
    (bad,) = outcome.bad
    assert bad.raw == content
    assert bad.error.startswith("no HWP or HWPX document")
    assert str(tmp_path) not in bad.error


def test_hangul_document(read, project):
    paths = sorted((project / "samples").rglob("*.hwpx"))
    assert paths
    for path in paths:
        record = read("documents", path).rows[0].record
        assert record.title == first_heading(record.text) != ""
        assert len(record.text) > 200


def test_first_heading():
    assert first_heading("없다\n") == ""
    assert first_heading("~~~\n# 코드\n~~~") == ""
    # Its like alone closes a fence.
    assert first_heading("````\n~~~\n# 안\n````\n# 밖") == "밖"
    assert first_heading("### 셋\r\n본문") == "셋"
