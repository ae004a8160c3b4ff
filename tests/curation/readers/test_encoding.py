import codecs

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from curation.errors import UserError
from curation.readers.base import SourceFile
from curation.readers.encoding import file_encoding, readable
from curation.readers.lines import physical_lines, text_lines
from curation.readers.scripts import looks_korean
from curation.records import BadRow

SENTENCE = "환불은 물건을 받은 날부터 7일 안에 신청할 수 있습니다.\n포장을 뜯었으면 먼저 전화해 주세요.\n"


def source(folder, content: bytes) -> SourceFile:
    path = folder / "input.txt"
    path.write_bytes(content)
    return SourceFile(path, "input.txt")


def texts(file: SourceFile, stated: str | None = None) -> list[str]:
    return [line.text for line in text_lines(file, file_encoding(file, stated))]


@pytest.mark.parametrize(
    ("content", "codec"),
    [
        pytest.param(b"", "utf-8", id="empty"),
        pytest.param(b"id,text\n1,hello\n", "utf-8", id="ASCII"),
        pytest.param(SENTENCE.encode(), "utf-8", id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + SENTENCE.encode(), "utf-8", id="UTF-8 with mark"),
        pytest.param(codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le"), "utf-16-le", id="UTF-16 LE"),
        pytest.param(codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"), "utf-16-be", id="UTF-16 BE"),
        pytest.param(codecs.BOM_UTF32_LE + SENTENCE.encode("utf-32-le"), "utf-32-le", id="UTF-32 LE"),
        pytest.param(SENTENCE.encode("cp949"), "cp949", id="CP949"),
        pytest.param("네".encode("cp949"), "cp949", id="one syllable"),
        pytest.param("첫째".encode("cp949"), "cp949", id="valid UTF-8 by chance: ù°"),
        pytest.param("창".encode("cp949"), "cp949", id="valid UTF-8 by chance: â"),
        pytest.param("홍길동,서울".encode("cp949"), "cp949", id="name"),
        pytest.param("똠양꿍과 찦차, 펲시콜라 뷁".encode("cp949"), "cp949", id="beyond EUC-KR"),
        pytest.param(
            "ㅋㅋㅋ\nㅠㅠ\n재미있다\nㅎㅎ\n뷁\n".encode("cp949"), "cp949", id="lines of single letters"
        ),
        pytest.param("大韓民國 헌법 제1조".encode("cp949"), "cp949", id="Hanja"),
        pytest.param("café, naïve, Übung\n".encode(), "utf-8", id="accents"),
        pytest.param(
            "café\nnaïve\nÜbung\n".encode() + "옛 방식으로 쓴 줄\n".encode("cp949"),
            "utf-8",
            id="accents, one CP949",
        ),
        pytest.param("25° ± 3 · §\n".encode(), "utf-8", id="signs"),
        pytest.param("Привет, мир\n".encode(), "utf-8", id="Cyrillic"),
        pytest.param(
            ("これは日本語のテキストです。文字の判定を試す。\n" * 3).encode("shift_jis"),
            "cp932",
            id="Shift JIS",
        ),
        pytest.param(
            ("今天天气很好，我们去公园玩，看了很多花。\n" * 3).encode("gb18030"), "gb18030", id="GB 18030"
        ),
        pytest.param("환불은 물건을 받은 날부터 신청할 수 있습니다".encode("johab"), "johab", id="Johab"),
        # An ASCII beginning longer than any sample must not decide for what follows it.
        pytest.param(
            b"plain ascii line\n" * 90_000 + "안녕하세요\n".encode("cp949"), "cp949", id="late CP949"
        ),
        pytest.param(b"plain ascii line\n" * 90_000 + "안녕하세요\n".encode(), "utf-8", id="late UTF-8"),
    ],
)
def test_codec(tmp_path, content, codec):
    assert file_encoding(source(tmp_path, content)).codec == codec


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            "Où êtes-vous allé hier après la fête ? Ça été très agréable.".encode("cp1252"), id="Latin-1"
        ),
        pytest.param("Привет, как дела? Это русский текст.".encode("koi8-r"), id="KOI8-R"),
        pytest.param("สวัสดีชาวโลก วันนี้อากาศดี".encode("cp874"), id="Thai"),
        pytest.param(SENTENCE.encode("utf-16-le"), id="UTF-16 without mark"),
        pytest.param(b"name\0\0\0\x01\x02\xff\xfe" * 20, id="binary"),
        pytest.param(bytes(range(128, 256)) * 4, id="all high bytes"),
    ],
)
def test_refuses_what_cannot_be_told(tmp_path, content):
    with pytest.raises(UserError, match="cannot be told") as refused:
        file_encoding(source(tmp_path, content))
    assert refused.value.where == "input.txt"
    assert "encoding: cp949" in refused.value.fix


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("euc-kr", "cp949"),
        ("EUC_KR", "euc-kr"),
        ("ms949", "cp949"),
        ("johab", "johab"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8"),
    ],
)
def test_stated_encoding(tmp_path, stated, written):
    assert texts(source(tmp_path, SENTENCE.encode(written)), stated) == SENTENCE.splitlines()


