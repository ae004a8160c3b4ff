"""Which encoding a file is in, decided from its bytes, and how one line of it becomes text.

The order of the decision: a stated encoding, a byte order mark, strict UTF-8, CP949 (the superset
of EUC-KR that Korean Windows writes) where the result looks like Korean, and as a last resort a
guess of charset-normalizer for multi-byte encodings. A guess that is not sure enough is refused:
text that was decoded wrongly is worse than a question to the person.
"""

import codecs
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from curation.errors import UserError
from curation.readers.base import SourceFile
from curation.readers.scripts import looks_chinese, looks_japanese, looks_korean

_CHUNK = 1 << 16  # larger ones take longer: memory for them is had from the system anew each time
_SAMPLE = 1 << 18
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 before UTF-16: the mark of one begins with the mark of the other.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python knows these beside encodings of files; text in them may hold half characters.
_NO_ENCODINGS_OF_FILES = {"punycode", "raw-unicode-escape", "unicode-escape", "utf-7"}
# CP949 holds every character of these at the same bytes, and files say the narrower name.
_WITHIN_CP949 = {"euc_kr", "cp949"}
# Zeros that a crash of the file system leaves; they say nothing about the text around them.
_HOLE = re.compile(rb"\0{16,}")
_BEYOND_LATIN = re.compile("[\u0250-\U0010ffff]")
_LATIN_LETTER = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_LATIN_BESIDE_ASCII = re.compile("[A-Za-z][\u0080-\u024f]|[\u0080-\u024f][A-Za-z]")
# Below these a guess of charset-normalizer is refused.
_LEAST_BYTES_TO_GUESS = 24
_MOST_CHAOS_TO_GUESS = 0.02
_MULTI_BYTE = {
    "johab": looks_korean,
    **dict.fromkeys(("cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213"), looks_japanese),
    **dict.fromkeys(("euc_jp", "euc_jis_2004", "euc_jisx0213"), looks_japanese),
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950"), looks_chinese),
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by the name of its codec, the mark the file begins with, and its line break."""

    codec: str
    mark: bytes = b""
    line_break: bytes = b"\n"

    def __str__(self) -> str:
        return f"{self.codec} with byte order mark" if self.mark else self.codec


def file_encoding(file: SourceFile, stated: str | None = None) -> Encoding:
    """Tell the encoding of ``file``, or check the one that a recipe states.

    The file is read in pieces and never held whole.

    Raises
    ------
    UserError
        When the file cannot be opened, or its encoding cannot be told or is unknown.
    """
    try:
        with file.path.open("rb") as stream:
            head = stream.read(_SAMPLE)
        if stated is not None:
            return _stated(stated, head, file)
        for mark, codec in _BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return Encoding(codec, mark, _line_break(codec, head))
        told = _without_mark(file.path, head)
    except OSError as error:
        raise cannot_open(file, error) from error
    if told is None:
        raise UserError(
            "The encoding of this file cannot be told.",
            where=file.name,
            fix="State it in the recipe, such as `options: {encoding: cp949}`, or save the file as UTF-8.",
        )
    return Encoding(told, b"", _line_break(told, head))


def cannot_open(file: SourceFile, error: OSError) -> UserError:
    """The error for an input that the operating system does not give."""
    return UserError(
        f"This input cannot be opened: {error.strerror or error}.",
        where=file.name,
        fix="Check the path in the recipe, the data folder, and the permissions of the file.",
    )


def _stated(name: str, head: bytes, file: SourceFile) -> Encoding:
    try:
        codec = codecs.lookup(name).name
        if codec.replace("_", "-") in _NO_ENCODINGS_OF_FILES:
            raise LookupError(codec)
        "가\n".encode(codec, errors="ignore")
    except (LookupError, TypeError, ValueError) as error:
        raise UserError(
            f"There is no text encoding named {name!r}.",
            where=file.name,
            fix="Use a name that Python knows: utf-8, cp949, euc-kr, utf-16, johab, shift_jis, gb18030.",
        ) from error
    if codec in ("utf-16", "utf-32"):
        # Without a mark these mean little-endian, as nearly every file of theirs is.
        marked = [marked for mark, marked in _BYTE_ORDER_MARKS if marked != "utf-8" and head.startswith(mark)]
        codec = next((found for found in marked if found.startswith(codec)), f"{codec}-le")
    if codec == "utf-8-sig":
        codec = "utf-8"
    if codec in _WITHIN_CP949:
        codec = "cp949"
    mark = next(
        (mark for mark, marked in _BYTE_ORDER_MARKS if marked == codec and head.startswith(mark)), b""
    )
    return Encoding(codec, mark, _line_break(codec, head))


def _line_break(codec: str, head: bytes) -> bytes:
    line_feed, carriage_return = "\n".encode(codec), "\r".encode(codec)
    # Spreadsheets for the old Macintosh end lines with a carriage return alone.
    return carriage_return if carriage_return in head and line_feed not in head else line_feed


def _without_mark(path: Path, head: bytes) -> str | None:
    if b"\0" in head:
        solid = _HOLE.sub(b"", head)
        if solid.count(0) > len(solid) // 10:
            return None  # UTF-16 without a mark, or no text at all
    valid, weak = _read_as_utf8(path)
    if valid:
        return "cp949" if weak and _is_cp949_after_all(weak) else "utf-8"
    return _vote(path) or _guess(head)


def _read_as_utf8(path: Path) -> tuple[bool, bytes]:
    """Tell whether the whole file is UTF-8; if so, and nothing in it is beyond Latin letters,
    also give a sample of the bytes that another encoding could claim."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    weak, surely_utf8 = b"", False
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                return False, b""
            if surely_utf8 or text.isascii():
                continue
            surely_utf8 = _BEYOND_LATIN.search(text) is not None
            if len(weak) < _SAMPLE:
                weak += text.encode("utf-8")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, b""
    return True, b"" if surely_utf8 else weak


def _is_cp949_after_all(valid_utf8: bytes) -> bool:
    """Some Korean words in CP949 are by chance valid UTF-8: the word for "first" reads "ù°".

    Accented letters of European words stand beside plain ones; here none does.
    """
    text = valid_utf8.decode("utf-8")
    if _LATIN_LETTER.search(text) is None or _LATIN_BESIDE_ASCII.search(text):
        return False
    try:
        return looks_korean(valid_utf8.decode("cp949"))
    except UnicodeDecodeError:
        return False


def _vote(path: Path) -> str | None:
    """Decide for a file that is not all UTF-8: which encoding do its lines speak for?

    Lines of UTF-8 that hold more than Latin letters cannot be there by chance, so one of them
    settles it; the lines in CP949 around it, if any, are recovered one by one.
    """
    utf8 = latin = neither = 0
    as_cp949: list[str] = []
    for line in _lines_beyond_ascii(path):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            try:
                as_cp949.append(line.decode("cp949"))
            except UnicodeDecodeError:
                neither += 1
            continue
        if _BEYOND_LATIN.search(text):
            utf8 += 1
        elif _is_cp949_after_all(line):
            as_cp949.append(line.decode("cp949"))
        else:
            latin += 1
    # Looked at together: a line may hold nothing but one laughing letter or one rare syllable.
    korean = len(as_cp949) if looks_korean("".join(as_cp949)) else 0
    neither += len(as_cp949) - korean
    if (utf8 or latin > korean) and utf8 + latin >= max(1, neither):
        return "utf-8"
    return "cp949" if korean and korean >= 9 * neither else None


def _lines_beyond_ascii(path: Path) -> Iterator[bytes]:
    seen = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                yield line
                seen += len(line)
                if seen > _SAMPLE:
                    return


def _guess(head: bytes) -> str | None:
    """Ask charset-normalizer, and believe it only where its guess can be checked.

    Any bytes fit a single-byte encoding, so a guess of one cannot be: it takes French in CP1252 for
    CP1250, and a short Russian text in KOI8-R for Japanese, without a doubt of its own.
    """
    if len(head) - len(head.translate(None, bytes(range(0x80, 0x100)))) < _LEAST_BYTES_TO_GUESS:
        return None
    best = from_bytes(head).best()
    if best is None or best.chaos > _MOST_CHAOS_TO_GUESS or best.encoding not in _MULTI_BYTE:
        return None
    # The sample may end inside a character.
    text = head.decode(best.encoding, errors="ignore")
    return best.encoding if _MULTI_BYTE[best.encoding](text) else None


def as_korean(raw: bytes) -> str | None:
    """``raw`` read as CP949 when that is strictly possible and looks like Korean."""
    try:
        text = raw.decode("cp949")
    except UnicodeDecodeError:
        return None
    return text if looks_korean(text) else None


def readable(raw: bytes) -> str:
    """Give bytes of a row as a person reads them, told from these bytes alone; what is no text is replaced.

    Examples
    --------
    >>> [readable("가\\t1".encode(codec)) for codec in ("utf-8", "utf-16-le", "utf-16-be")]
    ['가\\t1', '가\\t1', '가\\t1']
    """
    if b"\0" in raw:
        codec = "utf-16-le" if raw[1::2].count(0) > raw[::2].count(0) else "utf-16-be"
        with contextlib.suppress(UnicodeDecodeError):
            text = raw.decode(codec)
            if all(sign.isprintable() or sign in "\t\r\n" for sign in text):
                return text
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return as_korean(raw) or raw.decode("utf-8", "replace")
