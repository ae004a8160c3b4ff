"""From documents to a cited answer: loaders, passages, embedding, store, retrieval, answers.

Floor 4. `types.py` holds the values that the parts hand to each other.
"""

from curation import privacy as privacy
