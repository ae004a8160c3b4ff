"""What texts and blocks do to their readers, and which of them Slack refuses."""

import pytest

from slackbot.emulator.markup import POSTED_TEXT, fault_of, notifications_in


@pytest.mark.parametrize(
    ("text", "verbatim", "notifies", "links"),
    [
        ("<!channel> 모두", True, ["!channel", "!channel"], []),
        ("<@U1> <#C1>", True, ["@U1", "#C1", "@U1", "#C1"], []),
        ("<http://a.test|여기>", True, [], ["http://a.test|여기"] * 2),
        ("<http://a.test>", True, [], []),
        ("&lt;!channel&gt;", True, [], []),
        ("@channel", True, [], []),
        ("@channel", False, ["channel"], []),
    ],
)
def test_what_a_message_does_to_its_readers(text, verbatim, notifies, links):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": verbatim}}
    assert notifications_in(text, [block]) == {"notifies": notifies, "links": links}
    assert fault_of(text, [block], longest_text=POSTED_TEXT) == ""


def rich(*leaves):
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(leaves)}]}


@pytest.mark.parametrize(
    ("block", "notifies", "links"),
    [
        (rich({"type": "text", "text": "<!channel> <@U1> <http://a.test|b> @here"}), [], []),
        (rich({"type": "user", "user_id": "U1"}), ["@U1"], []),
        (rich({"type": "usergroup", "usergroup_id": "S1"}), ["!subteam^S1"], []),
        (rich({"type": "broadcast", "range": "channel"}), ["!channel"], []),
        (rich({"type": "link", "url": "http://a.test", "text": "여기"}), [], ["http://a.test|여기"]),
        (rich({"type": "link", "url": "http://a.test"}), [], []),
        (rich({"type": "link", "url": "http://a.test", "text": "http://a.test"}), [], []),
        (
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "broadcast", "range": "here"}],
                            }
                        ],
                    }
                ],
            },
            ["!here"],
            [],
        ),
        ({"type": "markdown", "text": "[여기](http://a.test) 와 <!here>"}, ["!here"], ["http://a.test|여기"]),
        ({"type": "markdown", "text": r"\[여기](http://a.test)"}, [], []),
        ({"type": "section", "text": {"type": "plain_text", "text": "<!here> @channel"}}, [], []),
        ({"type": "context", "elements": [{"type": "mrkdwn", "text": "<!here>"}]}, ["!here"], []),
    ],
)
def test_what_each_kind_of_block_does_to_its_readers(block, notifies, links):
    assert notifications_in("말", [block]) == {"notifies": notifies, "links": links}
    assert fault_of("말", [block], longest_text=POSTED_TEXT) == ""


def button(text="말", **more):
    return {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": text}} | more


def feedback(**more):
    return {"type": "feedback_buttons", "positive_button": button(), "negative_button": button()} | more


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({"type": "actions", "elements": [button()] * 25}, ""),
        ({"type": "actions", "elements": [button()] * 26}, "invalid_blocks"),
        ({"type": "actions", "elements": []}, "invalid_blocks"),
        ({"type": "actions", "elements": [button("가" * 76)]}, "invalid_blocks"),
        ({"type": "actions", "elements": [button(value="x" * 2_001)]}, "invalid_blocks"),
        ({"type": "actions", "elements": [button(action_id="x" * 256)]}, "invalid_blocks"),
        ({"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11}, "invalid_blocks"),
        ({"type": "context_actions", "elements": [{"type": "icon_button"}] * 6}, "invalid_blocks"),
        ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}, "invalid_blocks"),
        ({"type": "header", "text": {"type": "plain_text", "text": "가" * 151}}, "invalid_blocks"),
        ({"type": "context_actions", "elements": [feedback()]}, ""),
        ({"type": "context_actions", "elements": [feedback(negative_button=None)]}, "invalid_blocks"),
        ({"type": "context_actions", "elements": [feedback(positive_button=button(""))]}, "invalid_blocks"),
        ({"text": "종류가 없다"}, "invalid_blocks"),
        (rich({"type": "text", "text": "가" * 13_001}), "msg_blocks_too_long"),
    ],
)
def test_blocks_within_and_beyond_their_limits(block, fault):
    assert fault_of("말", [block], longest_text=POSTED_TEXT) == fault
