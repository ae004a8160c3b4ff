"""The private model behind one interface: a langchain-core chat model chosen by a spec string.

Floor 2. `extractive` is the default: no model, it quotes the sentences that answer.
"""

from chat.registry import DEFAULT_SPEC as DEFAULT_SPEC
from chat.registry import load as load
from curation import privacy as privacy
