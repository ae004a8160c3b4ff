"""The instruction record of a table: its linearisation to read, sentences to write."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from curation.records import InstructionRecord
from curation.table_text.linearise import Form, linearise
from curation.table_text.model import Table, table_attributes
from curation.tasks.spec import TaskOptions, TaskSpec


class TableOptions(TaskOptions):
    """How a table is worded and written: see :func:`curation.table_text.linearise.linearise`.

    Without a ``form`` it is ``subtable`` where cells are marked, else ``full``.
    """

    form: Form | None = None
    metadata: bool = True


def default_form(table: Table) -> Form:
    """The form of a table for which none is chosen: its marked cells where there are any."""
    return "subtable" if table.highlighted else "full"


def table_record(
    spec: TaskSpec,
    table: Table,
    sentences: Sequence[str],
    options: TableOptions,
    *,
    group: str = "",
    attributes: Mapping[str, str] | None = None,
) -> InstructionRecord:
    """Make the record of a table; its attributes hold the table, beside ``attributes``.

    ``sentences`` are the references. Without any, as in a hidden test set, the record ends with the
    question.

    Raises
    ------
    ValueError
        When the table is too large for a text; the message is the reason for quarantine.
    """
    form = options.form or default_form(table)
    record = spec.record(
        {"table": linearise(table, form, metadata=options.metadata)},
        sentences or ("",),
        options,
        group=group,
        attributes={**(attributes or {}), **table_attributes(table)},
    )
    return record if sentences else replace(record, messages=record.messages[:1], references=())
