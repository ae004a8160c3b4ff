"""A model says of a text whether something bad is in it, and shuns that while it writes.

Schick, Udupa and Schütze, "Self-Diagnosis and Self-Debiasing" (TACL 2021, arXiv 2103.00453). `diagnosis`
and `thresholds` are for any model whose labels can be scored, `self_debiasing` for `transformers` models.
"""

from prompting.debiasing.attributes import ATTRIBUTES as ATTRIBUTES
from prompting.debiasing.attributes import Attribute as Attribute
from prompting.debiasing.diagnosis import diagnose as diagnose
from prompting.debiasing.thresholds import Fitted as Fitted
from prompting.debiasing.thresholds import fit_threshold as fit_threshold
