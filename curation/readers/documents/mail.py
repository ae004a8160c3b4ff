"""Mail: an `.eml` file is one message, an `.mbox` file many; each message is a document.

Quoted text stays, since it is what an answer refers to. Attachments are named, not read. Headers are
decoded as Korean programs write them: in CP949 under the name of KS C 5601, with characters parted
between encoded words, or as bare bytes.

Source: RFC 5322 (messages), RFC 2045 to 2047 (MIME), RFC 4155 (mbox).
"""

import binascii
import email
import quopri
import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from io import BytesIO
from typing import BinaryIO, NamedTuple

from curation.readers.documents.charsets import decoded
from curation.readers.documents.draft import Draft, cleaned
from curation.readers.documents.formats import Format
from curation.readers.documents.html import add_page

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_HEADER = re.compile(rb"[!-9;-~]+:[ \t]*\S")
_FROM_LINE = re.compile(rb"From \S.*\d")
_QUOTED_FROM = re.compile(rb">+From ")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
_LONGEST_PEOPLE = 20_000
_MOST_PARTS = 1_000


class Posted(NamedTuple):
    """A message of a mailbox: the number of its first line from 1, its bytes, and how many lines."""

    number: int
    raw: bytes
    lines: int


def parse(content: bytes) -> Draft:
    """Read one message.

    Raises
    ------
    ValueError
        When it has no headers, or more parts than a person attaches.
    """
    if not _HEADER.match(content.lstrip()):
        raise ValueError("no headers at its beginning")
    message = email.message_from_bytes(content.lstrip(), policy=policy.compat32)
    headers = _headers(message)
    draft = Draft(title=header(headers.get("subject", "")))
    people = {"from": "보낸 사람", "to": "받는 사람", "cc": "참조"}
    shown = [f"{people[name]}: {_people(headers[name])}" for name in people if headers.get(name)]
    if sent := _date(headers.get("date", "")):
        shown.append(f"날짜: {sent}")
        draft.attributes["date"] = sent
    draft.attributes |= {name: _people(headers[name]) for name in people if headers.get(name)}
    draft.attributes |= _thread(headers)
    if shown:
        draft.paragraph("\n".join(shown))
    parts = list(message.walk())
    if len(parts) > _MOST_PARTS:
        raise ValueError(f"more than {_MOST_PARTS:,} parts")
    for kind, text in _bodies(message):
        if kind == "text/html":
            add_page(text, draft)
        else:
            for paragraph in re.split(r"\r?\n[ \t]*\r?\n", text):
                draft.paragraph(paragraph)
    for name in _attached(message):
        draft.item(f"[파일: {name}]")
    return draft


def messages(stream: BinaryIO) -> Iterator[Posted]:
    """The messages of a mailbox, one after the other: the file is never held whole.

    Raises
    ------
    ValueError
        When it does not begin as a mailbox does.
    """
    held: list[bytes] = []
    first, blank = 1, True
    for number, line in enumerate(stream, 1):
        if blank and _FROM_LINE.match(line):
            if held:
                yield Posted(first, b"".join(held), len(held))
            held, first = [], number
        elif not held and line.strip():
            raise ValueError("no line 'From …' at its beginning")
        if held or line.strip():
            held.append(line)
        blank = not line.strip()
    if held:
        yield Posted(first, b"".join(held), len(held))


def without_envelope(raw: bytes) -> bytes:
    """A message of a mailbox as it was sent: without the line `From …`, and `>From` unquoted."""
    _, _, message = raw.partition(b"\n")
    lines = BytesIO(message)
    return b"".join(line[1:] if _QUOTED_FROM.match(line) else line for line in lines)


