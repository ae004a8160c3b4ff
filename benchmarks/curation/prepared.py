"""What the comparisons that are measured as one process share: batches, and room to decide in.

It keeps pandas out: malmoi does not depend on pandas, but where pandas is, as beside the tools
of development, pyarrow imports it (0.1 to 0.2 s), which is no cost of ours.
"""

import sys
from pathlib import Path
from typing import Any


class _NoPandas:
    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ImportError(name)


sys.meta_path.insert(0, _NoPandas)

from curation.comparisons.base import Batch, Room  # noqa: E402
from curation.progress import Quiet  # noqa: E402
from curation.steps.base import Given  # noqa: E402


def batch_of(**given: Any) -> Batch:
    """Give a batch of one source of texts; what is not ``given`` is empty."""
    nothing = [""] * len(given["orders"])
    empty = dict.fromkeys(("texts", "attributes", "tags", "groups", "tasks", "splits"), nothing)
    known = {"source": "texts", "config": "texts", "kind": "text", "scope": "text/release/"}
    return Batch(**{"identities": lambda: [], **known, **empty, **given})


def room_of(folder: Path) -> Room:
    """Give room to decide in, where nothing was given and nobody watches."""
    return Room(Given(), folder, folder, Quiet())
