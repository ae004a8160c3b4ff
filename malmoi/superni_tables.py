"""What `malmoi superni` shows to people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from malmoi import console
from malmoi.curate_tables import print_table, say, table_of

if TYPE_CHECKING:
    from curation.superni.schema import Fault

_MOST_VALUES = 12
_MOST_FAULTS = 20
_FIGURES = {
    "tasks": "tasks",
    "instances": "instances",
    "instances_per_task": "instances a task",
    "non_english_tasks": "non-English tasks",
    "words_per_definition": "words a definition",
    "positive_examples_per_task": "positive examples a task",
    "negative_examples_per_task": "negative examples a task",
    "contributors": "contributors",
    "sources": "sources",
}


def show_statistics(figures: Mapping[str, Any], faults: "Sequence[Fault]") -> None:
    """Print the figures, the commonest languages, categories, domains and licences, and the faults."""
    table = table_of("", "")
    for key, name in _FIGURES.items():
        table.add_row(name, f"{figures[key]:,}")
    print_table(table)
    for key in ("languages", "categories", "domains", "licences"):
        _show_counts(key, figures[key])
    if faults:
        console.out.print()
        table = table_of("file", "field", "fault", "fix", text=("field", "fault", "fix"))
        for fault in faults[:_MOST_FAULTS]:
            table.add_row(*(escape(part) for part in (fault.file, fault.field, fault.fault, fault.fix)))
        print_table(table)
        if len(faults) > _MOST_FAULTS:
            say(f"… and {len(faults) - _MOST_FAULTS:,} more faults: --json has all.")


def _show_counts(name: str, counts: Mapping[str, int]) -> None:
    console.out.print()
    table = table_of(name, "tasks")
    for value, count in list(counts.items())[:_MOST_VALUES]:
        table.add_row(escape(value), f"{count:,}")
    if len(counts) > _MOST_VALUES:
        table.add_row(f"{len(counts) - _MOST_VALUES:,} others", "")
    print_table(table)


def show_tasks(found: Sequence[Mapping[str, Any]]) -> None:
    """Print the tasks that were chosen, one a row."""
    with_part = any(one["part"] for one in found)
    names = ("task", "category", "input", "output", "licence", *(("part",) if with_part else ()))
    table = table_of(*names, "instances", text=names)
    for one in found:
        keys = ("categories", "input_language", "output_language", "licence")
        shown = [one["name"], *(", ".join(one[key]) for key in keys)]
        shown += [one["part"] or ""] if with_part else []
        table.add_row(*map(escape, shown), f"{one['instances']:,}")
    print_table(table)


def show_encoded(written: Mapping[str, Any]) -> None:
    """Say what was written, and by what its length was counted."""
    say(
        f"{written['rows']:,} rows of {written['tasks']:,} tasks: {escape(written['out'])} "
        f"· encoding {written['encoding']}"
    )
    counted = {"whitespace": "words, not a model's tokens", "bytes": "bytes, not a model's tokens"}
    unit = counted.get(written["tokenizer"], f"tokens of {escape(written['tokenizer'])}")
    say(
        f"At most {written['most_tokens']:,} {unit}: {written['rows_without_some_examples']:,} rows without "
        f"some examples, {written['rows_cut']:,} cut."
    )


def show_scores(result: Mapping[str, Any]) -> None:
    """Print the scores by category, with the metric that the paper reports for it, and over all."""
    table = table_of("category", "instances", "ROUGE-L", "exact match", "reported", text=("reported",))
    for name, one in result["categories"].items():
        metric = "exact match" if one["metric"] == "exact_match" else "ROUGE-L"
        table.add_row(escape(name), *_scores(one), metric)
    table.add_row("all", *_scores(result), "")
    print_table(table)
    say(f"ROUGE-L over tokens of kind {result['tokens']}; the first 100 instances of each task.")
    if result["missing"]:
        say(f"{result['missing']:,} instances have no prediction and count as empty ones.")
    if result["unused"]:
        say(f"{result['unused']:,} predictions are for no instance that was scored.")


def _scores(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return f"{one['instances']:,}", f"{one['rouge_l']:.2f}", f"{one['exact_match']:.2f}"


def show_exported(written: Mapping[str, Any]) -> None:
    """Print the tasks that were made, and what became of the rows."""
    table = table_of("task", "rows", "instances", "merged", "as examples", "over the limit")
    for one in written["tasks"]:
        counts = (one[key] for key in ("rows", "instances", "merged", "examples", "over_limit"))
        table.add_row(one["task"], *(f"{number:,}" for number in counts))
    print_table(table)
    say(f"{len(written['tasks'])} task files in {escape(written['out'])}")
    if written["quarantined"]:
        say(f"{written['quarantined']:,} rows could not be read; `malmoi curate` says why.")


def say_faults(number: int) -> None:
    """Point to the faults of task files, when there are some."""
    if number:
        say(f"{number:,} faults in the task files: malmoi superni stats names them.")
