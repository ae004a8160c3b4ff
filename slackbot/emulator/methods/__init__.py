"""The Web API methods by name: what each does, which scope it needs, how often it may be called.

Arguments in, Slack's answer out: no sockets here, no clocks beyond the ts. Scopes and tiers are
those of docs.slack.dev; a scope such as ``*:history`` is that of the conversation's kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from slackbot.emulator.arguments import Arguments, text_of
from slackbot.emulator.methods import access, assistant, chat, conversations, people, streams, views
from slackbot.emulator.methods.chat import Reply
from slackbot.emulator.models import MethodError
from slackbot.emulator.service import Slack

# Calls a minute of docs.slack.dev "Rate limits"; 600 stands for methods with a limit of their own.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100, 5: 600}
_SCOPES_OF_KINDS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True, slots=True)
class Method:
    """One method; any one of ``scopes`` is enough. chat.postMessage has a pace instead of a tier."""

    perform: Callable[[Slack, Arguments], Reply]
    scopes: tuple[str, ...] = ()
    tier: int = 0

    def check(self, slack: Slack, arguments: Arguments) -> None:
        """Raise ``missing_scope`` unless the token may do this."""
        granted = slack.service.settings.scopes
        needed = self._needed(slack, arguments)
        if needed and not any(set(choice.split(",")) <= set(granted) for choice in needed):
            raise MethodError("missing_scope", needed=needed[0], provided=",".join(granted))

    def _needed(self, slack: Slack, arguments: Arguments) -> tuple[str, ...]:
        """The scopes with the kinds of conversation put in, each choice joined by commas."""
        if not self.scopes or not self.scopes[0].startswith("*"):
            return self.scopes
        verb = self.scopes[0].removeprefix("*:")
        return (",".join(f"{kind}:{verb}" for kind in self._kinds(slack, arguments)),)

    def _kinds(self, slack: Slack, arguments: Arguments) -> list[str]:
        ref = text_of(arguments, "channel")
        if ref:
            return [slack.workspace.visible(ref).scope]
        if self.perform is conversations.opened:
            return ["mpim" if "," in text_of(arguments, "users") else "im"]
        return [_SCOPES_OF_KINDS[kind] for kind in conversations.kinds_of(arguments)]


_WRITE = ("chat:write",)
_ASSIST = ("chat:write", "assistant:write")

METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": Method(assistant.set_status, _ASSIST, 5),
    "assistant.threads.setSuggestedPrompts": Method(assistant.set_suggested_prompts, _ASSIST, 5),
    "assistant.threads.setTitle": Method(assistant.set_title, _ASSIST, 5),
    "auth.revoke": Method(access.revoke, tier=3),
    "auth.test": Method(access.auth_test, tier=5),
    "bots.info": Method(people.bot_info, ("users:read",), 3),
    "chat.appendStream": Method(streams.append, _WRITE, 4),
    "chat.delete": Method(chat.delete, _WRITE, 3),
    "chat.getPermalink": Method(chat.permalink, tier=5),
    "chat.postEphemeral": Method(chat.post_ephemeral, _WRITE, 4),
    "chat.postMessage": Method(chat.post_message, _WRITE),
    "chat.startStream": Method(streams.start, _WRITE, 2),
    "chat.stopStream": Method(streams.stop, _WRITE, 2),
    "chat.update": Method(chat.update, _WRITE, 3),
    "conversations.history": Method(conversations.history, ("*:history",), 3),
    "conversations.info": Method(conversations.info, ("*:read",), 3),
    "conversations.list": Method(conversations.listed, ("*:read",), 2),
    "conversations.members": Method(conversations.members, ("*:read",), 4),
    "conversations.open": Method(conversations.opened, ("*:write",), 3),
    "conversations.replies": Method(conversations.replies, ("*:history",), 3),
    "reactions.add": Method(people.add_reaction, ("reactions:write",), 3),
    "reactions.remove": Method(people.remove_reaction, ("reactions:write",), 2),
    "team.info": Method(people.team_info, ("team:read",), 3),
    "users.conversations": Method(conversations.of_user, ("*:read",), 3),
    "users.info": Method(people.user_info, ("users:read",), 4),
    "views.open": Method(views.opened, tier=4),
    "views.publish": Method(views.published, tier=4),
    "views.push": Method(views.pushed, tier=4),
    "views.update": Method(views.updated, tier=4),
}

# Every scope that something here asks for, events included.
ALL_SCOPES = tuple(
    sorted(
        {
            *(s for m in METHODS.values() for s in m.scopes if not s.startswith("*")),
            *(f"{k}:{v}" for k in _SCOPES_OF_KINDS.values() for v in ("history", "read", "write")),
            "app_mentions:read",
            "commands",
            "reactions:read",
        }
    )
)
