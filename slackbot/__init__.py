"""The Slack bot: one thread, one answer. Floor 7.

Begin with `app.py`, which puts it together, and `answerer.py`, which says what it needs of whoever answers.
What comes in (`listeners`, `transport`) is noted by `intake.py` in the `store` before Slack hears that it was
taken; a `worker` answers one question of a thread at a time, and `outbox.py` brings answers to Slack once.
`policy.py` says what is answered, `scope.py` who may read what the answer is made of, `render` how it looks;
`knowledge` keeps threads that were saved, `coaching` gives hints. `emulator` is a local Slack for tests and
demos.
"""

from curation import privacy as privacy
