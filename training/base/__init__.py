"""The base model of a run: where it lies, what it is, what its licence allows, its tokenizer.

`resolving` finds it, `smollm2` and `tiny` make the two that come with malmoi (`model_cache` keeps them);
`weights` and `facts` read what it is without loading it; `browser` says whether it can be compiled;
`licences` says what may be done with it; `tokenizer` loads its tokenizer.
"""

from training.base.browser import browser_fault as browser_fault
from training.base.facts import Facts as Facts
from training.base.facts import facts_of as facts_of
from training.base.licences import LicenceVerdict as LicenceVerdict
from training.base.licences import base_terms as base_terms
from training.base.licences import licence_verdict as licence_verdict
from training.base.resolving import ResolvedBase as ResolvedBase
from training.base.resolving import resolve as resolve
from training.base.tokenizer import load_tokenizer as load_tokenizer
