"""Slack's requests over HTTP: signed ones reach the application once, all others do nothing."""

import json
import time
from urllib.parse import urlencode

import pytest

from tests.slackbot.http_slack import BODY, FORM, JSON, event, serving, signed


@pytest.fixture
async def slack(tmp_path):
    async with serving(tmp_path) as slack:
        yield slack


async def test_a_signed_event_is_kept_before_it_is_acknowledged(slack):
    answer = await slack.post(event())
    assert (answer.status_code, answer.text) == (200, "")
    assert await slack.kept() == {"new": 1}


async def test_a_replay_is_acknowledged_and_does_nothing(slack):
    body = json.dumps(event()).encode()
    headers = signed(body)
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    answers = [await slack.sent(body, headers | more) for more in ({}, {}, retry)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert await slack.kept() == {"new": 1}


def but(**changed):
    """Good headers, freshly signed, with some replaced; ``None`` leaves one out."""

    def make():
        headers = signed(BODY) | {name.replace("_", "-"): value for name, value in changed.items()}
        return {name: value for name, value in headers.items() if value is not None}

    return make


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(but(X_Slack_Signature="v0=" + "0" * 64), id="bad"),
        pytest.param(lambda: signed(BODY, time.time() - 301), id="stale"),
        pytest.param(lambda: signed(BODY, time.time() + 302), id="of the future"),
        pytest.param(lambda: signed(BODY, secret="another"), id="another secret"),
        pytest.param(lambda: {"Content-Type": JSON}, id="unsigned"),
        pytest.param(but(X_Slack_Signature=None), id="no signature"),
        pytest.param(but(X_Slack_Request_Timestamp=None), id="no timestamp"),
        pytest.param(lambda: signed(BODY + b" "), id="tampered body"),
        pytest.param(but(X_Slack_Request_Timestamp=str(int(time.time()) - 1)), id="tampered timestamp"),
        pytest.param(but(X_Slack_Request_Timestamp="now"), id="no number"),
        pytest.param(but(X_Slack_Request_Timestamp=""), id="empty"),
        pytest.param(but(X_Slack_Request_Timestamp="-1"), id="negative"),
        pytest.param(but(X_Slack_Request_Timestamp="1_700_000_000"), id="underscores"),
        pytest.param(but(X_Slack_Request_Timestamp="9" * 5_000), id="larger than int() reads"),
        pytest.param(but(X_Slack_Request_Timestamp="１".encode()), id="not ASCII"),
        pytest.param(but(X_Slack_Signature="v0=é".encode()), id="a signature that is not ASCII"),
        pytest.param(but(X_Slack_Signature=""), id="an empty signature"),
    ],
)
async def test_what_slack_did_not_sign_just_now_is_refused(slack, headers):
    answer = await slack.sent(BODY, headers())
    assert (answer.status_code, await slack.kept()) == (401, {})


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"", b"ssl_check=1&token=x"])
async def test_nothing_of_an_unsigned_body_is_read(slack, body):
    for content_type in (JSON, FORM):
        headers = but(Content_Type=content_type)()
        assert (await slack.sent(body, headers)).status_code == 401


async def test_the_challenge_is_answered_only_when_it_is_signed(slack):
    challenge = {"type": "url_verification", "challenge": "3eZbrw", "token": "x"}
    answer = await slack.post(challenge)
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw"})
    unsigned = await slack.sent(json.dumps(challenge).encode(), {"Content-Type": JSON})
    assert unsigned.status_code == 401
    assert "3eZbrw" not in unsigned.text


def form(**fields):
    return urlencode(fields).encode()


WHERE = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "api_app_id": "A1"}
CLICK = {
    "type": "block_actions",
    **WHERE,
    "actions": [{"type": "button", "action_id": "feedback", "value": "up"}],
}
VIEW = {"type": "view_submission", **WHERE, "view": {"id": "V1", "callback_id": "why", "type": "modal"}}


@pytest.mark.parametrize(
    ("body", "seen", "said"),
    [
        (form(command="/malmoi", text="휴가", team_id="T1", user_id="U1"), ["휴가"], "들었습니다"),
        (
            form(command="/malmoi", text="payload 형식", team_id="T1", user_id="U1"),
            ["payload 형식"],
            "들었습니다",
        ),
        (form(command="/malmoi", text="", team_id="T1", user_id="U1"), [""], "들었습니다"),
        (form(payload=json.dumps(CLICK)), ["up"], ""),
    ],
)
async def test_commands_and_clicks_reach_their_listeners(slack, body, seen, said):
    answer = await slack.post(body, content_type=FORM)
    assert (answer.status_code, answer.text, slack.seen) == (200, said, seen)


async def test_the_answer_to_a_view_goes_back(slack):
    answer = await slack.post(form(payload=json.dumps(VIEW)), content_type=FORM)
    assert answer.json() == {"response_action": "errors", "errors": {"reason": "비어 있습니다"}}
    assert slack.seen == ["V1"]


async def test_a_workspace_that_is_not_served_reaches_no_listener(slack):
    body = form(command="/malmoi", text="휴가", team_id="T9", user_id="U1")
    assert (await slack.post(body, content_type=FORM)).status_code == 200
    assert slack.seen == []
