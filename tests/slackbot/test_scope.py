"""Who reads the answer decides what it may be made of; test_knowledge.py asks real questions."""

import pytest

from slackbot.intake import Question
from slackbot.policy import Policy
from slackbot.scope import Scopes
from tests.slackbot.slack_client import ME, running_slack, workplace

__all__ = ["running_slack", "workplace"]

TEAM = "slack-team:T0MALMOI"


def asked(channel, user="U0HANEUL", addressed="mention", thread="1.5"):
    return Question("Ev", ME.team, channel, "2.5", thread, user, "연봉은?", addressed)


@pytest.fixture
def groups(workplace):
    async def groups_of(question, **policy):
        found = await Scopes(workplace.directory, Policy(groups=policy)).of(question)
        assert found.groups is not None
        return found.groups

    return groups_of


async def test_a_public_channel_has_the_team_and_its_own_policy_not_the_askers(workplace, groups):
    private = workplace.client.open_channel("bang", kind="group", people=["haneul"])
    public = workplace.client.open_channel("malhae")
    policy = {"hr": ("U0HANEUL",), "staff": (public,), "board": (private,)}
    assert await groups(asked(public), **policy) == {TEAM, "staff"}
    assert await groups(asked(public, addressed="thread"), **policy) == {TEAM, "staff"}


@pytest.mark.parametrize("kind", ["group", "mpim"])
async def test_a_private_channel_also_has_what_was_said_in_it(workplace, groups, kind):
    private = workplace.client.open_channel(f"own-{kind}", kind=kind, people=["haneul", "doyun"])
    workplace.client.open_channel(f"other-{kind}", kind="group", people=["haneul"])
    policy = {"hr": ("U0HANEUL",), "board": (private,)}
    assert await groups(asked(private), **policy) == {TEAM, f"slack-channel:{private}", "board"}


@pytest.mark.parametrize("addressed", ["direct", "mention"])
async def test_a_direct_message_has_the_rights_of_its_writer(workplace, groups, addressed):
    private = workplace.client.open_channel(f"d-{addressed}", kind="group", people=["haneul"])
    policy = {"hr": ("U0HANEUL", "U0EMMA"), "board": (private,)}
    for user, member in (("U0HANEUL", True), ("U0EMMA", False)):
        direct = workplace.client.open_channel(f"{addressed}-{user}", kind="im", people=[user])
        found = await groups(asked(direct, user, addressed), **policy)
        assert {TEAM, "hr"} <= found
        assert (f"slack-channel:{private}" in found) is member
        assert "board" not in found


async def test_an_answer_that_only_its_asker_is_shown_is_direct(workplace, groups):
    private = workplace.client.open_channel("whispered", kind="group", people=["haneul"])
    assert f"slack-channel:{private}" in await groups(asked("C00000001", addressed="direct", thread=""))


async def test_guests_and_shared_channels_do_not_have_the_teams_group(workplace, groups):
    shared = workplace.client.open_channel("shared", shared=True)
    direct = workplace.client.open_channel("guest", kind="im", people=["guest"])
    assert await groups(asked(shared)) == frozenset()
    assert await groups(asked(direct, "U0GUEST", "direct")) == frozenset()
    public = workplace.client.open_channel("with-a-guest")
    private = workplace.client.open_channel("bang-with-a-guest", kind="group", people=["guest", "haneul"])
    assert await groups(asked(public, "U0GUEST"), staff=(public,)) == {"staff"}
    assert await groups(asked(private, "U0GUEST")) == {f"slack-channel:{private}"}
    # Of whom Slack says nothing, nothing is assumed.
    assert await groups(asked("C0UNKNOWN")) == frozenset()
    assert await groups(asked("D0UNKNOWN", "U0NOBODY", "direct"), hr=("U0NOBODY",)) == {"hr"}


async def test_the_live_thread_is_left_out(workplace):
    scopes = Scopes(workplace.directory, Policy())
    assert (await scopes.of(asked("C00000001"))).without == ("slack:T0MALMOI:C00000001:1.5",)
    assert (await scopes.of(asked("C00000001", thread=""))).without == ()