def header(value: str) -> str:
    """The value of a header as text.

    Examples
    --------
    >>> header("=?ks_c_5601-1987?B?yLi6uMfPtMI=?= =?utf-8?Q?_=EA=B3=B3?=")
    '회보하는 곳'
    """
    value = _BETWEEN_WORDS.sub(r"\1", _repaired(value).replace("\r", "").replace("\n", ""))
    pieces: list[tuple[str, bytes]] = []  # charset, or none for plain text, and bytes
    last = 0
    for found in _WORD.finditer(value):
        if found.start() > last:
            pieces.append(("", value[last : found.start()].encode("utf-8", "replace")))
        charset, held = found[1].partition("*")[0].lower(), _word(found[2].lower(), found[3])
        if pieces and found.start() == last and pieces[-1][0] == charset:
            # Two halves of a character may stand in two words.
            pieces[-1] = charset, pieces[-1][1] + held
        else:
            pieces.append((charset, held))
        last = found.end()
    pieces.append(("", value[last:].encode("utf-8", "replace")))
    return cleaned("".join(decoded(held, charset or "utf-8") for charset, held in pieces))


def _repaired(value: str) -> str:
    """The value of a header; bytes that no encoded word holds come as half characters."""
    return value if value.isascii() else decoded(value.encode("utf-8", "surrogateescape"))


def _word(kind: str, text: str) -> bytes:
    try:
        if kind == "q":
            return quopri.decodestring(text.replace("_", " ").encode("ascii", "replace"), header=True)
        return binascii.a2b_base64(text + "=" * (-len(text) % 4)) or text.encode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return text.encode("utf-8", "replace")


def _headers(message: Message) -> dict[str, str]:
    """The first header of each name, as it was sent."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), str(value))
    return found


def _people(value: str) -> str:
    # Parted before they are decoded: a name may hold a comma.
    people = [(header(name), header(address)) for name, address in getaddresses([value[:_LONGEST_PEOPLE]])]
    shown = [f"{name} <{address}>" if name and address else name or address for name, address in people]
    return ", ".join(one for one in shown if one) or header(value[:_LONGEST_PEOPLE])


def _date(value: str) -> str:
    try:
        return parsedate_to_datetime(value).isoformat(" ", "minutes")
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _thread(headers: dict[str, str]) -> dict[str, str]:
    """The message's own id, the one it answers, and the one its thread began with."""
    own, before, all_before = (
        _MESSAGE_ID.findall(headers.get(name, "")) for name in ("message-id", "in-reply-to", "references")
    )
    thread = (all_before or before or own)[:1]
    named = {"message_id": own[:1], "in_reply_to": before[:1], "thread": thread}
    return {name: found[0] for name, found in named.items() if found}


def _bodies(message: Message) -> Iterator[tuple[str, str]]:
    """Kind and text of each part that is shown; of alternatives the plain one."""
    kind = message.get_content_type()
    if message.is_multipart():
        parts = [part for part in message.get_payload() if isinstance(part, Message)]
        if kind.startswith("multipart/"):
            held = [list(_bodies(part)) for part in parts]
            if kind == "multipart/alternative":
                held = [found for found in held if any(text.strip() for _, text in found)]
                plain = [found for found in held if all(kind == "text/plain" for kind, _ in found)]
                held = (plain or held)[:1]
            for found in held:
                yield from found
    elif kind in ("text/plain", "text/html") and not _file_name(message) and not _is_attachment(message):
        payload = message.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield kind, decoded(payload, str(message.get_content_charset("")))


def _attached(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            held = inner[0] if isinstance(inner, list) and inner else None
            told = header(_headers(held).get("subject", "")) if isinstance(held, Message) else ""
            yield _file_name(part) or told or "message/rfc822"
        elif not part.is_multipart() and (name := _file_name(part)):
            yield name


def _is_attachment(part: Message) -> bool:
    return str(part.get("content-disposition", "")).lower().startswith("attachment")


def _file_name(part: Message) -> str:
    """The name of an attachment: RFC 2231, or encoded words, which Korean programs write instead."""
    for header_name, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        told = Message()
        told[header_name] = _repaired(_headers(part).get(header_name, ""))
        found = told.get_param(parameter, header=header_name)
        if isinstance(found, tuple):
            charset, _, value = found
            raw = str(value).encode("latin-1", "surrogateescape") if not str(value).isascii() else b""
            return header(decoded(raw, charset or "") if raw else str(value))
        if found:
            return header(str(found))
    return ""


MAIL = Format("mail", parse)
