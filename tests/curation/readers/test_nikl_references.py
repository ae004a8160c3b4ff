"""모두의 말뭉치 over documents: zero anaphora and coreference."""

import json
from pathlib import Path

import pytest

from curation.readers.nikl.entries import REPAIRED
from tests.curation.readers.instructions import turns

BY_FORMAT = Path(__file__).parent / "by_format"


def document(name: str, number: int = 0) -> dict:
    return json.loads((BY_FORMAT / name).read_bytes())["document"][number]


def corpus(*documents: object) -> bytes:
    return json.dumps({"id": "NX1", "document": documents}, ensure_ascii=False, indent=1).encode()


def test_zero_anaphora_of_both_editions(read):
    outcome = read("nikl_za", BY_FORMAT / "nikl_za.json")
    assert outcome.bad == []
    assert outcome.notes == {"nikl_za.json: documents without sentences": "1"}
    assert turns(outcome.rows) == [
        (
            "글:\n[1] 지우는 새벽에 일어났다.\n[2] 창을 열고 빵을 구웠다.",
            "[2] 구웠다 ← 주어 - 지우 [1]\n[2] 열고 ← 주어 - 독자 [글 밖]",
        ),
        (
            "글:\n[1] 누가 왔어?\n[2] 응, 보냈어.",
            "[2] 보냈어 ← 주어 - 내가 [글 밖]\n[2] 보냈어 ← 목적어 - 돈을 [글 밖]",
        ),
        ("글:\n[1] 비가 온다.", "없음"),
    ]
    assert len({row.record.split_group for row in outcome.rows}) == 3
    annotation = json.loads(outcome.rows[1].record.attributes["annotation"])
    assert annotation == {"sentence": document("nikl_za.json", 1)["sentence"]}


def test_coreference(read):
    outcome = read("nikl_cr", BY_FORMAT / "nikl_cr.json")
    assert outcome.bad == []
    assert turns(outcome.rows) == [
        (
            "글:\n[1] 말모이회가 새 사전을 냈다.\n[2] 이 모임은 그 책을 나누었다.",
            "말모이회 [1] = 이 모임 [2]\n새 사전 [1] = 그 책 [2]",
        ),
        ("글:\n[1] 맑다.", "없음"),
    ]
    kept = json.loads(outcome.rows[0].record.attributes["annotation"])
    assert kept["CR"] == document("nikl_cr.json")["CR"]


def test_offsets_of_mentions_are_mended(read_bytes):
    moved = document("nikl_cr.json")
    moved["CR"][1]["mention"][1] |= {"begin": 5, "end": 8}
    (row,) = read_bytes("nikl_cr", corpus(moved)).rows
    assert row.recovery == REPAIRED
    kept = json.loads(row.record.attributes["annotation"])["CR"][1]["mention"][1]
    assert (kept["begin"], kept["end"]) == (6, 9)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda one: one["CR"][0]["mention"][0].update(sentence_id="없다"), "there is no sentence '없다'"),
        (lambda one: one["CR"][0]["mention"][0].update(form="없다"), "'없다' does not stand at 0–4"),
        (lambda one: one["CR"][0].pop("mention"), "no 'mention'"),
        (lambda one: one.pop("CR"), "no 'CR'"),
        (lambda one: one.update(sentence=None), "a document without sentences"),
    ],
)
def test_a_document_that_cannot_be_read_goes_to_quarantine_as_it_was(read_bytes, change, error):
    damaged = document("nikl_cr.json")
    damaged["CR"][1]["mention"][1] |= {"begin": 5, "end": 8}
    change(damaged)
    outcome = read_bytes("nikl_cr", corpus(damaged, document("nikl_cr.json", 1), 7))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (1, error),
        (3, "the document is no object"),
    ]
    assert json.loads(outcome.bad[0].raw) == damaged
    assert len(outcome.rows) == 1


def test_an_element_of_no_known_kind(read_bytes):
    damaged = document("nikl_za.json")
    damaged["ZA"][0]["antecedent"][0]["type"] = "verb"
    assert [bad.error for bad in read_bytes("nikl_za", corpus(damaged)).bad] == [
        "the element 'verb' is unknown"
    ]
