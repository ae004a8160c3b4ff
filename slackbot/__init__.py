"""The Slack bot: one thread, one answer. Floor 7.

`answerer.py` says what it needs of whoever answers; `emulator/` is a local Slack for tests and demos.
"""

from curation import privacy as privacy
