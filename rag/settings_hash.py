"""How the files of an index are read, as a hash: with another one unchanged files are read again as well."""

import hashlib
from collections.abc import Sequence
from typing import Final

from rag.acl import Rules

# Grows when files are read otherwise than before: private channels of Slack exports have got a group.
_READING: Final = "2"


def settings_hash(configs: Sequence[str], rules: Rules, most_megabytes: int, *, told_apart: bool) -> str:
    """Hash the options of a run over all sources; see `rag.index.index_paths`."""
    told = repr((_READING, sorted(configs), rules.digest(), most_megabytes, told_apart))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
