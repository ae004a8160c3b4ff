"""What people do in a workspace, and the events that tell the app of it."""

from collections.abc import Sequence

from slackbot.emulator import events
from slackbot.emulator.models import Channel, Message, User
from slackbot.emulator.service import Slack


def say(
    slack: Slack,
    channel: Channel,
    author: User,
    text: str,
    *,
    thread_ts: str = "",
    broadcast: bool = False,
    mention_first: bool = False,
) -> tuple[Message, Sequence[str]]:
    """Post as ``author``; a mention of the bot gives two events in the order asked for.

    ``@malmoi`` in the text becomes the mention. Returns the message and the ids of the events.
    """
    workspace = slack.workspace
    written = text.replace("@malmoi", f"<@{workspace.bot.id}>")
    message = workspace.post(channel, author, written, thread_ts=thread_ts, broadcast=broadcast)
    out = [events.message_event(workspace, channel, message)]
    if events.mentions_bot(workspace, channel, message):
        out.append(events.mention_event(workspace, channel, message))
    if mention_first:
        out.reverse()
    sent = [slack.announce(event, channel) for event in out]
    return message, [event_id for event_id in sent if event_id]


def edit(slack: Slack, channel: Channel, message: Message, text: str | None) -> str:
    """Edit a message as its author; without ``text`` it only unfurls, as links do."""
    before = message.text
    if text is not None:
        slack.workspace.edit(message, slack.workspace.users[message.user], text)
    return slack.announce(events.changed_event(slack.workspace, channel, message, before), channel)


def delete(slack: Slack, channel: Channel, message: Message) -> str:
    """Delete a message as its author."""
    event = events.deleted_event(slack.workspace, channel, message)
    slack.workspace.delete(channel, message, slack.workspace.users[message.user])
    return slack.announce(event, channel)


def react(slack: Slack, channel: Channel, message: Message, user: User, name: str, *, remove: bool) -> str:
    """React to a message, or take the reaction back."""
    slack.workspace.react(message, user, name, remove=remove)
    event = events.reaction_event(slack.workspace, channel, message, user, name, removed=remove)
    return slack.announce(event, channel)


def join(slack: Slack, channel: Channel, user: User) -> str:
    """Let somebody join a channel."""
    if user.id in channel.members:
        raise ValueError(f"{user.name} is in {channel.name} already")
    channel.members.append(user.id)
    return slack.announce(events.member_event(slack.workspace, channel, user, left=False), channel)


def leave(slack: Slack, channel: Channel, user: User) -> str:
    """Let somebody leave a channel; the bot is not told of its own going."""
    if user.id not in channel.members:
        raise ValueError(f"{user.name} is not in {channel.name}")
    channel.members.remove(user.id)
    return slack.announce(events.member_event(slack.workspace, channel, user, left=True), channel)


def open_home(slack: Slack, user: User) -> str:
    """Open the Home tab of the app."""
    channel = slack.workspace.direct([user.id])
    return slack.announce(events.home_event(slack.workspace, channel, user), channel)


def open_assistant(slack: Slack, user: User, viewing: str) -> tuple[Channel, Message, str]:
    """Open the assistant pane: a new thread in the direct conversation with the bot."""
    workspace = slack.workspace
    channel = workspace.direct([user.id])
    root = workspace.post(channel, workspace.bot, "New Assistant Thread")
    root.subtype, root.thread_ts = "assistant_app_thread", root.ts
    event = events.assistant_event(workspace, channel, root.ts, user, viewing, moved=False)
    return channel, root, slack.announce(event, channel)


def look_elsewhere(slack: Slack, user: User, thread_ts: str, viewing: str) -> str:
    """Go to another channel while the assistant pane is open."""
    channel = slack.workspace.direct([user.id])
    channel.message(thread_ts)
    event = events.assistant_event(slack.workspace, channel, thread_ts, user, viewing, moved=True)
    return slack.announce(event, channel)
