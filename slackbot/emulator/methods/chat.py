"""chat.*: posting, changing, deleting, whispering."""

from slackbot.emulator import events
from slackbot.emulator.arguments import Arguments, content_of, flag, metadata_of, text_of
from slackbot.emulator.markup import POSTED_TEXT, UPDATED_TEXT
from slackbot.emulator.models import Channel, Message, MethodError
from slackbot.emulator.service import Slack

Reply = dict[str, object]


def post_message(slack: Slack, arguments: Arguments) -> Reply:
    """chat.postMessage."""
    workspace = slack.workspace
    channel = workspace.visible(text_of(arguments, "channel"))
    text, blocks = content_of(arguments, POSTED_TEXT)
    metadata = metadata_of(arguments)
    thread = text_of(arguments, "thread_ts")
    broadcast = flag(arguments, "reply_broadcast")
    message = workspace.post(channel, workspace.bot, text, thread_ts=thread, broadcast=broadcast)
    message.blocks, message.metadata = blocks or (), metadata
    said(slack, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.shown()}


def said(slack: Slack, channel: Channel, message: Message) -> None:
    """What follows from a new message of the bot: events, the end of its status, the measures."""
    slack.announce(events.message_event(slack.workspace, channel, message), channel)
    slack.service.statuses.clear((channel.id, message.thread_ts or message.ts))
    slack.service.load.saw_post(channel.id, message.thread_ts, message.ts)


def update(slack: Slack, arguments: Arguments) -> Reply:
    """chat.update: blocks that are not given stay, an empty list takes them away."""
    channel, message = addressed(slack, arguments, "ts")
    text, blocks = content_of(arguments, UPDATED_TEXT)
    metadata = metadata_of(arguments)
    before = message.text
    slack.workspace.edit(message, slack.workspace.bot, text)
    if blocks is not None:
        message.blocks = blocks
    message.metadata = metadata or message.metadata
    changed(slack, channel, message, before)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.shown()}


def changed(slack: Slack, channel: Channel, message: Message, before: str) -> None:
    """What follows from a changed message of the bot."""
    slack.announce(events.changed_event(slack.workspace, channel, message, before), channel)
    slack.service.load.saw_change(channel.id, message.thread_ts, message.ts)


def delete(slack: Slack, arguments: Arguments) -> Reply:
    """chat.delete."""
    channel, message = addressed(slack, arguments, "ts")
    event = events.deleted_event(slack.workspace, channel, message)
    slack.workspace.delete(channel, message, slack.workspace.bot)
    slack.announce(event, channel)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(slack: Slack, arguments: Arguments) -> Reply:
    """chat.postEphemeral: it cannot be read back, changed or deleted by its ts."""
    channel = joined(slack, arguments)
    user = slack.workspace.user(text_of(arguments, "user"))
    text, blocks = content_of(arguments, POSTED_TEXT)
    thread = text_of(arguments, "thread_ts")
    if thread:
        channel.message(thread)
    whispered = slack.workspace.whisper(channel, user, text, blocks or (), thread)
    return {"message_ts": whispered.ts}


def permalink(slack: Slack, arguments: Arguments) -> Reply:
    """chat.getPermalink."""
    channel = slack.workspace.visible(text_of(arguments, "channel"))
    message = channel.message(text_of(arguments, "message_ts"))
    url = f"https://{slack.workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        url += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": url}


def joined(slack: Slack, arguments: Arguments, name: str = "channel") -> Channel:
    """The conversation, which the bot must be in."""
    channel = slack.workspace.visible(text_of(arguments, name))
    if slack.workspace.bot.id not in channel.members:
        raise MethodError("not_in_channel")
    return channel


def addressed(slack: Slack, arguments: Arguments, name: str) -> tuple[Channel, Message]:
    """The message that the argument ``name`` points at, and its channel."""
    channel = joined(slack, arguments)
    return channel, channel.message(text_of(arguments, name))
