"""What `malmoi curate diff` shows to people."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from malmoi import console
from malmoi.curate_rows import visible
from malmoi.curate_tables import print_table, some_of, table_of

if TYPE_CHECKING:
    from curation.inspection.diff import Difference
    from curation.inspection.recipes import Difference as RecipeDifference

_LONG_VALUE = 60
_MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}


def show_difference(difference: "Difference", a: Path, b: Path) -> None:
    """Print what differs, the rows first and then what may be the reason."""
    _say(f"a  {a}")
    _say(f"b  {b}")
    if difference.nothing:
        _say("No difference: the same rows, of the same recipe, files and code.")
        return
    rows = difference.rows
    _say(
        f"{rows['in both']:,} rows are in both, {rows['changed']:,} of them changed; "
        f"{rows['only in a']:,} only in a; {rows['only in b']:,} only in b."
    )
    for title, counts in (
        ("changed in", difference.changed),
        ("rows of a that left: what b did with them", difference.left),
        ("rows new in b: what a did with them", difference.came),
    ):
        _counts(title, counts)
    _both("steps that did something else to changed rows", difference.changed_by)
    if difference.ledger:
        table = table_of("ledger: source", "what", "a", "b", text=("what",))
        for name, pairs in difference.ledger.items():
            for key, pair in pairs.items():
                table.add_row(name, key, *(f"{number:,}" for number in pair))
        _titled(table)
    _reasons(difference)
    if difference.examples:
        _head("some of these rows (malmoi curate explain tells of each)")
    for name, ids in difference.examples.items():
        _say(f"  {name}: {' '.join(identifier[:12] for identifier in ids)}")


def _reasons(difference: "Difference") -> None:
    """Say what differs in how the two were made."""
    if difference.recipe:
        _head("recipe, from a to b")
        for one in difference.recipe:
            _say(f"  {_MARKS[one.how]} {recipe_line(one)}")
    if difference.files:
        _head("files, from a to b")
        for name, changes in difference.files.items():
            for how, paths in changes.items():
                _say(f"  {name}, {how}: {some_of(paths)}")
    if difference.code:
        _head("made by other versions")
        for key, (left, right) in difference.code.items():
            _say(f"  {key} {_value(left)} → {_value(right)}")
    if difference.needs:
        _say("Something that a step needs differs: a model, a secret, an evaluation set, a signature index.")


def recipe_line(one: "RecipeDifference") -> str:
    """Say in a line what differs in one part of a recipe.

    ``hangul_ratio: min 0.3 → 0.5``, ``quality: action tag, …`` for a step that came or went.
    """
    name = {"step": one.name, "recipe": "recipe"}.get(one.part, f"{one.part} {one.name}")
    if one.how in ("added", "removed"):
        place = 0 if one.how == "removed" else 1
        unusual = _unusual(one, place)
        return f"{name}: {unusual}" if unusual else name
    keys = ", ".join(f"{key} {_value(left)} → {_value(right)}" for key, (left, right) in one.keys.items())
    if one.how == "moved":
        places = f" from place {one.places[0]} to {one.places[1]}" if one.places is not None else ""
        return f"{name}: moved{places}{', ' + keys if keys else ''}"
    return f"{name}: {keys}"


def _unusual(one: "RecipeDifference", place: int) -> str:
    """Spell the values of a part that came or went; of a step those that are not the defaults."""
    usual: Mapping[str, Any] = {"except_sources": [], "sources": None}
    if one.part == "step":
        from curation.steps import STEPS

        step = STEPS.get(one.name)
        if step is not None:
            fields = step.params.model_fields
            usual = {
                **usual,
                **{
                    key: _plain(field.get_default(call_default_factory=True)) for key, field in fields.items()
                },
            }
    told = ((key, pair[place]) for key, pair in one.keys.items())
    return ", ".join(
        f"{key} {_value(value)}"
        for key, value in told
        if value not in (None, "", {}) and not (key in usual and usual[key] == value)
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _short("[" + ", ".join(map(str, value)) + "]")
    if isinstance(value, dict):
        return _short("{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items()) + "}")
    return _short(value if value != "" else "''")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONG_VALUE else text[: _LONG_VALUE - 2] + " …"


def _counts(title: str, counts: Mapping[str, int]) -> None:
    if counts:
        table = table_of(title, "rows")
        for name, number in counts.items():
            table.add_row(name, f"{number:,}")
        _titled(table)


def _both(title: str, pairs: Mapping[str, list[int]]) -> None:
    if pairs:
        table = table_of(title, "only in a", "only in b")
        for name, pair in pairs.items():
            table.add_row(name, *(f"{number:,}" for number in pair))
        _titled(table)


def _titled(table: Any) -> None:
    console.out.print()
    print_table(table)


def _head(title: str) -> None:
    console.out.print()
    console.out.print(Text(title, style="bold"))


def _say(text: str) -> None:
    console.out.print(Text(visible(text)), soft_wrap=True)
