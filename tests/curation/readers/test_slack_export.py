import json
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers.slack_messages import Names, render

USERS = [
    {"id": "U1", "name": "haneul", "profile": {"display_name": "하늘", "real_name": "김하늘"}},
    {"id": "U2", "name": "bada", "profile": {"display_name": "", "real_name": "이바다"}},
    {"id": "U3", "name": "byeol1", "profile": {"display_name": "별"}},
    {"id": "U4", "name": "byeol2", "profile": {"display_name": "별"}},
]
CHANNELS = [{"id": "C1", "name": "공지"}]


@pytest.fixture
def export(tmp_path: Path):
    """Write an export of one channel; a day is a list of messages or raw bytes."""

    def write(days: dict[str, object], users: object = USERS, channels: object = CHANNELS) -> Path:
        root = tmp_path / "export"
        (root / "공지").mkdir(parents=True)
        for name, value in (("users.json", users), ("channels.json", channels)):
            if value is not None:
                (root / name).write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        for day, value in days.items():
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            (root / "공지" / f"{day}.json").write_bytes(content)
        return root

    return write


def message(ts: str, text: str, user: str = "U1", **more: object) -> dict[str, object]:
    return {"type": "message", "user": user, "text": text, "ts": ts, **more}


def test_thread_across_midnight_is_one_record(read, export):
    root = export(
        {
            "2026-01-31": [
                message("100.1", "질문입니다\n둘째 줄", thread_ts="100.1", reply_count=2),
                message("101.1", "혼자 하는 말", user="U2"),
            ],
            "2026-02-01": [
                message("103.1", "<@U1> 답입니다", user="U2", thread_ts="100.1"),
                message("102.1", "먼저 한 답", user="U3", thread_ts="100.1"),
            ],
        }
    )
    thread, alone = read("slack_export", root).rows
    assert thread.record.text == ("하늘: 질문입니다\n둘째 줄\n별(byeol1): 먼저 한 답\n이바다: @하늘 답입니다")
    assert thread.record.title == "#공지 질문입니다"
    assert thread.record.attributes == {
        "channel": "공지",
        "channel_id": "C1",
        "ts": "100.1",
        "permalink_path": "archives/C1/p1001",
        "messages": "3",
        "participants": "3",
    }
    assert (str(thread.where), thread.lines) == ("export/공지/2026-01-31.json:1", 3)
    assert (str(alone.where), alone.record.text) == ("export/공지/2026-01-31.json:2", "이바다: 혼자 하는 말")


def test_only_what_no_list_calls_public_is_marked(read, export):
    root = export(
        {"2026-01-31": [message("1.1", "안녕")]}, channels=[{"id": "G1", "name": "공지", "is_private": True}]
    )
    (private,) = read("slack_export", root).rows
    assert (private.record.attributes["channel_kind"], private.record.attributes["channel_id"]) == (
        "private",
        "G1",
    )


def test_housekeeping_is_counted_and_no_record(read, export):
    root = export(
        {
            "2026-01-31": [
                message("1.1", "<@U1> has joined", subtype="channel_join"),
                message("2.1", "<@U2> has joined", subtype="channel_join"),
                message("3.1", "topic", subtype="channel_topic"),
                message("4.1", "사람이 쓴 말", subtype="me_message"),
                message("5.1", "", files=[]),
            ]
        }
    )
    outcome = read("slack_export", root)
    assert outcome.texts == ["하늘: 사람이 쓴 말"]
    assert outcome.notes == {
        "export/공지: skipped channel_join": "2",
        "export/공지: skipped channel_topic": "1",
        "export/공지: messages without text": "1",
    }


def test_broadcast_stands_once(read, export):
    reply = message("2.1", "모두 보세요", thread_ts="1.1", subtype="thread_broadcast")
    root = export({"2026-01-31": [message("1.1", "시작", thread_ts="1.1"), reply, reply]})
    outcome = read("slack_export", root)
    assert outcome.texts == ["하늘: 시작\n하늘: 모두 보세요"]
    assert outcome.notes == {"export/공지: messages that stand twice": "1"}


