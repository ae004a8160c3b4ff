"""Sentences that documents share: cut from all but the first, which keeps them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.comparisons.base import DECISIONS, Batch, Comparison, Room, decisions
from curation.dedup.hashing import mix, name_hash
from curation.dedup.repeated_sentences import NOBODY, SENTENCES, Part, find_repeated, parts_of
from curation.dedup.runs import list_array, offsets_of
from curation.dedup.sentences import sentences_of
from curation.dedup.signature_files import SignatureFiles
from curation.steps.sentence_dedup import SentenceDedupParams

REASON = "repeated_sentences"

Numbers = npt.NDArray[np.int64]


def _schema(_: SentenceDedupParams) -> pa.Schema:
    return SENTENCES


def _prepare(params: SentenceDedupParams, batch: Batch) -> pa.Table:
    if batch.kind != "text":
        return SENTENCES.empty_table()
    found = sentences_of(batch.texts)
    count = len(batch.texts)
    lengths = np.fromiter(map(len, batch.texts), dtype=np.int64, count=count)
    first_of_text = np.diff(found.texts, prepend=NOBODY) != 0
    last_of_text = np.diff(found.texts, append=NOBODY) != 0
    befores = np.where(first_of_text, 0, np.roll(found.ends, 1))
    nexts = np.where(last_of_text, lengths[found.texts], np.roll(found.starts, -1))
    starts = np.where(first_of_text, 0, found.starts)
    chosen = np.flatnonzero(found.sizes >= params.min_characters)
    counts = np.bincount(found.texts[chosen], minlength=count)
    offsets = offsets_of(counts)
    hashes = mix(found.hashes[chosen] + name_hash(batch.scope))
    sizes = np.bincount(found.texts, weights=found.sizes, minlength=count)
    table = pa.Table.from_arrays(
        [
            pa.array(batch.orders, pa.int64()),
            pa.array(batch.ids, pa.string()),
            pa.array(lengths.astype(np.int32)),
            pa.array(sizes.astype(np.int32)),
            list_array(hashes, offsets),
            *(
                list_array(column[chosen].astype(np.int32), offsets)
                for column in (starts, nexts, befores, found.sizes)
            ),
        ],
        schema=SENTENCES,
    )
    return table if counts.all() else table.take(pa.array(np.flatnonzero(counts)))


def _decide(params: SentenceDedupParams, prepared: Sequence[Path], room: Room) -> Iterator[pa.Table]:
    rows = SignatureFiles(prepared)
    holders = find_repeated(rows, room.scratch, params.min_documents)
    with room.progress.task("Cutting repeated sentences", None, "rows") as advance:
        for part in parts_of(rows):
            yield _of_part(params, part, holders, rows)
            advance(part.batch.num_rows)


def _of_part(params: SentenceDedupParams, part: Part, holders: Numbers, rows: SignatureFiles) -> pa.Table:
    offsets = part.offsets
    mine = np.asarray(holders[part.first_sentence : part.first_sentence + int(offsets[-1])])
    cut = mine != NOBODY
    counts = np.diff(offsets)
    owners = np.repeat(np.arange(len(counts)), counts)
    gone = np.bincount(owners[cut], weights=part.column("sizes")[cut], minlength=len(counts))
    touched = np.bincount(owners[cut], minlength=len(counts)) > 0
    if not touched.any():
        return DECISIONS.empty_table()
    sizes = part.column("size")
    orders = part.column("_order")
    drops = np.flatnonzero(touched & (sizes - gone < params.min_rest))
    holder_of = _first_holders(mine, owners, cut)
    dropped = decisions(
        orders[drops],
        reason=REASON,
        score=gone[drops] / sizes[drops],
        duplicate_of=rows.ids(holder_of[drops]),
    )
    stays = np.flatnonzero(touched & (sizes - gone >= params.min_rest))
    both = pa.concat_tables([dropped, decisions(orders[stays], cut=_spans(part, cut, owners, stays))])
    return both.sort_by("_order")


def _first_holders(mine: Numbers, owners: Numbers, cut: npt.NDArray[np.bool_]) -> Numbers:
    """Give, for each row, the row that keeps the first of its sentences that are cut."""
    holders = np.full(int(owners.max(initial=0)) + 1, NOBODY)
    places = np.flatnonzero(cut)[::-1]
    holders[owners[places]] = mine[places]
    return holders


def _spans(part: Part, cut: npt.NDArray[np.bool_], owners: Numbers, rows: Numbers) -> pa.ListArray:
    """Give the spans that leave: whole sentences with the white space after them.

    Neighbours are one span. A span that reaches the end of the text takes the white space before
    it instead.
    """
    chosen = np.flatnonzero(cut & np.isin(owners, rows))
    owner = owners[chosen]
    starts, ends = part.column("starts")[chosen], part.column("nexts")[chosen]
    begins = np.ones(len(chosen), dtype=np.bool_)
    begins[1:] = (owner[1:] != owner[:-1]) | (starts[1:] != ends[:-1])
    closes = np.roll(begins, -1)
    first, last = np.flatnonzero(begins), np.flatnonzero(closes)
    to_the_end = ends[last] == part.column("length")[owner[last]]
    starts = np.where(to_the_end, part.column("befores")[chosen][first], starts[first])
    spans = pa.StructArray.from_arrays(
        [pa.array(starts.astype(np.int32)), pa.array(ends[last].astype(np.int32))], ["start", "end"]
    )
    counts = np.bincount(owner[first], minlength=len(part.offsets) - 1)[rows]
    return list_array(spans, offsets_of(counts))


SENTENCE_DEDUP = Comparison(schema=_schema, prepare=_prepare, decide=_decide)
