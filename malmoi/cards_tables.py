"""What `malmoi cards` shows to people."""

from collections.abc import Sequence

from rich.markup import escape

from datacards.catalogue import CatalogueCard
from datacards.checks import Fault
from datacards.history import CrossTable
from malmoi import console
from malmoi.curate_tables import print_table, say, table_of


def show_list(cards: Sequence[CatalogueCard]) -> None:
    """Print cards, one a line."""
    table = table_of("card", "year", "use", "licence", "access", text=("use", "licence", "access"))
    for card in cards:
        table.add_row(card.id, str(card.year), escape(card.use), escape(card.licence), card.access.kind)
    print_table(table)
    say(f"{len(cards):,} card{'s' if len(cards) != 1 else ''}. More of one: malmoi cards show CARD")


def show_card(card: CatalogueCard) -> None:
    """Print one card."""
    fields = card.model_dump(mode="json", exclude={"body", "allows", "access", "listed", "problems", "links"})
    allowed = ", ".join(
        f"{clause} {getattr(card.allows, clause)}"
        for clause in ("commercial", "redistribution", "modification")
    )
    fields |= {
        "allows": f"{allowed} (by {card.allows.by})",
        "access": f"{card.access.kind}: {card.access.how}",
        "from abroad": card.access.abroad,
    }
    for name, value in fields.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        _line(name.replace("_", " "), shown if shown != "" else "none")
    for name, values in (("link", card.links), ("problem", card.problems)):
        for value in [values] if isinstance(values, str) else values:
            _line(name, value)
    say("")
    say(escape(card.body.partition("\n")[2].strip()))


def _line(name: str, value: object) -> None:
    console.out.print(f"[dim]{name:<14}[/] {escape(str(value))}", soft_wrap=True)


def show_faults(cards: int, faults: Sequence[Fault]) -> None:
    """Print each fault with what to do about it."""
    for fault in faults:
        console.out.print(
            f"[bold]{escape(fault.card)}[/]  {escape(fault.field)}: {escape(fault.fault)}", soft_wrap=True
        )
        console.out.print(f"  [dim]fix:[/] {escape(fault.fix)}", soft_wrap=True)
    checked = "1 card" if cards == 1 else f"{cards:,} cards"
    counted = {0: "no fault", 1: "1 fault"}.get(len(faults), f"{len(faults):,} faults")
    say(f"{checked} checked, {counted}")


def show_cross(table: CrossTable, first: str) -> None:
    """Print counts by two properties, with their sums."""
    shown = table_of(first, *table.columns, "all")
    for row, counts in zip(table.rows, table.counts, strict=True):
        shown.add_row(escape(row), *(f"{number or ''}" for number in counts), str(sum(counts)))
    sums = [sum(column) for column in zip(*table.counts, strict=True)]
    shown.add_row("all", *map(str, sums), str(sum(sums)))
    print_table(shown)
