"""Takes questions from the inbox and sees each to its reply.

`lanes` decides what runs, `run` is one question from its claim to what stands in its thread, `asking`
reads the answerer in a thread of its own.
"""

from slackbot.worker.lanes import Worker as Worker
from slackbot.worker.run import Parts as Parts
