"""Runs every benchmark, one after the other, and writes one page and one JSON file of all figures.

Each is a process of its own with a limit of time; what fails is told and stops nothing. Results are kept:
the same command goes on where it was interrupted, and measures again only what changed (the script, malmoi's
code, a package, the machine) or failed. The page is written after each of them.

Usage: python benchmarks/all.py [--quick] [--only rag/scale.py …] [--again] [--out FOLDER] [--minutes N]
       [--list] [--json]
"""

import argparse
import signal
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import orjson
from collecting import machine_facts
from collecting.identity import key_of
from collecting.kept import Kept
from collecting.machine_facts import Facts
from collecting.page import BROKEN, render
from collecting.running import Result, command_of, judged, run
from collecting.scripts import QUICK, SCRIPTS, Script

from curation.atomic import write_bytes, write_text
from curation.errors import ConfigurationError, UserError
from malmoi import console

PROJECT = Path(__file__).parents[1]
OUT = PROJECT / "build" / "benchmarks"
INTERRUPTED = 130


@dataclass(frozen=True)
class Wish:
    """What is wanted of a run."""

    quick: bool
    only: tuple[str, ...]
    again: bool
    minutes: float | None
    out: Path

    def wants(self, script: Script) -> bool:
        return not self.only or script.path in self.only


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="a first look: short runs, no verdicts")
    options.add_argument("--only", nargs="+", default=[], metavar="SCRIPT", help="paths under benchmarks/")
    options.add_argument("--again", action="store_true", help="measure also what is kept")
    options.add_argument("--minutes", type=float, help="the most for one script, instead of its own limit")
    options.add_argument("--out", type=Path, help="default: build/benchmarks/full, or quick")
    options.add_argument("--list", action="store_true", help="print the benchmarks and end")
    options.add_argument("--json", action="store_true", help="one JSON object on stdout")
    given = options.parse_args()
    # Asked to end is interrupted: what runs is ended with it, and what was measured stays.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if given.list:
            listed()
            return
        out = given.out or OUT / ("quick" if given.quick else "full")
        wish = Wish(given.quick, tuple(map(checked, given.only)), given.again, given.minutes, out)
        sys.exit(collected(wish, as_json=given.json))
    except UserError as error:
        console.print_error(error, as_json=given.json)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)


def listed() -> None:
    for script in SCRIPTS:
        quick = "left out" if script.quick is None else " ".join(script.quick) or "as it is"
        console.out.print(f"{script.path}  [dim]--quick: {quick}[/]", soft_wrap=True)


def checked(path: str) -> str:
    """Give the path under benchmarks/ of a script that was named."""
    wanted = path.removeprefix("benchmarks/")
    if wanted not in {script.path for script in SCRIPTS}:
        raise ConfigurationError(
            f"There is no benchmark '{path}'.",
            where="--only",
            fix="`python benchmarks/all.py --list` names them.",
        )
    return wanted


def collected(wish: Wish, *, as_json: bool) -> int:
    """Run what is to be run; give the exit code."""
    facts = machine_facts.facts(PROJECT)
    kept = Kept(wish.out)
    with kept.held():
        results = {script.path: before(script, wish, kept, facts) for script in SCRIPTS}
        write(kept, results, wish, facts)
        waiting = [script for script in SCRIPTS if results[script.path].status == "waiting"]
        try:
            for number, script in enumerate(waiting, 1):
                console.err.print(f"[dim]{number}/{len(waiting)}[/] {script.path}")
                result = measured(script, wish, kept, facts)
                results[script.path] = result
                console.err.print(f"      {spoken(result)}", markup=False, soft_wrap=True)
                kept.keep(script, result)
                write(kept, results, wish, facts)
        except KeyboardInterrupt:
            console.err.print("Interrupted; the same command goes on.")
            return INTERRUPTED
    if as_json:
        console.print_json(summary(kept, results))
    else:
        console.out.print(f"{page_of(kept)}\n{json_of(kept)}", soft_wrap=True)
    return 1 if is_bad(results.values(), quick=wish.quick) else 0


def before(script: Script, wish: Wish, kept: Kept, facts: Facts) -> Result:
    """Say how things stand with a script before this run: kept, left out or waiting."""
    arguments = script.arguments(quick=wish.quick)
    if arguments is None:
        return Result(script.path, "left_out", reason="it has no short form: run it without --quick")
    held = kept.take(script, key_of(script, arguments, facts))
    if held is not None and not (wish.again and wish.wants(script)):
        return held
    if not wish.wants(script):
        return Result(script.path, "left_out", reason="not among those of --only")
    return Result(script.path, "waiting", arguments)


def measured(script: Script, wish: Wish, kept: Kept, facts: Facts) -> Result:
    """Run a script and say how it went."""
    arguments = script.arguments(quick=wish.quick)
    assert arguments is not None
    key = key_of(script, arguments, facts)  # now: code may have changed since the run began
    minutes = wish.minutes or (QUICK if wish.quick else script.minutes)
    begun, load = datetime.now(UTC), machine_facts.busy()
    printed, log = kept.printed(script), kept.log(script)
    ended = run(command_of(script.file, arguments), PROJECT, printed, log, minutes * 60)
    complaints = log.read_text(encoding="utf-8", errors="replace")
    status, reason, output = judged(ended, printed.read_bytes(), complaints)
    result = Result(script.path, status, arguments, key, reason, round(ended.seconds, 1), output=output)
    return replace(result, begun=begun.isoformat(timespec="seconds"), load_before=load)


def write(kept: Kept, results: dict[str, Result], wish: Wish, facts: Facts) -> None:
    """Write the page and the JSON file of what is known so far."""
    found = list(results.values())
    when = datetime.now(UTC).isoformat(timespec="minutes")
    write_text(page_of(kept), render(found, facts, quick=wish.quick, when=when))
    whole = {
        "quick": wish.quick,
        "written": when,
        "machine": asdict(facts),
        "benchmarks": [asdict(one) for one in found],
    }
    write_bytes(json_of(kept), orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def page_of(kept: Kept) -> Path:
    return kept.folder / "benchmarks.html"


def json_of(kept: Kept) -> Path:
    return kept.folder / "benchmarks.json"


def summary(kept: Kept, results: dict[str, Result]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for result in results.values():
        counts[result.status] = counts.get(result.status, 0) + 1
    missed = [
        f"{result.script}: {figure.name}"
        for result in results.values()
        for figure in (result.told.figures if result.told else ())
        if figure.passed is False
    ]
    return {"page": str(page_of(kept)), "json": str(json_of(kept)), "counts": counts, "missed": missed}


def is_bad(results: Iterable[Result], *, quick: bool) -> bool:
    """Whether something failed, or missed its limit in a full run."""
    return any(
        result.status in BROKEN
        or (not quick and result.told and any(one.passed is False for one in result.told.figures))
        for result in results
    )


def spoken(result: Result) -> str:
    if result.told is None:
        return f"{result.status}: {result.reason} ({result.seconds:,.0f} s)"
    first = result.told.figures[0]
    ratio = "" if first.ratio is None else f", {first.ratio:.3g} × the best peer"
    return f"{first.ours:,.4g} {first.unit}{ratio} ({result.seconds:,.0f} s)"


if __name__ == "__main__":
    main()
