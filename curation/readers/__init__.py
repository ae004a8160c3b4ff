"""Readers, one file per family of formats; `READERS` is the registry that recipes name.

Corpora with a format of their own: `nsmc`, `nsmc_raw`, `chatbot_data`, `kobest`, `petitions`,
`superni`. Formats: `jsonl`, `csv_file`, `parquet`, `documents`, `slack_export` (with
`slack_messages`). The rest is what they share: `encoding`, `scripts` and `lines` from bytes to text,
`table`, `dialect` and `fixed_table` from text to fields, `json_file` for JSON, `columns` from fields
to records, `quoting` from the user's data to messages.
"""

from typing import Any

from curation.readers.base import Reader
from curation.registry import Registry

_PLACES = {
    "nsmc": "nsmc:NSMC",
    "nsmc_raw": "nsmc_raw:NSMC_RAW",
    "chatbot_data": "chatbot_data:CHATBOT_DATA",
    "kobest_boolq": "kobest:KOBEST_BOOLQ",
    "petitions": "petitions:PETITIONS",
    "superni": "superni:SUPERNI",
    "jsonl": "jsonl:JSONL",
    "csv": "csv_file:CSV",
    "parquet": "parquet:PARQUET",
    "documents": "documents:DOCUMENTS",
    "slack_export": "slack_export:SLACK_EXPORT",
}

READERS: Registry[Reader[Any]] = Registry(
    Reader, {name: f"{__name__}.{place}" for name, place in _PLACES.items()}
)
