"""The private model behind one interface: a langchain-core chat model chosen by a spec string.

Floor 2. `extractive` is the default: no model, it quotes the sentences that answer. Models in this
process share `batching.py`, those behind a server `model_server.py`.
"""

from chat.errors import ModelBusyError as ModelBusyError
from chat.errors import ModelUnavailableError as ModelUnavailableError
from chat.registry import DEFAULT_SPEC as DEFAULT_SPEC
from chat.registry import describe as describe
from chat.registry import leaves_machine as leaves_machine
from chat.registry import load as load
from curation import privacy as privacy
