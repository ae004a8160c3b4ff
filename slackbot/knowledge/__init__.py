"""Threads that people saved: read from Slack, kept as files, found by asking (`rag.saved`).

`thread` makes a document of messages, `files` keeps one file a thread, `following` reads them again when
they change. Not followed until a person's next message or edit in the thread: what changes while the bot
does not run or is not in the channel, what other programs write, names that people change, and a channel's
turning private.
"""

from slackbot.knowledge.following import Knowledge as Knowledge
from slackbot.knowledge.following import Outcome as Outcome