def test_bots_are_kept_and_marked(read, export):
    root = export(
        {
            "2026-01-31": [
                {
                    "type": "message",
                    "subtype": "bot_message",
                    "bot_id": "B1",
                    "username": "배포 알림",
                    "text": "",
                    "ts": "1.1",
                    "attachments": [{"fallback": "배포 &lt;완료&gt;"}],
                },
                message("2.1", "고마워요", thread_ts="1.1"),
            ]
        }
    )
    (row,) = read("slack_export", root).rows
    assert row.record.text == "배포 알림: 배포 <완료>\n하늘: 고마워요"
    assert (row.record.attributes["bot_messages"], row.record.attributes["participants"]) == ("1", "2")


def test_broken_day_is_quarantined_and_the_rest_goes_on(read, export):
    broken = b'[{"type": "message",\n "text": "cut'
    root = export(
        {
            "2026-01-30": broken,
            "2026-01-31": [message("9.1", "답만 남았다", thread_ts="1.1")],
            "2026-02-01": b'{"no": "list"}',
        }
    )
    outcome = read("slack_export", root)
    assert [(str(bad.where), bad.lines) for bad in outcome.bad] == [
        ("export/공지/2026-01-30.json:1", 2),
        ("export/공지/2026-02-01.json:1", 1),
    ]
    assert outcome.bad[0].raw == broken
    assert outcome.rows[0].record.attributes["thread_start"] == "missing"


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (7, "a message is no object"),
        ({"type": "message", "text": "때가 없다"}, "a message without a ts"),
        ({"type": "message", "text": "때가 이상하다", "ts": "어제"}, "a message without a ts"),
        ({"type": "message", "text": ["글"], "ts": "1.1"}, "'text' is no text"),
    ],
)
def test_broken_message(read, export, broken, error):
    outcome = read("slack_export", export({"2026-01-31": [broken, message("2.1", "멀쩡하다")]}))
    assert outcome.texts == ["하늘: 멀쩡하다"]
    assert [(bad.error, bad.where.line) for bad in outcome.bad] == [(error, 1)]


def test_without_users_ids_stay_and_a_note_says_so(read, export):
    outcome = read("slack_export", export({"2026-01-31": [message("1.1", "<@U2> 안녕")]}, users=None))
    assert outcome.texts == ["U1: @U2 안녕"]
    assert outcome.notes == {"export/users.json: missing": "people are called by their ids"}


def test_guest_is_named_by_the_profile_in_the_message(read, export):
    guest = message("1.1", "안녕", user="U99", user_profile={"display_name": "손님"})
    assert read("slack_export", export({"2026-01-31": [guest]})).texts == ["손님: 안녕"]


def test_file_without_words(read, export):
    shared = message("1.1", "", files=[{"name": "계약서.pdf", "title": "계약서"}])
    assert read("slack_export", export({"2026-01-31": [shared]})).texts == ["하늘: [파일: 계약서]"]


@pytest.mark.parametrize("name", ["users.json", "channels.json"])
def test_broken_list_of_people_or_channels(read, export, name):
    root = export({"2026-01-31": [message("1.1", "안녕")]})
    (root / name).write_bytes(b"[{")
    with pytest.raises(UserError, match="no JSON") as refused:
        read("slack_export", root)
    assert refused.value.where == f"export/{name}"


def test_what_is_no_export(read, tmp_path):
    for path in (tmp_path, tmp_path / "none", Path(__file__)):
        with pytest.raises(UserError, match="no Slack export"):
            read("slack_export", path)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("<@U1>", "@하늘"),
        ("<@U7|다른 이름>", "@다른 이름"),
        ("<@U7>", "@U7"),
        ("<#C1|공지>", "#공지"),
        ("<#C1>", "#공지"),
        ("<#C1|>", "#공지"),
        ("<!here> <!channel>", "@here @channel"),
        ("<!subteam^S1|@운영팀>", "@운영팀"),
        ("<!date^1700000000^{date}|11월 14일>", "11월 14일"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<https://example.com|안내>", "안내 (https://example.com)"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&lt;@U1&gt;", "<@U1>"),
    ],
)
def test_render(text, rendered):
    assert render(text, Names({"U1": "하늘"}, {"C1": "공지"})) == rendered
