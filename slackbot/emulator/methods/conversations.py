"""conversations.* and users.conversations."""

from collections.abc import Iterable

from slackbot.emulator.arguments import Arguments, cursor_of, flag, paged, text_of, window
from slackbot.emulator.methods.chat import Reply, joined
from slackbot.emulator.models import Channel, Message, MethodError
from slackbot.emulator.service import Slack

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_MOST_PEOPLE = 8


def replies(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.replies: the root first, then the replies, oldest first."""
    channel = joined(slack, arguments)
    try:
        thread = channel.thread(text_of(arguments, "ts"))
    except MethodError as missing:
        raise MethodError("thread_not_found") from missing
    return _messages(thread, arguments)


def history(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.history: newest first."""
    return _messages(joined(slack, arguments).top_level()[::-1], arguments)


def info(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.info."""
    channel = slack.workspace.visible(text_of(arguments, "channel"))
    return {"channel": channel.shown(bot=slack.workspace.bot.id)}


def members(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.members."""
    channel = slack.workspace.visible(text_of(arguments, "channel"))
    return paged("members", channel.members, arguments)


def listed(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.list: public channels unless ``types`` says otherwise."""
    return _listed(slack, arguments, _visible(slack, arguments))


def of_user(slack: Slack, arguments: Arguments) -> Reply:
    """users.conversations: those that a person is in and the bot may know of."""
    user = slack.workspace.user(text_of(arguments, "user") or slack.workspace.bot.id)
    return _listed(slack, arguments, [c for c in _visible(slack, arguments) if user.id in c.members])


def opened(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.open: the direct conversation with one person or with several."""
    workspace = slack.workspace
    ref = text_of(arguments, "channel")
    if ref:
        channel = workspace.visible(ref)
    else:
        people = [workspace.user(name.strip()).id for name in text_of(arguments, "users").split(",") if name]
        if not people:
            raise MethodError("users_list_not_supplied")
        if len(people) > _MOST_PEOPLE:
            raise MethodError("too_many_users")
        before = len(workspace.channels)
        channel = workspace.direct(people)
        if len(workspace.channels) == before and not flag(arguments, "return_im"):
            return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    shown = channel.shown(bot=workspace.bot.id) if flag(arguments, "return_im") else {"id": channel.id}
    return {"channel": shown}


def kinds_of(arguments: Arguments) -> list[str]:
    """The kinds of conversation that ``types`` names; raises ``invalid_types``."""
    names = (text_of(arguments, "types") or "public_channel").split(",")
    try:
        return [KINDS[name.strip()] for name in names]
    except KeyError as unknown:
        raise MethodError("invalid_types") from unknown


def _visible(slack: Slack, arguments: Arguments) -> list[Channel]:
    wanted = kinds_of(arguments)
    bot = slack.workspace.bot.id
    return [
        channel
        for channel in slack.workspace.channels.values()
        if channel.kind in wanted and (channel.kind == "channel" or bot in channel.members)
    ]


def _listed(slack: Slack, arguments: Arguments, found: Iterable[Channel]) -> Reply:
    shown = [channel.shown(bot=slack.workspace.bot.id) for channel in found]
    return paged("channels", shown, arguments)


def _messages(messages: list[Message], arguments: Arguments) -> Reply:
    oldest, latest = text_of(arguments, "oldest"), text_of(arguments, "latest")
    inclusive = flag(arguments, "inclusive")

    def inside(ts: str) -> bool:
        if inclusive and ts in (oldest, latest):
            return True
        return (not oldest or ts > oldest) and (not latest or ts < latest)

    found = [message for message in messages if inside(message.ts)]
    start, limit = window(arguments, 1000)
    rest = start + limit < len(found)
    with_metadata = flag(arguments, "include_all_metadata")
    return {
        "messages": [m.shown(with_metadata=with_metadata) for m in found[start : start + limit]],
        "has_more": rest,
        "response_metadata": {"next_cursor": cursor_of(start + limit) if rest else ""},
    }
