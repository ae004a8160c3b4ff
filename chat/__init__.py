"""The private model behind one interface: a langchain-core chat model chosen by a spec string. Floor 2.

Begin with `registry.py`, which turns a spec into a model. `extractive.py` is the default: no model, it quotes
the sentences that answer. A model in this process is `transformers_model.py`: `local_model.py` loads it,
`batching.py` decides who is answered together, and `rows.py` takes the steps. One behind a server is
`openai_compatible.py` over `model_server.py`. `chat_template.py` writes prompts, `token_text.py` and
`thoughts.py` make text of what comes back.
"""

from chat.errors import ModelBusyError as ModelBusyError
from chat.errors import ModelUnavailableError as ModelUnavailableError
from chat.registry import DEFAULT_SPEC as DEFAULT_SPEC
from chat.registry import describe as describe
from chat.registry import installed as installed
from chat.registry import leaves_machine as leaves_machine
from chat.registry import load as load
from curation import privacy as privacy
