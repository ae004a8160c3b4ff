"""Messages and mailboxes, as Korean programs write them."""

import base64

import pytest

from curation.readers.documents.mail import header
from tests.curation.readers.documents.writers import letter


def test_message(document):
    record = document(letter(), ".eml")
    assert record.text == (
        "보낸 사람: 김하늘 <haneul@example.com>\n받는 사람: 이바다 <bada@example.com>\n"
        "날짜: 2026-03-02 09:30+09:00\n\n"
        "승인했습니다.\n\n> 사흘 쉬려고 합니다.\n> 괜찮을까요?\n\n- [파일: 신청서.pdf]"
    )
    assert record.title == "Re: 휴가 신청"
    assert record.attributes == {
        "date": "2026-03-02 09:30+09:00",
        "from": "김하늘 <haneul@example.com>",
        "to": "이바다 <bada@example.com>",
        "message_id": "<2@example.com>",
        "in_reply_to": "<1@example.com>",
        "thread": "<0@example.com>",
        "path": "문서.eml",
    }


CUT = "휴가 신청".encode("cp949")
WHOLE, FIRST, REST = (base64.b64encode(part).decode() for part in (CUT, CUT[:3], CUT[3:]))
HALVES = f"=?ks_c_5601-1987?B?{FIRST}?=\r\n =?ks_c_5601-1987?B?{REST}?="


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("휴가", "휴가"),
        (f"=?ks_c_5601-1987?B?{WHOLE}?=", "휴가 신청"),
        (f"=?EUC-KR?b?{WHOLE.rstrip('=')}?=", "휴가 신청"),
        (HALVES, "휴가 신청"),
        (f"Re: =?euc-kr?B?{WHOLE}?= (2)", "Re: 휴가 신청 (2)"),
        ("=?utf-8?Q?=ED=9C=B4=EA=B0=80_=EC=8B=A0=EC=B2=AD?=", "휴가 신청"),
        ("=?utf-8*ko?Q?=ED=9C=B4?=", "휴"),
        (CUT.decode("ascii", "surrogateescape"), "휴가 신청"),
        ("=?x-none?Q?abc?=", "abc"),
        ("=?utf-8?B?%%%?=", "%%%"),
        ("=?utf-8?B?=E?= 1=?2", "=E 1=?2"),
    ],
)
def test_headers(raw, text):
    assert header(raw) == text


def eml(body: bytes, *headers: str) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode("cp949") + body


def test_bare_cp949_headers_and_body(document):
    record = document(
        eml("본문입니다 똠방각하".encode("cp949"), "Subject: 휴가 신청", "From: 김하늘 <a@example.com>"),
        ".eml",
    )
    assert (record.title, record.attributes["from"]) == ("휴가 신청", "김하늘 <a@example.com>")
    assert record.text.endswith("본문입니다 똠방각하")


def test_a_name_with_a_comma_is_one_person(document):
    name = base64.b64encode("김하늘, 사람팀".encode()).decode()
    record = document(
        eml("글".encode(), f"From: =?utf-8?B?{name}?= <a@example.com>", "To: b@example.com, c@example.com"),
        ".eml",
    )
    assert record.attributes["from"] == "김하늘, 사람팀 <a@example.com>"
    assert record.attributes["to"] == "b@example.com, c@example.com"


def parts(kind: str, *bodies: tuple[str, str]) -> bytes:
    held = "".join(f"--x\r\nContent-Type: {of}\r\n\r\n{body}\r\n" for of, body in bodies)
    return eml(f"{held}--x--\r\n".encode(), "Subject: a", f"Content-Type: multipart/{kind}; boundary=x")


def test_of_alternatives_the_plain_text_is_read(document):
    both = ("text/plain; charset=utf-8", "맨 글"), ("text/html; charset=utf-8", "<p>꾸민 글</p>")
    assert document(parts("alternative", *both), ".eml").text == "맨 글"
    assert document(parts("alternative", ("text/plain", " "), both[1]), ".eml").text == "꾸민 글"
    assert document(parts("mixed", *both), ".eml").text == "맨 글\n\n꾸민 글"


def test_attachments_are_named_and_not_read(document):
    old = 'application/octet-stream; name="=?ks_c_5601-1987?B?vcXDu7ytLmh3cA==?="'
    inner = "message/rfc822", "Subject: =?utf-8?B?7JWe?=\r\n\r\n읽지 않는 글"
    record = document(parts("mixed", ("text/plain; charset=utf-8", "글"), (old, "비밀"), inner), ".eml")
    assert record.text == "글\n\n- [파일: 신청서.hwp]\n- [파일: 앞]"
    text = 'text/plain; charset=utf-8; name="메모.txt"'
    assert document(parts("mixed", (text, "비밀"), ("text/plain; charset=utf-8", "글")), ".eml").text == (
        "글\n\n- [파일: 메모.txt]"
    )


def mailbox(*messages: str) -> bytes:
    return "".join(f"From a@example.com Mon Mar  2 09:30:00 2026\n{one}\n\n" for one in messages).encode()


def test_a_mailbox_gives_a_record_a_message(read_bytes):
    content = mailbox(
        "Subject: one\n\n글\n>From 나\n>>From 너", "no message\n", "Subject: two\n\n앞\nFrom 2 sides\n뒤"
    )
    found = read_bytes("documents", content, name="편지.mbox")
    assert [(row.record.title, row.record.text, row.where.line, row.lines) for row in found.rows] == [
        ("one", "글\nFrom 나\n>From 너", 1, 7),
        ("two", "앞\nFrom 2 sides\n뒤", 12, 7),
    ]
    assert [(bad.where.line, bad.lines, bad.error) for bad in found.bad] == [
        (8, 4, "no mail document: no headers at its beginning")
    ]
    assert found.covered == list(range(1, 19))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "empty file"),
        (b"\n\n", "empty file"),
        ("그냥 글\n".encode(), "no mailbox: no line 'From …' at its beginning"),
    ],
)
def test_what_is_no_mailbox(reason, content, error):
    assert reason(content, ".mbox") == error
