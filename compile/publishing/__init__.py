"""A finished bundle made known: a model on the Hugging Face hub, or the whole on any static host.

`plan` says what would be published and what speaks against it (faults, licence, passages), `card` writes the
model's README, `hub` sends a model, and `static` writes a folder that a host serves as it is. Nothing is sent
or written unless it is asked for.
"""

from compile.publishing.hub import publish_to_hub as publish_to_hub
from compile.publishing.origin import origin_of as origin_of
from compile.publishing.plan import Origin as Origin
from compile.publishing.plan import Plan as Plan
from compile.publishing.static import publish_to_folder as publish_to_folder
