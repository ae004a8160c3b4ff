"""Readers, one file per family of formats; `READERS` is the registry that recipes name.

Corpora with a format of their own: `nsmc`, `nsmc_raw`, `chatbot_data`, `kobest`, `petitions`,
`superni`. Formats: `jsonl`, `csv_file`, `parquet`, `documents`, `slack_export` (with
`slack_messages`). The rest is what they share: `encoding`, `scripts` and `lines` from bytes to text,
`table`, `dialect` and `fixed_table` from text to fields, `json_file` for JSON, `columns` from fields
to records, `quoting` from the user's data to messages.
"""

from typing import Any

from curation.readers.base import Reader
from curation.readers.chatbot_data import CHATBOT_DATA
from curation.readers.csv_file import CSV
from curation.readers.documents import DOCUMENTS
from curation.readers.jsonl import JSONL
from curation.readers.kobest import KOBEST_BOOLQ
from curation.readers.nsmc import NSMC
from curation.readers.nsmc_raw import NSMC_RAW
from curation.readers.parquet import PARQUET
from curation.readers.petitions import PETITIONS
from curation.readers.slack_export import SLACK_EXPORT
from curation.readers.superni import SUPERNI

READERS: dict[str, Reader[Any]] = {
    reader.name: reader
    for reader in (
        NSMC,
        NSMC_RAW,
        CHATBOT_DATA,
        KOBEST_BOOLQ,
        PETITIONS,
        SUPERNI,
        JSONL,
        CSV,
        PARQUET,
        DOCUMENTS,
        SLACK_EXPORT,
    )
}
