"""From documents to a cited answer: loaders, passages, embedding, store, retrieval, answers. Floor 4.

Begin with `types.py`, the values that the parts hand to each other. `index.py` brings an index up to its
sources: `plan.py` says what changed, `passages.py` cuts, `words.py` and `meaning.py` fill the store
(`stores`) with words and vectors, `manifest.py` remembers. `search.py` asks it, `ranking.py` and `fusion.py`
order what was found. `answer.py` makes a cited answer of it: `answering` has its parts, and `citations.py`
holds every sentence against its source. `evaluation` measures both; `acl.py` says who may read what.
"""

from curation import privacy as privacy
