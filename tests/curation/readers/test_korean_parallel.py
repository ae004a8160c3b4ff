"""Korean parallel corpora: halves side by side, and halves in an archive that may be hostile."""

import gzip
import io
import resource
import tarfile
import time

import pytest

from curation.errors import UserError
from curation.readers.korean_parallel import MOST_UNPACKED


def archive(*members: tuple[str, bytes], **fields: object) -> bytes:
    """A `.tar.gz`; ``fields`` are set on every entry."""
    built = io.BytesIO()
    with tarfile.open(fileobj=built, mode="w:gz", format=tarfile.GNU_FORMAT) as opened:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for field, value in fields.items():
                setattr(info, field, value)
            opened.addfile(info, io.BytesIO(content))
    return built.getvalue()


def test_halves_side_by_side(read, tmp_path):
    (tmp_path / "a.dev.nk").write_bytes("녀성이 왔다.\r\n\r\n로동자들이다. \r\n".encode())
    (tmp_path / "a.dev.en").write_bytes(b"A woman came.\n\nThese are workers.\n")
    outcome = read("korean_parallel", tmp_path / "a.dev.nk")
    assert [[one.content for one in row.record.messages] for row in outcome.rows] == [
        ["북한말: 녀성이 왔다.", "A woman came."],
        ["북한말: 로동자들이다. ", "These are workers."],
    ]
    assert [row.where.line for row in outcome.rows] == [1, 3]
    assert outcome.notes == {"a.dev.nk: blank lines": "1"}
    back = read("korean_parallel", tmp_path / "a.dev.nk", into="ko").rows[0].record
    assert [one.content for one in back.messages] == ["영어: A woman came.\n옮길 말: 북한말", "녀성이 왔다."]
    assert (back.task, outcome.rows[0].record.task) == ("korean_parallel_ko", "korean_parallel_en")


def test_the_english_half_is_no_second_copy(read, tmp_path):
    (tmp_path / "a.ko").write_text("가\n", "utf-8")
    (tmp_path / "a.en").write_text("A\n", "utf-8")
    outcome = read("korean_parallel", tmp_path / "a.en")
    assert (outcome.rows, outcome.bad, outcome.notes) == ([], [], {"a.en: read with": "a.ko"})


@pytest.mark.parametrize(("name", "missing"), [("a.ko", ".en"), ("a.nk", ".en"), ("a.en", ".ko or .nk")])
def test_a_half_that_is_missing(read, tmp_path, name, missing):
    (tmp_path / name).write_text("가\n", "utf-8")
    with pytest.raises(UserError, match=f"The half with {missing} is missing") as refused:
        read("korean_parallel", tmp_path / name)
    assert refused.value.where == name


def test_halves_of_different_lengths_are_refused(read, tmp_path):
    (tmp_path / "a.ko").write_text("가\n나\n", "utf-8")
    (tmp_path / "a.en").write_text("A\nB\nC", "utf-8")
    with pytest.raises(UserError, match="has 2 lines and the English half 3"):
        read("korean_parallel", tmp_path / "a.ko")


def test_a_half_that_is_a_link_is_not_followed(read, tmp_path):
    (tmp_path / "secret").write_text("A\n", "utf-8")
    (tmp_path / "a.ko").write_text("가\n", "utf-8")
    (tmp_path / "a.en").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError, match="is a link"):
        read("korean_parallel", tmp_path / "a.ko")


def test_lines_that_are_none(read, tmp_path):
    korean = "\ufeff가\n".encode() + "한국어 문장이다\n".encode("cp949") + b"\xff\xff\n\n" + "나\0\n".encode()
    (tmp_path / "a.ko").write_bytes(korean)
    (tmp_path / "a.en").write_text("A\nA Korean sentence\nC\nD\nE", "utf-8")
    outcome = read("korean_parallel", tmp_path / "a.ko")
    assert [row.record.messages[0].content for row in outcome.rows] == [
        "한국어: 가",
        "한국어: 한국어 문장이다",
    ]
    assert [row.recovery for row in outcome.rows] == ["", "CP949 line in a UTF-8 file"]
    assert [(bad.where.line, bad.error.split(":")[0]) for bad in outcome.bad] == [
        (3, "not utf-8"),
        (4, "one of the two sentences is empty"),
        (5, "NUL characters in the line"),
    ]
    assert outcome.bad[0].raw == b"\xff\xff\nC"


def test_equal_english_sentences_form_a_group_across_files(read, tmp_path):
    for suffix, text in ((".ko", "여성\n남자\n"), (".nk", "녀성\n남자\n"), (".en", "A  woman\nA man\n")):
        (tmp_path / f"a{suffix}").write_text(text, "utf-8")
    south, north = (
        [row.record.split_group for row in read("korean_parallel", tmp_path / f"a{suffix}").rows]
        for suffix in (".ko", ".nk")
    )
    assert south == north
    assert len(set(south)) == 2
    back = read("korean_parallel", tmp_path / "a.ko", into="ko").rows
    assert [row.record.split_group for row in back] == south


def test_pairs_in_an_archive(read_bytes):
    content = archive(
        ("d/b.en", b"B\n"),
        ("a.en", b"A\n"),
        ("a.ko", "가\n".encode()),
        ("d/b.nk", "나\n".encode()),
        ("readme", b"x"),
    )
    outcome = read_bytes("korean_parallel", content, name="x.tar.gz")
    assert [(str(row.where), row.record.references) for row in outcome.rows] == [
        ("x.tar.gz/a.ko:1", ("A",)),
        ("x.tar.gz/d/b.nk:1", ("B",)),
    ]


