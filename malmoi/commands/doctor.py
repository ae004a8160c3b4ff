"""`malmoi doctor`: what is installed, what is missing, what it costs to have it."""

from dataclasses import asdict

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.inventory import Finding, inspect
from malmoi.workspace import Workspace

EXAMPLE = "Example: malmoi doctor"
MARKS = {"ok": "[green]ok      [/]", "missing": "[red]missing [/]", "optional": "[yellow]optional[/]"}


def doctor(as_json: AsJson = False) -> None:
    """Check this machine: exit 1 when something that the base needs is missing."""
    findings = inspect(Workspace().home)
    missing = [finding for finding in findings if finding.state == "missing"]
    if as_json:
        console.print_json({"ok": not missing, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _show(finding)
        console.out.print(
            "The base is complete." if not missing else f"[red]{len(missing)} things are missing.[/]"
        )
    if missing:
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    console.out.print(f"{MARKS[finding.state]} ", end="")
    console.out.print(f"{finding.name:<16} {finding.detail}", markup=False, soft_wrap=True)
    if finding.fix:
        hint = f"{finding.fix}  ({finding.cost})" if finding.cost else finding.fix
        console.out.print(f"{'':<25} → {hint}", markup=False, soft_wrap=True, style="dim")
