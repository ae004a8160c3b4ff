"""The bot's memory: SQLite for one process, PostgreSQL for several. Tables stand in `schema`.

`opening.open_store` gives a `Store`; each of its parts (`inbox` and those beside it) is a class over one
`database.Database`, which commits what waits together.
"""

from slackbot.store.channels import ChannelSettings as ChannelSettings
from slackbot.store.database import StoreError as StoreError
from slackbot.store.erasure import Posted as Posted
from slackbot.store.feedback import Opinion as Opinion
from slackbot.store.inbox import Inbox as Inbox
from slackbot.store.opening import Store as Store
from slackbot.store.opening import open_store as open_store
from slackbot.store.states import Reply as Reply
from slackbot.store.states import State as State
from slackbot.store.states import Waiting as Waiting
