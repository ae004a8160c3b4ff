"""Private hints on how to talk in channels and threads: what to say when, and to whom never."""

from slackbot.coaching.advice import Kind as Kind
from slackbot.coaching.advice import Nudge as Nudge
from slackbot.coaching.advice import advice as advice
from slackbot.coaching.advice import thread_to_read as thread_to_read
from slackbot.coaching.coach import Coach as Coach
