"""Ways in which files get damaged: each takes a file's bytes and chance, and gives other bytes."""

import random
import re
import unicodedata
from collections.abc import Callable

Damage = Callable[[bytes, random.Random], bytes]


def cut(content: bytes, chance: random.Random) -> bytes:
    """An interrupted download."""
    return content[: chance.randrange(len(content) + 1)]


def cut_in_a_character(content: bytes, chance: random.Random) -> bytes:
    places = [place for place, byte in enumerate(content) if 0x80 <= byte < 0xC0] or [len(content)]
    return content[: chance.choice(places)]


def cut_in_a_quotation(content: bytes, chance: random.Random) -> bytes:
    places = [place + 2 for place, byte in enumerate(content) if byte == ord('"')] or [len(content)]
    return content[: chance.choice(places)]


def one_bit(content: bytes, chance: random.Random) -> bytes:
    return _flipped(content, chance, 1)


def many_bits(content: bytes, chance: random.Random) -> bytes:
    return _flipped(content, chance, chance.randint(2, 200))


def _flipped(content: bytes, chance: random.Random, bits: int) -> bytes:
    damaged = bytearray(content)
    for _ in range(bits if content else 0):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def burst(content: bytes, chance: random.Random) -> bytes:
    """A stretch of noise, as from a bad sector."""
    start = chance.randrange(len(content) + 1)
    noise = chance.randbytes(chance.randint(1, 600))
    return content[:start] + noise + content[start + len(noise) :]


def zeros(content: bytes, chance: random.Random) -> bytes:
    """A hole, as a crash of the file system leaves it."""
    start = chance.randrange(len(content) + 1)
    length = chance.choice((1, 7, 512, 4096))
    return content[:start] + bytes(length) + content[start + length :]


def nul_bytes(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, b"\0")


def quotes(content: bytes, chance: random.Random) -> bytes:
    return _inserted(content, chance, chance.choice((b'"', b'"', b"'", b'""', b'",', b',"', b'\\"')))


def marks(content: bytes, chance: random.Random) -> bytes:
    """Byte order marks in the middle, as joined files have them."""
    return _inserted(content, chance, b"\xef\xbb\xbf")


def _inserted(content: bytes, chance: random.Random, piece: bytes) -> bytes:
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(content) + 1)
        content = content[:place] + piece + content[place:]
    return content


def piece_lost(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:]


def piece_twice(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[start:]


def blanks_only(content: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        (b"", b" ", b"\n", b"\r\n \t\n", b" " * 5000, b"\xef\xbb\xbf", b"\xff\xfe", b"\0" * 64)
    )


ANY_FILE: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (cut, one_bit, many_bits, burst, zeros, piece_lost, piece_twice, blanks_only)
}


def encoded(codec: str, mark: bytes = b"") -> Damage:
    """Save the file in another encoding; what that lacks becomes a question mark."""

    def damage(content: bytes, chance: random.Random) -> bytes:
        return mark + _text(content).encode(codec, "replace")

    return damage


def read_wrongly(spoken: str, heard: str) -> Damage:
    """Mojibake: written in one encoding, read in another, saved as UTF-8."""

    def damage(content: bytes, chance: random.Random) -> bytes:
        return _text(content).encode(spoken, "replace").decode(heard, "replace").encode()

    return damage


def mixed_encodings(content: bytes, chance: random.Random) -> bytes:
    codecs = chance.sample(["utf-8", "cp949", "utf-16-le", "latin-1", "johab"], chance.randint(2, 3))
    lines = _text(content).split("\n")
    return b"\n".join(line.encode(chance.choice(codecs), "replace") for line in lines)


def decomposed(content: bytes, chance: random.Random) -> bytes:
    return unicodedata.normalize("NFD", _text(content)).encode()


def line_ends(content: bytes, chance: random.Random) -> bytes:
    """Line ends of other systems, of one kind or mixed."""
    kinds = chance.choice(
        (("\r\n",), ("\r",), ("\u2028",), ("\x85",), ("\n\n",), ("\n", "\r\n", "\r"), ("",))
    )
    first, *rest = _text(content).split("\n")
    return "".join([first, *(chance.choice(kinds) + line for line in rest)]).encode()


def lines_shuffled(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def one_long_line(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    filler = chance.choice(("가나다 ", "x", '"', ",", "\t", "[", "{", "#", "1", '\\"', "<", "&"))
    return content[:place] + (filler * 300_000)[:300_000].encode() + content[place:]


_JSON_VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|true|false|null')
_OTHER_VALUES = [
    *(b"null", b"7", b"-0.5", b"true", b"[]", b"{}", b'""', b'" "', b'"1.5"', '["글"]'.encode()),
    *(b"NaN", b"-Infinity", b"1e999", b"9" * 30, b"9" * 5000, b"-1e-999", b"01", b"0x1f"),
    *(rb'"\ud83d"', rb'"\udc00\ud83d"', rb'"\u0000"', rb'"\x"', b"'a'", b'"a" "b"', b'"a": 1, "a": 2'),
    *(b"[" * 300 + b"]" * 300, b"[" * 5000 + b"]" * 5000, b'{"a":' * 300 + b"1" + b"}" * 300),
    *(b'{"text": {"text": "x"}}', b'"' + b"9" * 5000 + b'.1"', b'"&#' + b"9" * 5000 + b';"'),
]


def json_values(content: bytes, chance: random.Random) -> bytes:
    """Values of another type, out of range, or no JSON at all, in the place of some values and keys."""
    places = [found.span() for found in _JSON_VALUE.finditer(content)]
    for start, end in sorted(
        chance.sample(places, min(len(places), chance.choice((1, 2, 20)))), reverse=True
    ):
        content = content[:start] + chance.choice(_OTHER_VALUES) + content[end:]
    return content


def table_shapes(content: bytes, chance: random.Random) -> bytes:
    """Some lines with another number of columns, or with quotes that do not match."""
    lines = content.split(b"\n")
    odd = (
        b"",
        b" ",
        b"x",
        b'"',
        b'""',
        b'"x',
        b'x"',
        b'"x"y',
        b"," * 499,
        b"\t" * 499,
        b'x",y,"w',
        b",,\0,",
        b'"\r',
    )
    for _ in range(chance.choice((1, 3, 30))):
        lines[chance.randrange(len(lines))] = chance.choice(odd)
    return b"\n".join(lines)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


TEXT_FILE: dict[str, Damage] = ANY_FILE | {
    damage.__name__: damage
    for damage in (
        *(cut_in_a_character, cut_in_a_quotation, nul_bytes, quotes, marks, mixed_encodings, decomposed),
        *(line_ends, lines_shuffled, one_long_line, json_values, table_shapes),
    )
}
TEXT_FILE |= {
    "to cp949": encoded("cp949"),
    "to euc-kr": encoded("euc-kr"),
    "to johab": encoded("johab"),
    "to utf-16": encoded("utf-16"),
    "to utf-16 without mark": encoded("utf-16-le"),
    "to utf-16 big end first": encoded("utf-16-be", b"\xfe\xff"),
    "to utf-32": encoded("utf-32"),
    "to utf-8 with mark": encoded("utf-8-sig"),
    "to latin-1": encoded("latin-1"),
    "utf-8 read as latin-1": read_wrongly("utf-8", "latin-1"),
    "utf-8 read as cp949": read_wrongly("utf-8", "cp949"),
    "cp949 read as latin-1": read_wrongly("cp949", "latin-1"),
}
