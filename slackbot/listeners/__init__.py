"""What the bot does with a request of Slack before it acknowledges it: project, commit, return.

Nothing is answered here. One module for each kind of request.
"""

from slackbot.listeners.events import Hooks as Hooks
from slackbot.listeners.events import keep_before_ack as keep_before_ack
