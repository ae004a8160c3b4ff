"""Who it is that acts, and what listeners call for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slackbot import conventions, phrases
from slackbot.answerer import Answerer
from slackbot.config import Limits
from slackbot.directory import Directory
from slackbot.intake import Question
from slackbot.knowledge import Knowledge
from slackbot.listeners.background import Background
from slackbot.listeners.panes import Panes
from slackbot.phrases import interaction
from slackbot.policy import Policy
from slackbot.scope import Scopes
from slackbot.store import Store
from slackbot.summary import Summarise
from slackbot.teams import Teams


@dataclass(frozen=True, slots=True)
class Actor:
    """Who clicked, reacted or typed a command, and where.

    ``thread`` is empty outside a thread, ``response_url`` where Slack gives none.
    """

    team: str
    user: str
    channel: str
    thread: str = ""
    response_url: str = ""

    def asks(self, text: str) -> Question:
        """The question of a person who alone will read the answer; it is not one of the inbox."""
        return Question("", self.team, self.channel, "", self.thread, self.user, text, "direct")


@dataclass(frozen=True, slots=True)
class Words:
    """What the bot says to one person: around answers, and beside them."""

    around: phrases.Phrases
    beside: interaction.Interaction


@dataclass(frozen=True, slots=True)
class Parts:
    """What listeners call. ``titles`` gives at once names of documents to ask about, or none."""

    teams: Teams
    store: Store
    directory: Directory
    scopes: Scopes
    policy: Policy
    limits: Limits
    answerer: Answerer
    knowledge: Knowledge
    summarise: Summarise
    titles: Callable[[], Sequence[str]]
    background: Background
    panes: Panes

    async def words(self, team: str, user: str) -> Words:
        """What to say to somebody, in the language of their Slack."""
        locale = (await self.directory.person(team, user)).locale
        default = self.policy.language
        return Words(phrases.of(locale, default), interaction.of(locale, default))

    def allows(self, actor: Actor) -> bool:
        """Whether the person or the channel may use the bot."""
        return conventions.allowed(actor.asks(""), self.policy)
