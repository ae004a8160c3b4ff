"""The merged model made known: its card, whether its licences allow that, and the push to the hub.

``lineage`` says what a model came from, ``licence`` what that allows, ``card`` writes the model card from
the record of the run (``facts``), ``pushing`` sends a folder to the ``hub`` and goes on where it was
interrupted.
"""

from training.publishing.card import WrittenCard as WrittenCard
from training.publishing.card import write_card as write_card
from training.publishing.pushing import PushResult as PushResult
from training.publishing.pushing import push as push