def refusal(read_bytes, content: bytes) -> str:
    with pytest.raises(UserError) as refused:
        read_bytes("korean_parallel", content, name="x.tar.gz")
    assert refused.value.where.startswith("x.tar.gz")
    return refused.value.what


HALVES = (("a.ko", "가\n".encode()), ("a.en", b"A\n"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"no gzip", "cannot be read"),
        (archive(*HALVES)[:-30], "cannot be read"),
        (gzip.compress(b"no tar" * 200), "cannot be read"),
        (archive(("a.ko", b"x\n")), "half with .en is missing"),
        (archive(("readme", b"x\n")), "half with .ko or .nk is missing"),
        # What is no plain file is not there: nothing outside the archive is looked at.
        (archive(*HALVES, type=tarfile.SYMTYPE, linkname="/etc/hostname"), "half with .ko or .nk is missing"),
        (archive(*HALVES, type=tarfile.LNKTYPE, linkname="/etc/hostname"), "half with .ko or .nk is missing"),
        (archive(*HALVES, type=tarfile.FIFOTYPE), "half with .ko or .nk is missing"),
        (archive(*HALVES, type=tarfile.CHRTYPE), "half with .ko or .nk is missing"),
    ],
    ids=range(10),  # the bytes of an archive hold the hour
)
def test_archives_that_are_refused(read_bytes, content, said):
    assert said in refusal(read_bytes, content)


def test_names_that_lead_out_of_the_archive_are_labels_only(read_bytes, tmp_path):
    outside = (("../../b.ko", "가\n".encode()), ("../../b.en", b"A\n"))
    outcome = read_bytes("korean_parallel", archive(*outside), name="x.tar.gz")
    assert len(outcome.rows) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["x.tar.gz"]


def test_a_name_with_signs_that_steer_a_terminal(read_bytes):
    content = archive(("\x1b[31m.ko", "가\n".encode()), ("\x1b[31m.en", b"A\n"))
    outcome = read_bytes("korean_parallel", content, name="x.tar.gz")
    assert outcome.rows[0].where.file == "x.tar.gz/\ufffd[31m.ko"


def sparse() -> bytes:
    """An archive of a few hundred bytes with a member that says it is 8 GB of holes."""
    block = bytearray(tarfile.TarInfo("a.ko").tobuf(tarfile.GNU_FORMAT))
    block[156:157] = tarfile.GNUTYPE_SPARSE
    block[483:495] = b"%011o\0" % (8 << 30)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return gzip.compress(bytes(block) + bytes(1024))


@pytest.mark.timed
def test_archives_that_unpack_to_far_more(read_bytes):
    bombs = {
        "zeros": gzip.compress(bytes(MOST_UNPACKED + 1), compresslevel=1),
        "zeros without end": gzip.compress(bytes(MOST_UNPACKED), compresslevel=1) * 20,
        "holes": sparse(),
    }
    for name, content in bombs.items():
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        said = refusal(read_bytes, content)
        assert ("64 MiB" in said) == (name != "holes"), name
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024, name
        assert time.process_time() - started < 5, name


def test_the_archive_for_real(read, corpora):
    outcome = read("korean_parallel", corpora / "korean_parallel/korean-english-park.dev.tar.gz")
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (1000, [], {})
    assert [one.content for one in outcome.rows[0].record.messages] == [
        "한국어: 세계 에서 가장 강력한 수퍼컴퓨터를 1년 동안이나 독점해 오던 정부의 "
        "연구학자들이 이 1억1천만 달러 짜리 경이로운 설비를 공개하며, "
        "이것이 핵전쟁으로부터 세계를 구하는데 도움이 될지도 모른다고 말했다.",
        "After keeping the world's most powerful supercomputer to themselves for a year, government "
        "researchers showed off the $110 million wonder and said "
        "it might help save the world from nuclear war.",
    ]
    assert [one.content for one in outcome.rows[-1].record.messages] == [
        "한국어: 윌리엄 던켈버그는 전미중소기업연맹(NFIB)의 수석 경제학자입니다.",
        "William Dunkelberg is chief economist for the National Federation of Independent Business.",
    ]
    assert str(outcome.rows[-1].where) == "korean-english-park.dev.tar.gz/korean-english-park.dev.ko:1000"


def test_the_north_korean_pair_for_real(read, corpora):
    folder = corpora / "korean_parallel"
    outcome = read("korean_parallel", folder / "northkorean-english.dev.nk")
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (1000, [], {})
    first, last = outcome.rows[0].record, outcome.rows[-1].record
    assert first.messages[0].content == (
        "북한말: 세계에서 가장 강력한 수퍼컴퓨터를 1년동안이나 독점해오던 정부의 연구학자들이 "
        "이 1억1천만달러짜리 경이로운 설비를 공개하며, "
        "이것이 핵전쟁으로부터 세계를 구하는데 도움이 될지도 모른다고 말했다."
    )
    assert [one.content for one in last.messages] == [
        "북한말: 윌리엄 던켈버그는 전미중소기업연맹(NFIB)의 수석경제학자입니다.",
        "William Dunkelberg is chief economist for the National Federation of Independent Business.",
    ]
    english = (folder / "northkorean-english.dev.en").read_text("utf-8").splitlines()
    assert [row.record.references[0] for row in outcome.rows] == english
    assert not [row for row in outcome.rows if "\r" in row.record.messages[0].content]
    # The South Korean dev set has the same English sentences, 981 different ones.
    south = read("korean_parallel", folder / "korean-english-park.dev.tar.gz").rows
    groups = [row.record.split_group for row in outcome.rows]
    assert [row.record.split_group for row in south] == groups
    assert len(set(groups)) == 981
