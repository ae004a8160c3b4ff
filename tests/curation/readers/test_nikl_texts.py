"""모두의 말뭉치 in paragraphs and utterances, and how their files are read document by document.

The corpora may not be passed on: files here are written in their layout, with texts of our own.
"""

import json
import tracemalloc
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.readers.nikl.dialogue import EMOJI_SPEAKER

BY_FORMAT = Path(__file__).parent / "by_format"


def corpus(*documents: object, **head: object) -> bytes:
    held = {"id": "WARW1900000001", "metadata": {"title": "국립국어원 문어 말뭉치", "year": "2019"}} | head
    return json.dumps({**held, "document": list(documents)}, ensure_ascii=False, indent=1).encode()


def document(number: int = 1, **changes: object) -> dict[str, object]:
    paragraphs = [{"id": f"WARW1900000001.{number}.1", "form": f"글 {number}"}]
    return {
        "id": f"WARW1900000001.{number}",
        "metadata": {"title": "수필"},
        "paragraph": paragraphs,
    } | changes


def test_a_newspaper(read):
    outcome = read("nikl_text", BY_FORMAT / "nikl_newspaper.json")
    first, second = (row.record for row in outcome.rows)
    assert first.title == "작은 책방이 다시 문을 열었다"
    assert first.text == ('골목 끝의 책방이 석 달 만에 손님을 맞았다.\n주인은 "책이 먼저 인사한다"고 말했다.')
    assert first.attributes == {
        "corpus_id": "NWRW1900000001",
        "corpus_title": "국립국어원 말뭉치 NWRW1900000001",
        "creator": "국립국어원",
        "distributor": "국립국어원",
        "year": "2019",
        "category": "신문 > 전국지",
        "annotation_level": '["원시"]',
        "sampling": "전체",
        "document_id": "NWRW1900000001.1",
        "title": "말모이일보 2019년 기사",
        "author": "김글",
        "publisher": "말모이일보",
        "date": "20190105",
        "topic": "문화",
        "original_topic": "문화 > 책",
    }
    # A headline alone is the text; null and empty metadata are left out.
    assert (second.title, second.text) == ("말모이일보 2019년 기사", "눈길 조심")
    assert not {"author", "original_topic", "title"} & set(second.attributes)
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(3, "no paragraph holds text")]
    assert outcome.notes == {"nikl_newspaper.json: paragraphs without text": "1"}


def test_a_written_text_keeps_all_paragraphs(read_bytes):
    paragraphs = [{"id": "1", "form": "첫 문단"}, {"id": "2", "form": "둘째 문단"}]
    (row,) = read_bytes("nikl_text", corpus(document(paragraph=paragraphs))).rows
    assert (row.record.title, row.record.text) == ("수필", "첫 문단\n둘째 문단")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"paragraph": None}, "no paragraph holds text"),
        ({"paragraph": []}, "no paragraph holds text"),
        ({"paragraph": [{"id": "1", "form": None}]}, "no paragraph holds text"),
        ({"paragraph": "글"}, "'paragraph' is no list"),
        ({"paragraph": [None]}, "an item of 'paragraph' is no object"),
    ],
)
def test_null_and_missing_lists(read_bytes, changes, error):
    spoken = {key: held for key, held in document(2).items() if key != "paragraph"}
    outcome = read_bytes("nikl_text", corpus(document(**changes), spoken, None, document(4)))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (1, error),
        (2, "no 'paragraph'"),
        (3, "no object"),
    ]
    assert json.loads(outcome.bad[0].raw) == document(**changes)
    assert [(row.where.line, row.record.text) for row in outcome.rows] == [(4, "글 4")]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_byte_order_marks(read_bytes, codec):
    mark = "\ufeff" if codec == "utf-16-be" else ""
    content = (mark + corpus(document()).decode()).encode(codec)
    assert [row.record.text for row in read_bytes("nikl_text", content).rows] == ["글 1"]