@pytest.mark.parametrize("stated", ["utf-9", "base64", "rot13", ""])
def test_unknown_encoding(tmp_path, stated):
    with pytest.raises(UserError, match="no text encoding"):
        file_encoding(source(tmp_path, b"text"), stated)


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match="cannot be opened") as refused:
        file_encoding(SourceFile(tmp_path / "none.txt", "none.txt"))
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("korean_lines", [1, 5, 60])
def test_cp949_lines_in_a_utf8_file(tmp_path, korean_lines):
    lines = [f"{number}번째 줄은 유니코드입니다".encode() for number in range(10)]
    lines[5:5] = ["이 줄은 옛 방식으로 저장했다".encode("cp949")] * korean_lines
    file = source(tmp_path, b"\n".join(lines))
    found = list(text_lines(file, file_encoding(file)))
    recovered = [line for line in found if line.recovery]
    assert {line.text for line in recovered} == {"이 줄은 옛 방식으로 저장했다"}
    assert {line.recovery for line in recovered} == {"CP949 line in a UTF-8 file"}
    assert len(recovered) == korean_lines
    assert len(found) == 10 + korean_lines


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"\xea\xb0\x80\xea\xb0", "not utf-8"),
        ("これはペンです".encode("shift_jis"), "not utf-8"),
        (b"\xff\xff\xff", "not utf-8"),
        (b"abc\0def", "NUL"),
        (b"\x00\x00", "NUL"),
        (b"\x01\x02\x1b", "control characters"),
        (b"\x7f\x7f", "control characters"),
    ],
)
def test_unreadable_line_goes_to_quarantine_with_its_bytes(tmp_path, raw, error):
    file = source(tmp_path, "첫 줄\n".encode() + raw + "\n셋째 줄\n".encode())
    first, bad, third = text_lines(file, file_encoding(file))
    assert (first.text, third.text) == ("첫 줄", "셋째 줄")
    assert isinstance(bad, BadRow)
    assert (bad.raw, bad.where.line) == (raw, 2)
    assert error in bad.error


@pytest.mark.parametrize("blank", [b"", b"\r", b" \t", b"\f"])
def test_blank_lines_are_lines(tmp_path, blank):
    file = source(tmp_path, b"a\n" + blank + b"\nb")
    assert [line.raw for line in text_lines(file, file_encoding(file))] == [b"a", blank, b"b"]


def test_utf16_breaks_lines_between_characters_only(tmp_path):
    # 0x0A is half of these: U+0A0A and U+0A00 hold the byte, U+000A is the line break.
    text = "\u0a0a\u0a00가\n나\u0a0a\n\n다"
    file = source(tmp_path, codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
    assert texts(file) == text.split("\n")


def test_carriage_return_alone_ends_lines_of_old_macintosh_files(tmp_path):
    assert texts(source(tmp_path, "하나\r둘\r셋\r".encode("cp949"))) == ["하나", "둘", "셋"]


KS_X_1001 = [bytes((a, b)).decode("cp949") for a in range(0xB0, 0xC9) for b in range(0xA1, 0xFF)]
KOREAN = st.text(alphabet=st.sampled_from([*KS_X_1001, *" .,?!\n09azㅋㅠ"]), max_size=60)
ANY = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60)


