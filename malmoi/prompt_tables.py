"""What `malmoi prompt` shows to people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from malmoi.curate_rows import visible
from malmoi.curate_tables import print_table, say, table_of

if TYPE_CHECKING:
    from prompting.selection.comparing import Comparison
    from prompting.selection.prompt_file import Prompt

_SHOWN = 200  # characters of a question or a response


def plan_line(figures: Mapping[str, Any]) -> str:
    """Say what calls take, before they are made."""
    left = figures["calls"] - figures["kept"]
    kept = f" ({figures['kept']:,} were made before, {left:,} are left)" if figures["kept"] else ""
    tokens = f"about {figures['prompt_tokens']:,} tokens of prompts"
    if figures["most_reply_tokens"]:
        tokens += f", at most {figures['most_reply_tokens']:,} of replies"
    cost = "" if figures["most_cost"] is None else f" · costs at most {figures['most_cost']:,.4f}"
    return f"{figures['questions']:,} questions · {figures['calls']:,} calls{kept} · {tokens}{cost}"


def show_prompt(prompt: "Prompt") -> None:
    """Print what a prompt is for, its demos, and what its reader should know."""
    for number, demo in enumerate(prompt.demos, 1):
        forced = " [yellow](its label by force)[/]" if demo.forced else ""
        say(f"[cyan]{number}[/] {_short(demo.query)}{forced}")
        say(f"  → {_short(demo.response)}")
        say(f"  [dim]score {demo.score:+.2f}: {_plain(demo.why)}[/]")
    say(f"[dim]{_plain(prompt.instruction)}[/]")
    by = prompt.method if prompt.method == "by hand" else f"by {prompt.method.upper()}"
    of = f" of the answers of {_plain(prompt.model)}" if prompt.model else ""
    say(
        f"{len(prompt.demos):,} demos for {prompt.task}, chosen {by}{of} · "
        f"confidence {prompt.confidence:.2f} · {prompt.calls:,} calls"
    )
    if prompt.dropped:
        counts = ", ".join(f"{name} {count:,}" for name, count in prompt.dropped.items())
        say(f"Left out: {_plain(counts)}")
    for note in prompt.notes:
        say(f"[yellow]{_plain(note)}[/]")


def show_comparison(found: "Comparison", prompt: "Prompt", failed: int) -> None:
    """Print each way to ask beside zero-shot."""
    measure = "ROUGE" if prompt.task == "lfg" else "right"
    table = table_of("way", measure, "versus zero-shot", "95 %", "calls a question", "unread")
    for row in found.rows:
        versus = row.versus
        table.add_row(
            row.way,
            f"{row.score:.3f}",
            "" if versus is None else f"{versus.change:+.3f}",
            "" if versus is None else f"{versus.low:+.3f} … {versus.high:+.3f}",
            f"{row.calls:,}",
            f"{row.unread:,}",
        )
    print_table(table)
    real = [row.way for row in found.rows if row.versus is not None and row.versus.is_real]
    questions = len(found.rows[0].scores)
    told = ", ".join(real) or "none"
    say(f"{questions:,} questions · different from zero-shot beyond chance: {told}")
    if failed:
        say(f"[yellow]The model failed at {failed:,} calls[/]: their questions count as wrong.")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return _plain(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…")


def _plain(text: str) -> str:
    """What a model or another person wrote steers neither a terminal nor our markup."""
    return escape(visible(text))
