"""Some damaged lines cost a file those lines and no others."""

import random
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.curation.readers.survey import survey

ROWS = 400
SHARE = 0.15
NOUNS = ("가을", "나무", "다람쥐", "마을", "바다", "사과", "아침", "자전거", "차표", "칼국수", "하늘")


def sentences(seed: str) -> list[str]:
    """Distinct sentences of our own, without quotes, commas and tabs."""
    chance = random.Random(seed)
    return [
        f"{chance.choice(NOUNS)}에서 {chance.choice(NOUNS)}까지 {number}번째로 걸었다"
        for number in range(ROWS)
    ]


def jsonl_lines(texts: list[str]) -> list[bytes]:
    return [orjson.dumps({"text": text, "n": number}) for number, text in enumerate(texts)]


def petition_lines(texts: list[str]) -> list[bytes]:
    return [orjson.dumps({"title": "제목", "content": text, "num_agree": 3}) for text in texts]


def nsmc_lines(texts: list[str]) -> list[bytes]:
    return [b"id\tdocument\tlabel", *(f"{1000 + n}\t{text}\t1".encode() for n, text in enumerate(texts))]


def csv_lines(texts: list[str]) -> list[bytes]:
    return [b"id,text,label", *(f"{n},{text},1".encode() for n, text in enumerate(texts))]


READERS = {"jsonl": jsonl_lines, "petitions": petition_lines, "nsmc": nsmc_lines, "csv": csv_lines}


def bits_flipped(line: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(line)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def noise(line: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(len(line))


def cut_short(line: bytes, chance: random.Random) -> bytes:
    return line[: chance.randrange(len(line))]


def beginning_lost(line: bytes, chance: random.Random) -> bytes:
    return line[chance.randrange(1, len(line)) :]


def zeroed(line: bytes, chance: random.Random) -> bytes:
    return bytes(len(line))


def in_cp949(line: bytes, chance: random.Random) -> bytes:
    return line.decode().encode("cp949")


def in_utf16(line: bytes, chance: random.Random) -> bytes:
    return line.decode().encode("utf-16-le")


DAMAGES = (bits_flipped, noise, cut_short, beginning_lost, zeroed, in_cp949, in_utf16)


def damaged(lines: list[bytes], damage, chance: random.Random, forbidden: bytes) -> tuple[bytes, set[int]]:
    """Damage some lines, never the first; give the file and the numbers of the damaged lines."""
    lines = list(lines)
    numbers = set(chance.sample(range(2, len(lines) + 1), round(SHARE * len(lines))))
    for number in sorted(numbers):
        worse = damage(lines[number - 1], chance)
        # A new line end or quote would be damage to the lines around it as well.
        lines[number - 1] = worse.translate(None, b"\n" + forbidden)
    return b"\n".join(lines) + b"\n", numbers


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("reader", READERS)
def test_undamaged_lines_come_through(tmp_path: Path, reader: str, damage) -> None:
    path = tmp_path / "file"
    for seed in range(4):
        chance = random.Random(f"{reader} {damage.__name__} {seed}")
        lines = READERS[reader](sentences(str(seed)))
        path.write_bytes(b"\n".join(lines) + b"\n")
        whole = {row.where.line: row.record for row in survey(reader, path).rows}
        assert len(whole) == ROWS
        content, numbers = damaged(lines, damage, chance, b'"' if reader == "csv" else b"")
        path.write_bytes(content)
        found = survey(reader, path)
        read = {row.where.line: row.record for row in found.rows}
        assert {line: read.get(line) for line in whole.keys() - numbers} == {
            line: whole[line] for line in whole.keys() - numbers
        }
        held = found.covered
        assert len(held) == len(set(held)), "a line belongs to two rows"
        lost = set(whole) - set(held)
        assert all(not content.split(b"\n")[line - 1].strip() for line in lost), "a line vanished"


@pytest.mark.parametrize("quotes", [None, True])
def test_one_stray_quote_costs_its_line_at_most(tmp_path: Path, quotes: bool | None) -> None:
    path = tmp_path / "table.csv"
    for seed in range(20):
        chance = random.Random(seed)
        lines = csv_lines(sentences("quote"))
        at = chance.randrange(1, len(lines))
        place = chance.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:place] + b'"' + lines[at][place:]
        path.write_bytes(b"\n".join(lines))
        found = survey("csv", path, quotes=quotes)
        assert {row.where.line for row in found.rows} >= set(range(2, ROWS + 2)) - {at + 1}
        assert len(found.rows) + len(found.bad) == ROWS


@settings(
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.text(alphabet='a1",;\t\r\n가', max_size=60), quotes=st.sampled_from([None, True, False]))
def test_every_line_of_a_table_belongs_to_one_row(tmp_path: Path, content: str, quotes: bool | None) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode())
    found = survey("csv", path, header=False, text=1, quotes=quotes, delimiter=",")
    if found.refused is not None:
        return
    ends = "\r" if "\r" in content and "\n" not in content else "\n"
    lines = content.removesuffix(ends).split(ends) if content else []
    held = found.covered
    assert len(held) == len(set(held))
    assert all(not lines[number - 1].strip(' \r\t"') for number in set(range(1, len(lines) + 1)) - set(held))


@pytest.mark.parametrize(
    ("reader", "path"),
    [("nsmc", "nsmc/nsmc_from_raw_train_24k.txt"), ("petitions", "petitions/petitions_2017-08")],
)
def test_undamaged_lines_of_a_corpus_come_through(
    tmp_path: Path, corpora: Path, reader: str, path: str
) -> None:
    lines = (corpora / path).read_bytes().split(b"\n")[:300]
    copy = tmp_path / "corpus"
    copy.write_bytes(b"\n".join(lines))
    whole = {row.where.line: row for row in survey(reader, copy).rows}
    content, numbers = damaged(lines, bits_flipped, random.Random(reader), b"")
    copy.write_bytes(content)
    read = {row.where.line: row.record for row in survey(reader, copy).rows}
    sound = [line for line, row in whole.items() if not numbers & set(range(line, line + row.lines))]
    assert len(sound) > 200
    assert all(read.get(line) == whole[line].record for line in sound)
