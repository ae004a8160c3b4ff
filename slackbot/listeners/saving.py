"""Saves a thread as knowledge or forgets it, and says what came of it."""

from slackbot.knowledge import Outcome
from slackbot.listeners.parts import Actor, Parts, Words


async def save(parts: Parts, actor: Actor) -> str:
    """Save the actor's thread; what to tell them: above all who will find it."""
    words = await parts.words(actor.team, actor.user)
    if not parts.allows(actor):
        return words.around.not_allowed
    outcome = await parts.knowledge.save(actor.team, actor.channel, actor.thread, actor.user)
    if outcome is not Outcome.SAVED:
        return _told(outcome, words)
    place = await parts.directory.channel(actor.team, actor.channel)
    if place.kind == "public":
        return words.beside.saved_public
    where = words.beside.this_conversation if place.kind == "group" else f"<#{actor.channel}>"
    return words.beside.saved_private.format(channel=where)


async def forget(parts: Parts, actor: Actor) -> str:
    """Forget the actor's thread; what to tell them, nothing when it was not saved."""
    outcome = await parts.knowledge.forget(actor.team, actor.channel, actor.thread)
    return "" if outcome is None else _told(outcome, await parts.words(actor.team, actor.user))


def _told(outcome: Outcome, words: Words) -> str:
    match outcome:
        case Outcome.FORGOTTEN:
            return words.beside.unsaved
        case Outcome.LATER:
            return words.beside.save_later
        case Outcome.DIRECT:
            return words.beside.save_direct
        case Outcome.EMPTY:
            return words.beside.nothing_to_save
        case _:
            return words.beside.thread_unreadable
