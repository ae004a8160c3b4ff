"""Whether a bot would run as it is configured: what was seen, and what to do about it.

`environment` and `files` ask nobody, `sources` perhaps a model's server, `workspaces` Slack. `examine`
puts them together; what is asked of Slack comes last, so that the rest is told even when Slack is out of
reach.
"""

from slackbot.doctor.check import Check as Check
from slackbot.doctor.check import Grade as Grade
from slackbot.doctor.examination import Subject as Subject
from slackbot.doctor.examination import examine as examine
