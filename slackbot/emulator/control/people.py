"""What people do: say, edit, delete, react, come and go, open the Home tab or the assistant."""

from typing import Any, cast, get_args

from slackbot.emulator import acts
from slackbot.emulator.control.body import Body
from slackbot.emulator.models import ChannelKind
from slackbot.emulator.service import Service

Answer = dict[str, Any]


class People:
    """Verbs of people who write and read."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def say(self, body: Body) -> Answer:
        """Post as a person, or as the other bot."""
        slack = body.slack(self._service)
        channel = body.channel(slack)
        message, event_ids = acts.say(
            slack,
            channel,
            body.user(slack),
            body.text("text"),
            thread_ts=body.text("thread_ts", ""),
            broadcast=body.flag("broadcast"),
            mention_first=body.flag("mention_first"),
        )
        return {"channel": channel.id, "ts": message.ts, "event_ids": event_ids}

    async def edit(self, body: Body) -> Answer:
        """Edit a message as its author; without ``text`` it only unfurls, as links do."""
        slack = body.slack(self._service)
        channel, message = body.message(slack)
        text = body.text("text") if "text" in body.values else None
        return {"event_ids": [acts.edit(slack, channel, message, text)]}

    async def delete(self, body: Body) -> Answer:
        """Delete a message as its author."""
        slack = body.slack(self._service)
        return {"event_ids": [acts.delete(slack, *body.message(slack))]}

    async def react(self, body: Body) -> Answer:
        """React to a message, or take a reaction back."""
        slack = body.slack(self._service)
        channel, message = body.message(slack)
        name, remove = body.text("name"), body.flag("remove")
        event = acts.react(slack, channel, message, body.user(slack), name, remove=remove)
        return {"event_ids": [event]}

    async def channel(self, body: Body) -> Answer:
        """Open a conversation; the bot is in it unless ``bot`` is false.

        Without ``people`` everyone of the team is in it, and in a direct one the first person; a
        ``shared`` channel has the guest of another team as well.
        """
        slack = body.slack(self._service)
        workspace = slack.workspace
        kind = body.text("kind", "channel")
        if kind not in get_args(ChannelKind):
            raise ValueError(f"kind must be one of {', '.join(get_args(ChannelKind))}")
        people = [workspace.user(name).id for name in body.names("people")]
        shared = body.flag("shared")
        if not people and kind == "im":
            people = [workspace.people[0].id]
        elif not people:
            people = [user for user in workspace.members if user != workspace.bot.id]
            people += [u.id for u in workspace.users.values() if shared and u.team != workspace.team_id]
        members = [*people, workspace.bot.id] if body.flag("bot", default=True) else people
        found = workspace.add_channel(body.text("name"), cast(ChannelKind, kind), members, shared=shared)
        return found.shown(bot=workspace.bot.id)

    async def member(self, body: Body) -> Answer:
        """Let somebody (``user``, the bot too) join a channel, or with ``leave`` leave it."""
        slack = body.slack(self._service)
        act = acts.leave if body.flag("leave") else acts.join
        return {"event_ids": [act(slack, body.channel(slack), body.user(slack))]}

    async def home(self, body: Body) -> Answer:
        """Open the Home tab."""
        slack = body.slack(self._service)
        return {"event_ids": [acts.open_home(slack, body.user(slack))]}

    async def assistant(self, body: Body) -> Answer:
        """Open the assistant pane while looking at ``viewing``; with ``thread_ts`` look elsewhere."""
        slack = body.slack(self._service)
        user = body.user(slack)
        ref = body.text("viewing", "")
        viewing = slack.workspace.channel(ref).id if ref else ""
        thread = body.text("thread_ts", "")
        if thread:
            return {"event_ids": [acts.look_elsewhere(slack, user, thread, viewing)]}
        channel, root, event = acts.open_assistant(slack, user, viewing)
        return {"channel": channel.id, "ts": root.ts, "event_ids": [event]}
