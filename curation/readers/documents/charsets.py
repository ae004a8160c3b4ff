"""Bytes to text where the document itself names an encoding: HTML and mail."""

import codecs

from curation.readers.encoding import as_korean

# Names that Korean programs write for CP949, which holds every character of EUC-KR at the same bytes.
_CP949 = {"euc-kr", "euckr", "ks_c_5601-1987", "ks_c_5601-1989", "ks_c_5601", "ksc5601", "ks-c-5601-1987"}
_CP949 |= {
    "korean",
    "x-windows-949",
    "windows-949",
    "uhc",
    "ms949",
    "cseuckr",
    "iso-ir-149",
    "x-unified-hangul",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NO_CHARSETS = {"punycode", "raw-unicode-escape", "unicode-escape", "idna", "undefined"}


def decoded(raw: bytes, declared: str = "") -> str:
    """``raw`` as text: by its mark, as declared, as UTF-8, as Korean, and at last with replacement signs.

    Examples
    --------
    >>> decoded("똠방각하".encode("cp949"), "ks_c_5601-1987"), decoded("가".encode("euc-kr"), "us-ascii")
    ('똠방각하', '가')
    """
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(codec, "replace")
    named = codec_named(declared)
    for codec in dict.fromkeys((named or "utf-8", "utf-8")):
        try:
            return raw.decode(codec)
        except UnicodeError:
            continue
    korean = as_korean(raw)
    return korean if korean is not None else raw.decode(named or "utf-8", "replace")


def codec_named(charset: str) -> str:
    """The codec for the name of a charset; empty when there is none.

    Examples
    --------
    >>> codec_named("KS_C_5601-1987"), codec_named("x-unknown")
    ('cp949', '')
    """
    name = charset.strip().strip("'\"").lower()
    if name in _CP949:
        return "cp949"
    try:
        codec = codecs.lookup(name).name
        "가".encode(codec, "ignore")
    except (LookupError, ValueError, TypeError):
        return ""
    return "" if codec in _NO_CHARSETS else codec
