"""Whose reading alone proves little: readers that take nearly anything of their form."""

import re
from collections.abc import Collection
from dataclasses import dataclass

GENERIC = ("slack_export", "parquet", "jsonl", "csv", "aihub", "documents", "table_documents")
"""Readers of no corpus in particular, from the one whose reading says most to the least."""

COMPANION = "read with"
"""The fact that a reader notes about a file that it reads with another one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What must speak for a corpus besides that its reader can read the file: a name, or keys."""

    names: re.Pattern[str]
    keys: frozenset[str] = frozenset()

    def speaks(self, path: str, keys: Collection[str]) -> str:
        """Say what does: words for people, or nothing."""
        found = self.names.search(path)
        if found is not None:
            return f"the name has '{found[0]}'"
        if self.keys and self.keys <= set(keys):
            return f"it has {', '.join(sorted(self.keys))}"
        return ""


def _mark(names: str, *keys: str) -> Mark:
    return Mark(re.compile(names, re.IGNORECASE), frozenset(keys))


# Any lines are comments, any three columns a question with its gist, any objects with title and
# content petitions.
MARKS = {
    "beep_text": _mark(r"news_title|unlabeled_comments|no_label"),
    "sae4k": _mark(r"sae4k"),
    "kote": _mark(r"\bkote\b"),
    "petitions": _mark(r"petition", "petition_idx", "num_agree"),
    "nsmc_raw": _mark(r"\bnsmc\b", "movie_id", "rating"),
}
