"""From a configuration to the rows that a trainer takes: gathered, checked, tokenised once, kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

import chat.chat_template
from curation.checkpoints import key_of, once, sha256_of
from curation.errors import UserError
from curation.progress import Progress
from training import config
from training.data.gathering import Gathered, evaluated_rows, gather
from training.data.masks import NOT_LEARNED, Masks
from training.data.report import DataReport
from training.data.tokenising import (
    Tokenised,
    lengths_of,
    table_of,
    tokenise,
    tokens_per_hangul_syllable,
)

if TYPE_CHECKING:
    from datasets import Dataset

_PARTS: Final = ("train", "validation")
_MOST_UNREADABLE: Final = 0.1
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows for a trainer, the examples behind them, and what is known about them.

    Rows have ``input_ids`` and ``labels``, packed ones also ``seq_lengths``; `Collator` makes batches of
    them.
    ``gathered`` is without what was left out because it leaked.
    """

    train: "Dataset"
    validation: "Dataset"
    gathered: Gathered
    report: DataReport


def prepare(given: config.TrainConfig, tokenizer: Any, folder: Path | None, progress: Progress) -> Prepared:
    """Prepare the data of a run; equal configuration, data and tokenizer give equal rows.

    With ``folder``, token ids are kept there under a key of all that decides them, and taken from
    there when every byte is still as it was. Faults of the data are in the report:
    ``report.require()`` raises them.

    Raises
    ------
    ConfigurationError
        When a part of the data is not there, or the template cannot be trained with.
    UserError
        When a file cannot be read, or ``folder`` cannot be written.
    """
    evaluated, hashes = evaluated_rows(given.eval)
    gathered = gather(given.data, given.train.seed, evaluated)

    def made() -> tuple[list[pa.Table], DataReport]:
        return _made(given, tokenizer, gathered, progress)

    if folder is None:
        tables, report = made()
        train, validation = (_in_memory(table) for table in tables)
    else:
        key = _key(given, tokenizer, gathered, hashes)
        try:
            kept = once(folder, key, lambda draft: _written(draft, made))
        except OSError as error:
            raise UserError(
                f"The prepared rows cannot be written: {error.strerror or error}",
                where=str(folder),
                fix="Make room or permit writing there, and run again.",
            ) from error
        report = DataReport(**kept.facts)
        train, validation = (_on_disk(kept.folder / f"{part}.arrow") for part in _PARTS)
    return Prepared(train, validation, gathered, report)


def _made(
    given: config.TrainConfig, tokenizer: Any, gathered: Gathered, progress: Progress
) -> tuple[list[pa.Table], DataReport]:
    masks = Masks(tokenizer)
    learned = [*gathered.train, *gathered.replay]
    with progress.task("tokenise", len(learned) + len(gathered.validation), "rows") as advance:
        parts = [tokenise(masks, part, given.data, advance) for part in (learned, gathered.validation)]
    tables = [table_of(part.rows, given.data, given.train.seed) for part in parts]
    train, validation = parts
    report = DataReport(
        rows={
            "train": len(gathered.train),
            "replay": len(gathered.replay),
            "validation": len(gathered.validation),
            "test": len(gathered.test),
        },
        dropped=dict(sorted((train.dropped + validation.dropped).items())),
        truncated=train.truncated + validation.truncated,
        tokens=sum(train.lengths),
        learned_tokens=sum(int((row.labels != NOT_LEARNED).sum()) for row in train.rows),
        sequences=tables[0].num_rows,
        tokens_per_hangul_syllable=tokens_per_hangul_syllable(tokenizer, learned),
        lengths=lengths_of(train.lengths),
        leaked=gathered.leaked,
        all_masked=train.all_masked + validation.all_masked,
        empty_answers=train.empty_answers + validation.empty_answers,
    )
    report.faults += _faults(given.data, gathered, parts)
    report.notes += [*gathered.notes, *_notes(gathered, parts, report)]
    return tables, report


def _faults(data: config.Data, gathered: Gathered, parts: list[Tokenised]) -> list[str]:
    faults = []
    too_long = [row for part in parts for row in part.too_long]
    if too_long:
        row, longest = max(too_long, key=lambda row: row[1])
        faults.append(
            f"{len(too_long):,} rows have more than data.max_length = {data.max_length:,} tokens, "
            f"the longest {longest:,} (row {row}): raise it, or set data.long_rows to drop or truncate"
        )
    elif not parts[0].rows:
        faults.append("no row is left to learn from")
    read = sum(source["rows"] for source in gathered.sources)
    if len(gathered.bad) > _MOST_UNREADABLE * (read + len(gathered.bad)):
        faults.append(
            f"{len(gathered.bad):,} of {read + len(gathered.bad):,} rows cannot be read, "
            f"for example {gathered.bad[0]}"
        )
    return faults


def _notes(gathered: Gathered, parts: list[Tokenised], report: DataReport) -> list[str]:
    refusals = [text for part in parts for text in part.refusals]
    passed_over = sum(part.passed_over for part in parts)
    notes = [f"not read: {text}" for text in gathered.bad[:_SHOWN]]
    if len(gathered.bad) > _SHOWN:
        notes.append(f"not read: {len(gathered.bad) - _SHOWN:,} rows more")
    counted = {
        "rows stand in what is held back, and are left out": report.leaked,
        "rows have an empty answer, and are left out": report.empty_answers,
        "rows are cut before their answer begins, and are left out": report.all_masked,
        "rows are cut to data.max_length: their answers do not end": report.truncated,
        "earlier answers are not learned: the template writes them otherwise later on": passed_over,
    }
    notes += [f"{count:,} {what}" for what, count in counted.items() if count]
    if refusals:
        notes.append(f"{len(refusals):,} rows cannot be encoded, for example {refusals[0]}")
    return notes


def _key(given: config.TrainConfig, tokenizer: Any, gathered: Gathered, hashes: list[str]) -> str:
    return key_of(
        given.data.model_dump(mode="json"),
        given.eval.model_dump(mode="json", include={"general", "superni"}),
        given.train.seed,
        [source["sha256"] for source in gathered.sources],
        hashes,
        _tokenizer_key(tokenizer),
        _code_key(),
    )


def _tokenizer_key(tokenizer: Any) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    spelled = sorted(tokenizer.get_vocab().items()) if backend is None else backend.to_str()
    return key_of(spelled, tokenizer.chat_template, tokenizer.special_tokens_map)


def _code_key() -> str:
    sources = [*sorted(Path(__file__).parent.glob("*.py")), Path(chat.chat_template.__file__)]
    libraries = [version(name) for name in ("transformers", "tokenizers", "jinja2")]
    return key_of([sha256_of(path) for path in sources], libraries)


def _written(draft: Path, made: Callable[[], tuple[list[pa.Table], DataReport]]) -> Mapping[str, Any]:
    tables, report = made()
    for part, table in zip(_PARTS, tables, strict=True):
        # `datasets` maps files of this kind to memory as they are.
        with (
            pa.OSFile(str(draft / f"{part}.arrow"), "wb") as sink,
            pa.ipc.new_stream(sink, table.schema) as out,
        ):
            out.write_table(table)
    return report.as_json()


def _in_memory(table: pa.Table) -> "Dataset":
    from datasets import Dataset  # noqa: PLC0415 - takes a second
    from datasets.table import InMemoryTable  # noqa: PLC0415

    return Dataset(InMemoryTable(table))


def _on_disk(path: Path) -> "Dataset":
    from datasets import Dataset  # noqa: PLC0415 - takes a second

    return Dataset.from_file(str(path))
