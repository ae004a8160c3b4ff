"""Which evaluation items a text contains: what `decontaminate` measures.

``folding`` brings texts to the letters that are compared, ``items`` holds the evaluation items,
``boilerplate`` finds the phrases that many of them share, ``anchors`` chooses the places to look
for, and ``matching`` finds what a text has in common with an item and how much of it that covers.
"""

from curation.overlap.items import Rules
from curation.overlap.matching import EvaluationItems, Overlap, overlaps, prepare

__all__ = ["EvaluationItems", "Overlap", "Rules", "overlaps", "prepare"]
