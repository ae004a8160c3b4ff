"""assistant.threads.*: what stands above and below the words of an assistant thread."""

from slackbot.emulator.arguments import Arguments, json_of, objects_of, text_of
from slackbot.emulator.methods.chat import Reply, joined
from slackbot.emulator.models import Channel, MethodError
from slackbot.emulator.service import Slack
from slackbot.emulator.statuses import Status

LOADING_MESSAGES = 10
PROMPTS = 4


def set_status(slack: Slack, arguments: Arguments) -> Reply:
    """assistant.threads.setStatus: in any thread of a conversation that the bot is in."""
    channel, thread = _thread(slack, arguments)
    loading = json_of(arguments, "loading_messages", "invalid_arguments") or []
    if not isinstance(loading, list) or len(loading) > LOADING_MESSAGES:
        raise MethodError(
            "invalid_arguments",
            response_metadata={"messages": [f"loading_messages takes {LOADING_MESSAGES} at most"]},
        )
    status = Status(text_of(arguments, "status"), [str(message) for message in loading])
    slack.service.statuses.set((channel.id, thread), status)
    if status.text:
        slack.service.load.saw_sign(channel.id, thread)
    return {}


def set_title(slack: Slack, arguments: Arguments) -> Reply:
    """assistant.threads.setTitle: in direct messages only."""
    channel, thread = _thread(slack, arguments)
    _only_direct(channel)
    slack.service.statuses.entitle((channel.id, thread), text_of(arguments, "title"))
    return {}


def set_suggested_prompts(slack: Slack, arguments: Arguments) -> Reply:
    """assistant.threads.setSuggestedPrompts: in direct messages only; the thread may be left out."""
    channel = joined(slack, arguments, "channel_id")
    _only_direct(channel)
    prompts = objects_of(arguments, "prompts", "invalid_arguments") or []
    if not 0 < len(prompts) <= PROMPTS or not all(p.get("title") and p.get("message") for p in prompts):
        raise MethodError(
            "invalid_arguments",
            response_metadata={"messages": [f"prompts takes 1 to {PROMPTS}, each with title and message"]},
        )
    shown = [{"title": str(prompt["title"]), "message": str(prompt["message"])} for prompt in prompts]
    key = (channel.id, text_of(arguments, "thread_ts"))
    slack.service.statuses.suggest(key, text_of(arguments, "title"), shown)
    return {}


def _thread(slack: Slack, arguments: Arguments) -> tuple[Channel, str]:
    channel = joined(slack, arguments, "channel_id")
    thread = text_of(arguments, "thread_ts")
    if thread not in channel.messages:
        raise MethodError("invalid_thread_ts")
    return channel, thread


def _only_direct(channel: Channel) -> None:
    if channel.kind != "im":
        raise MethodError("channel_not_found")