def test_a_document_with_damaged_bytes_costs_itself(read_bytes):
    content = corpus(document(1), document(2), document(3)).replace("글 2".encode(), b"\xea\xb8 2")
    outcome = read_bytes("nikl_text", content)
    assert [row.record.text for row in outcome.rows] == ["글 1", "글 3"]
    (bad,) = outcome.bad
    assert (bad.where.line, b"\xea\xb8 2" in bad.raw) == (2, True)
    assert bad.raw in content


def test_damaged_utf_16_is_kept_to_the_byte(read_bytes):
    content = corpus(document(1), document(2), document(3)).decode().encode("utf-16")
    place = content.index("글 2".encode("utf-16-le"))
    damaged = content[:place] + b"\x00\xdc" + content[place + 2 :]
    outcome = read_bytes("nikl_text", damaged)
    assert [row.record.text for row in outcome.rows] == ["글 1", "글 3"]
    (bad,) = outcome.bad
    assert b"\x00\xdc" in bad.raw
    assert bad.raw in damaged


def test_utf_16_that_ends_within_a_character(read_bytes):
    content = corpus(document(1), document(2)).decode().encode("utf-16")[:-151]
    outcome = read_bytes("nikl_text", content)
    assert [row.record.text for row in outcome.rows] == ["글 1"]
    (bad,) = outcome.bad
    assert bad.error == "the file breaks off here: not utf-16-le: truncated data"
    assert content.endswith(bad.raw)
    assert bad.raw.startswith("{".encode("utf-16-le"))


def test_a_value_across_the_end_of_what_is_read_at_once(read_bytes):
    head = b'{"id": "x", "document": ['
    for shift in range(4):
        content = head + b" " * ((1 << 20) - len(head) - shift) + b"1234, 5]}"
        assert [bad.raw for bad in read_bytes("nikl_text", content).bad] == [b"1234", b"5"]


def test_half_a_character_costs_its_document(read_bytes):
    content = corpus(document(1), document(2)).replace("글 1".encode(), rb"\ud83d")
    outcome = read_bytes("nikl_text", content)
    assert ([row.record.text for row in outcome.rows], len(outcome.bad)) == (["글 2"], 1)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_file_that_breaks_off_is_kept_to_the_byte(read_bytes, cut):
    """What public loaders skip: the rest of the file is quarantined, the documents before stay."""
    content = corpus(document(1), document(2))
    outcome = read_bytes("nikl_text", content[:-cut])
    held = b"".join(bad.raw for bad in outcome.bad)
    assert [row.record.text for row in outcome.rows] in (["글 1"], ["글 1", "글 2"])
    if len(outcome.rows) == 1:
        assert content[:-cut].endswith(held)
        assert outcome.bad[0].error.startswith("the file breaks off here: ")
        assert outcome.bad[0].where.line == 2
    else:
        assert outcome.bad or "input: after the documents" in outcome.notes


def test_a_file_damaged_in_the_middle(read_bytes):
    content = corpus(*map(document, range(1, 6))).replace(
        b'"form": "\xea\xb8\x80 3"', b'"form" "\xea\xb8\x80 3"'
    )
    outcome = read_bytes("nikl_text", content)
    assert [row.record.text for row in outcome.rows] == ["글 1", "글 2"]
    (bad,) = outcome.bad
    assert (bad.where.line, bad.error) == (3, "the file breaks off here: Expecting ':' delimiter")
    assert "글 5".encode() in bad.raw


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it holds no JSON object"),
        (b"[1]", "it holds no JSON object"),
        (b'{"id": "x"}', "it has no list `document`"),
        (b'{"id": "x", "document": {}}', "its `document` is no list"),
        (b'{"id": "x", "docu', "Unterminated string"),
    ],
)
@pytest.mark.parametrize("reader", ["nikl_text", "nikl_ne", "nikl_cr"])
def test_other_files_are_refused(read_bytes, reader, content, reason):
    with pytest.raises(UserError, match=reason) as refused:
        read_bytes(reader, content, name="other.json")
    assert refused.value.where == "other.json"