@given(KOREAN, st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]))
@settings(max_examples=200)
def test_unicode_round_trip(tmp_path_factory, text, codec):
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(codec, b"")
    file = source(tmp_path_factory.getbasetemp(), mark + text.encode(codec))
    assert "\n".join(texts(file)) == text.removesuffix("\n")


def undecidable(line: bytes) -> bool:
    """Valid UTF-8 of signs alone, or of European letters beside plain ones: nobody can tell "25°"."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not text.isascii() and not (
        # From À on: the signs ª and º count as letters to Unicode.
        any(c.isalpha() and c >= "À" for c in text) and not any(c.isascii() and c.isalpha() for c in text)
    )


@given(KOREAN)
@settings(max_examples=600)
def test_cp949_round_trip_however_short(tmp_path_factory, text):
    raw = text.encode("cp949")
    assume(looks_korean(text) and not any(map(undecidable, raw.split(b"\n"))))
    file = source(tmp_path_factory.getbasetemp(), raw)
    assert "\n".join(texts(file)) == text.removesuffix("\n")


@given(ANY)
@settings(max_examples=200)
def test_utf8_of_any_language_is_told_or_kept_apart(tmp_path_factory, text):
    """Only European letters that stand alone may be taken for Korean, and never a longer text."""
    file = source(tmp_path_factory.getbasetemp(), text.encode())
    encoding = file_encoding(file)
    beyond_latin = any(c >= "\u0250" for c in text)
    assert encoding.codec == "utf-8" or not beyond_latin


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp949", "utf-16-le"]))
@settings(max_examples=200)
def test_lines_hold_every_byte(tmp_path_factory, content, codec):
    assume(not content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE)))
    file = source(tmp_path_factory.getbasetemp(), content)
    encoding = file_encoding(file, codec)
    raw = encoding.line_break.join(raw for _, raw in physical_lines(file, encoding))
    assert content in (raw, raw + encoding.line_break)


@pytest.mark.parametrize(
    ("text", "korean"),
    [
        ("안녕하세요", True),
        ("ㅋㅋㅋ", False),
        ("", False),
        ("plain", False),
        ("민주共和國이다", True),
        ("侶角寧몸櫓匡돨匡숭，쟁충唐붤뜩볶俚", False),
        ("궞귢궼볷", False),
    ],
)
def test_looks_korean(text, korean):
    assert looks_korean(text) is korean


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("봄\t바람\r\n1".encode(), "봄\t바람\r\n1"),
        ("봄\t바람\r\n1".encode("cp949"), "봄\t바람\r\n1"),
        ("봄\t바람\r\n1".encode("utf-16-le"), "봄\t바람\r\n1"),
        ("봄\t바람\r\n1".encode("utf-16-be"), "봄\t바람\r\n1"),
        ("봄\0".encode(), "봄\0"),
        (b"PK\x03\x04\0\0\xff", "PK\x03\x04\0\0\ufffd"),
        (b"", ""),
    ],
)
def test_what_a_person_sees_of_bytes(raw, text):
    assert readable(raw) == text


def test_a_line_feed_in_a_file_of_carriage_returns_loses_nothing(tmp_path):
    """Past the beginning that tells the line break, a line feed is part of a line."""
    early = ["첫째 줄"] * 30_000
    content = "\r".join([*early, "가\n나", "끝"]).encode()
    file = source(tmp_path, content)
    encoding = file_encoding(file)
    assert encoding.line_break == b"\r"
    assert [line.text for line in text_lines(file, encoding)] == [*early, "가\n나", "끝"]


def test_rare_controls_are_found_in_a_block(tmp_path):
    content = "글\x0b\n\x7f\x01\n\t\n가\x08나\n\x0c\n".encode()
    file = source(tmp_path, content)
    found = list(text_lines(file, file_encoding(file)))
    assert [getattr(line, "text", line.raw) for line in found] == [
        "글\x0b",
        b"\x7f\x01",
        "\t",
        "가\x08나",
        "\x0c",
    ]
