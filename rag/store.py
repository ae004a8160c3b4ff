"""The passages on disk: a LanceDB table with a full-text index over the lexical field."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from lancedb.index import FTS
from lancedb.query import MatchQuery

from rag.tables import DocumentTable, literals
from rag.types import Passage

_FIELDS: Final = ("passage_id", "doc_id", "title", "source", "text", "start", "end", "lexical")
_SCHEMA: Final = pa.schema(
    [
        pa.field(name, pa.int64() if name in ("start", "end") else pa.string(), nullable=False)
        for name in _FIELDS
    ]
)


class PassageStore(DocumentTable):
    """Passages by id, found by tokens."""

    name = "passages"
    schema = _SCHEMA

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if not self._table.list_indices():
            self._create_full_text_index()

    def _create_full_text_index(self) -> None:
        # The field is tokenised already: split at white space and change nothing.
        self._table.create_index(
            "lexical",
            config=FTS(
                base_tokenizer="whitespace",
                lower_case=False,
                stem=False,
                remove_stop_words=False,
                ascii_folding=False,
                max_token_length=None,
                with_position=False,
            ),
        )

    def add(self, passages: Sequence[Passage], lexical: Sequence[str]) -> None:
        """Append passages in one version; the caller has removed older ones of the same ids."""
        columns: dict[str, Any] = {
            name: [getattr(passage, name) for passage in passages] for name in _FIELDS if name != "lexical"
        }
        columns["lexical"] = list(lexical)
        self._table.add(pa.table(columns, schema=_SCHEMA))

    def lexical_scores(self, tokens: str, limit: int) -> dict[str, float]:
        """BM25 by passage id of the best passages for space-joined tokens; larger is better."""
        if not tokens:
            return {}
        found = self._table.search(_match(tokens)).select(["passage_id", "_score"]).limit(limit).to_arrow()
        return dict(zip(found["passage_id"].to_pylist(), found["_score"].to_pylist(), strict=True))

    def fetch(self, passage_ids: Sequence[str]) -> dict[str, tuple[Passage, str]]:
        """Passages with their lexical fields, by id."""
        if not passage_ids:
            return {}
        rows = (
            self._table.search()
            .where(f"passage_id IN ({literals(passage_ids)})")
            .select(list(_FIELDS))
            .limit(len(passage_ids))
            .to_list()
        )
        return {
            row["passage_id"]: (
                Passage(**{name: row[name] for name in _FIELDS if name != "lexical"}),
                row["lexical"],
            )
            for row in rows
        }


def _match(tokens: str) -> Any:
    # Any: the declared type of this pydantic dataclass asks for arguments that have defaults.
    query: Any = MatchQuery
    return query(tokens, "lexical")