def test_keys_after_the_documents_are_named(read_bytes):
    content = corpus(document()).removesuffix(b"\n}") + b', "note": 1}'
    outcome = read_bytes("nikl_text", content)
    assert (len(outcome.rows), outcome.notes) == (1, {"input: after the documents": ', "note": 1}'})


def test_documents_larger_than_what_is_read_at_once(read_bytes):
    long = "가" * 700_000  # 2.1 MB
    paragraphs = [{"id": "1", "form": long}]
    rows = read_bytes("nikl_text", corpus(document(1, paragraph=paragraphs), document(2))).rows
    assert [row.record.text for row in rows] == [long, "글 2"]


def test_a_file_is_never_held_whole(read, tmp_path):
    path = tmp_path / "news.json"
    paragraph = {"id": "1", "form": "강물은 쉬지 않고 흐른다. " * 40}
    path.write_bytes(corpus(*(document(number, paragraph=[paragraph] * 10) for number in range(1, 1500))))
    size = path.stat().st_size
    assert size > 20_000_000
    reader = READERS["nikl_text"]
    tracemalloc.start()
    try:
        count = sum(1 for _ in reader.read(SourceFile(path, path.name), reader.options()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 1499
    assert peak < size / 2


def test_a_conversation(read):
    outcome = read("nikl_dialogue", BY_FORMAT / "nikl_messenger.json")
    (row,) = outcome.rows
    assert row.record.title == "메신저 대화"
    assert row.record.text == "1: 점심 먹었어? 난 국수 먹었어\n2: 나도 국수! 통했네\n1: 그러게"
    # One speaker is written 2️ (a digit with the emoji selector) in some utterances.
    assert row.recovery == EMOJI_SPEAKER
    assert outcome.notes == {"nikl_messenger.json: utterances without text": "1"}
    speakers = json.loads(row.record.attributes["speaker"])
    assert [one["principal_residence"] for one in speakers] == ["강원", "광주"]
    assert "pricipal_residence" not in row.record.attributes["speaker"]
    assert json.loads(row.record.attributes["setting"]) == {
        "relation": "친구",
        "intimacy": 4,
        "contact_frequency": "매일",
    }
    assert row.record.attributes["topic"] == "음식"


def conversation(*said: tuple[object, object], **metadata: object) -> bytes:
    utterances = [{"id": "1", "speaker_id": speaker, "form": form} for speaker, form in said]
    return corpus({"id": "SDRW1", "metadata": metadata, "utterance": utterances})


@pytest.mark.parametrize(
    ("speaker", "written", "recovery"),
    [
        ("2", "2", ""),
        (2, "2", ""),
        ("2\ufe0f", "2", EMOJI_SPEAKER),
        ("2\ufe0f\u20e3", "2", EMOJI_SPEAKER),
        ("②", "2", EMOJI_SPEAKER),
        ("SD2000001", "SD2000001", ""),
        ("😀", "😀", ""),
    ],
)
def test_speakers(read_bytes, speaker, written, recovery):
    (row,) = read_bytes("nikl_dialogue", conversation(("1", "안녕"), (speaker, "응\n반가워"))).rows
    assert (row.record.text, row.recovery) == (f"1: 안녕\n{written}: 응 반가워", recovery)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (conversation(("1", "")), "no utterance holds text"),
        (conversation((None, "누구")), "an utterance without a speaker"),
        (corpus({"id": "x", "utterance": None}), "no utterance holds text"),
        (corpus({"id": "x", "metadata": None}), "no 'utterance'"),
    ],
)
def test_a_conversation_without_text_or_speakers(read_bytes, content, error):
    outcome = read_bytes("nikl_dialogue", content)
    assert ([bad.error for bad in outcome.bad], outcome.rows) == ([error], [])
