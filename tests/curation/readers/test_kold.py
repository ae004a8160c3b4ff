"""KOLD, by its format: a JSON array of comments with labels, spans and what each rater said."""

import json
from pathlib import Path

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import turns

FILE = Path(__file__).parent / "by_format/kold_v1.json"

RATERS = [
    {
        "offensiveness": True,
        "annotator_id": 101,
        "off_start_idx": [0],
        "off_end_idx": [9],
        "target": [["individual"]],
        "target_group": [[]],
        "tgt_start_idx": [],
        "tgt_end_idx": [],
    }
]
HARMLESS = {
    "guid": "kold-v1_00001",
    "source": "naver_news",
    "date": "2021-05-01",
    "title": "새 도서관 문 열어",
    "comment": "가까워서 좋네요.",
    "OFF": False,
    "TGT": None,
    "GRP": None,
    "OFF_span": "",
    "TGT_span": "",
    "raw_labels": [],
}
OFFENSIVE = HARMLESS | {
    "guid": "kold-v1_00002",
    "title": "새 도서관  문 열어",
    "comment": "저 사람은 책도 안 읽게 생겼다.",
    "OFF": True,
    "TGT": "individual",
    "OFF_span": "책도 안 읽게 생겼다.",
    "raw_labels": RATERS,
}


def encoded(*items: object) -> bytes:
    return json.dumps(items, ensure_ascii=False, indent=4).encode()


def test_offensive(read_bytes):
    outcome = read_bytes("kold", encoded(HARMLESS, OFFENSIVE))
    first, second = (row.record for row in outcome.rows)
    assert [message.content for message in first.messages] == [
        "제목: 새 도서관 문 열어\n댓글: 가까워서 좋네요.",
        "공격적이지 않음",
    ]
    assert first.attributes == {
        "label": "false",
        "guid": "kold-v1_00001",
        "source": "naver_news",
        "date": "2021-05-01",
        "OFF": "false",
    }
    assert (second.task, second.references) == ("kold_offensive", ("공격적",))
    assert second.attributes["label"] == "true"
    assert second.attributes["OFF_span"] == "책도 안 읽게 생겼다."
    assert json.loads(second.attributes["raw_labels"]) == RATERS
    assert first.split_group == second.split_group != ""
    assert outcome.notes == {}


def test_target_is_asked_of_offensive_comments_only(read_bytes):
    group = OFFENSIVE | {"TGT": "group", "GRP": "gender-women"}
    outcome = read_bytes("kold", encoded(HARMLESS, OFFENSIVE, HARMLESS, group), task="target")
    assert [row.where.line for row in outcome.rows] == [2, 4]
    assert [row.record.references for row in outcome.rows] == [("개인",), ("집단",)]
    assert outcome.rows[0].record.attributes["label"] == "individual"
    assert outcome.rows[1].record.attributes["GRP"] == "gender-women"
    same = read_bytes("kold", encoded(OFFENSIVE), task="offensive").rows[0].record
    assert outcome.rows[0].record.split_group == same.split_group
    assert outcome.notes == {"input: comments that are not offensive": "2"}


@pytest.mark.parametrize(
    ("change", "task", "error"),
    [
        ({"OFF": None}, "offensive", "'OFF' is neither true nor false"),
        ({"OFF": "True"}, "target", "'OFF' is neither true nor false"),
        ({"OFF": 1}, "offensive", "'OFF' is neither true nor false"),
        ({"TGT": None}, "target", "'TGT' is null, not text"),
        (
            {"TGT": "nobody"},
            "target",
            "the label 'nobody' is none of untargeted, individual, group, other",
        ),
        ({"comment": " "}, "offensive", "the comment is empty"),
        ({"title": 7}, "offensive", "'title' is a number, not text"),
    ],
)
def test_items_that_are_none(read_bytes, change, task, error):
    outcome = read_bytes("kold", encoded(OFFENSIVE | change, OFFENSIVE), task=task)
    assert [bad.error for bad in outcome.bad] == [error]
    assert len(outcome.rows) == 1


def test_a_pointer_of_git_lfs_is_named(read_bytes):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 32791434\n"
    with pytest.raises(UserError) as refused:
        read_bytes("kold", pointer, name="kold_v1.json")
    assert "Git LFS pointer" in refused.value.what
    assert "git lfs pull" in refused.value.fix


def test_the_published_layout(read):
    outcome = read("kold", FILE)
    assert (outcome.bad, outcome.notes) == ([], {})
    assert turns(outcome.rows) == [
        ("제목: 새 도서관 문 열어\n댓글: 가까워서 좋네요.", "공격적이지 않음"),
        ("제목: 새 도서관 문 열어\n댓글: 저 사람은 책도 안 읽게 생겼다.", "공격적"),
        ("제목: 버스 요금 오른다\n댓글: 저 동네 사람들은 다 이기적이다.", "공격적"),
    ]
    first, last = outcome.rows[0].record.attributes, outcome.rows[-1].record.attributes
    assert first == {
        "label": "false",
        "guid": "kold-v1_00001",
        "source": "naver_news",
        "date": "2021-05-01",
        "OFF": "false",
    }
    assert (last["guid"], last["TGT_span"]) == ("kold-v1_00003", "저 동네 사람들")
    targets = read("kold", FILE, task="target")
    assert [answer for _, answer in turns(targets.rows)] == ["개인", "집단"]
    assert targets.notes == {"kold_v1.json: comments that are not offensive": "1"}
