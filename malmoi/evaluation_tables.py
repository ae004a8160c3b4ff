"""What `malmoi eval` shows to people."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
from rich.markup import escape

from curation.atomic import write_bytes
from curation.errors import UserError
from malmoi.curate_tables import print_table, say, table_of

if TYPE_CHECKING:
    from rag.evaluation.answers import AnswersReport, Wrong
    from rag.evaluation.comparison import Difference
    from rag.evaluation.drafts import Draft
    from rag.evaluation.retrieval import RetrievalReport
    from rag.settings import Ranking
    from rag.tuning import Fit, Tuning

_WORST = 5
WRONGS: Final[Mapping["Wrong", str]] = {
    "false_answer": "answered what no source answers",
    "ungrounded": "not in its sources",
    "false_refusal": "refused what a source answers",
    "other_answer": "not the right answer",
    "wrong_citation": "cites other documents",
}


def keep(report: Mapping[str, Any], out: Path | None, render: Callable[[], str], html: Path | None) -> None:
    """Write a measurement, and its page, where the person wants them.

    Raises
    ------
    UserError
        When a place cannot be written.
    """
    if out is not None:
        _write(out, orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if html is not None:
        _write(html, render().encode())


def _write(path: Path, content: bytes) -> None:
    try:
        write_bytes(path, content)
    except OSError as error:
        raise UserError(
            f"The measurement cannot be written: {error.strerror}.",
            where=str(path),
            fix="Name a file in a folder that may be written, and run the command again.",
        ) from error


def say_unchecked(unchecked: int, questions: int) -> None:
    """Say how many questions are drafts that nobody looked at: what they measure is not much."""
    if unchecked:
        say(
            f"[yellow]{unchecked:,} of {questions:,} questions are drafts that nobody checked[/] "
            '("checked": false): read them before you trust these figures.'
        )


def show_retrieval(report: "RetrievalReport") -> None:
    """Print the measures, and the questions that found worst."""
    from rag.evaluation.retrieval import MEASURES

    table = table_of("measure", "mean", text=())
    for name in MEASURES:
        table.add_row(name, f"{report.measure(name):.3f}")
    print_table(table)
    say(
        f"{len(report.questions):,} questions · {report.latency(0.5):.0f} ms at the median, "
        f"{report.latency(0.99):.0f} ms at the 99th percentile"
    )
    if not report.dense:
        say("[yellow]By words alone:[/] vectors took no part.")
    if report.unknown:
        say(
            f"[yellow]{report.unknown:,} relevant ids are not in the index[/]: no search can find them. "
            "Ids are those that `malmoi rag search --json` prints."
        )
    worst = [found for found in report.worst() if found.measures["ndcg@10"] < 1][:_WORST]
    for found in worst:
        place = f"place {found.place}" if found.place else "not among the first ten"
        say(f"  [dim]{place}:[/] {escape(' '.join(found.query.split()))}")


def show_answers(report: "AnswersReport") -> None:
    """Print the measures, what went wrong how often, and the answers with the gravest faults."""
    from rag.evaluation.answers import MEASURES

    table = table_of("measure", "mean", "questions", text=())
    for name in MEASURES:
        value = report.measure(name)
        table.add_row(name, "-" if value is None else f"{value:.3f}", f"{report.count(name):,}")
    print_table(table)
    say(
        f"{len(report.questions):,} questions · {report.first_token(0.5):.0f} ms to the first sentence and "
        f"{report.total(0.5):.0f} ms in all at the median, {report.first_token(0.99):.0f} and "
        f"{report.total(0.99):.0f} ms at the 99th percentile"
    )
    counts = [(what, report.wrong(what)) for what in WRONGS]
    faults = [f"{WRONGS[what]} {count:,}" for what, count in counts if count]
    if faults:
        say(f"[yellow]Wrong:[/] {' · '.join(faults)}")
    if report.failed:
        say(f"[yellow]The model failed at {report.failed:,} questions[/]: they count as they ended.")
    for one in report.worst()[:_WORST]:
        say(f"  [dim]{WRONGS[one.wrongs[0]]}:[/] {escape(' '.join(one.query.split()))}")
        for fault in one.faults[:1]:
            say(f"    {escape(' '.join(fault.split()))}")


def write_drafts(path: Path, drafts: Sequence["Draft"]) -> None:
    """Write drafted questions, one a line.

    Raises
    ------
    UserError
        There is none.
    """
    if not drafts:
        raise UserError(
            "No sentence of the index could be made a question.",
            fix='Write some yourself: a line {"query": "…", "relevant": ["document id"]} for each.',
        )
    write_bytes(path, b"".join(orjson.dumps(draft.as_row()) + b"\n" for draft in drafts))


def show_drafts(drafts: Sequence["Draft"], wanted: int, path: Path) -> None:
    """Print some drafts, how many there are of each kind, and what their reader does next."""
    kinds = Counter(draft.kind for draft in drafts)
    file = escape(str(path))
    for draft in {draft.kind: draft for draft in reversed(drafts)}.values():
        say(f"  [dim]{draft.kind}:[/] {escape(draft.query)}")
    say(
        f"{file}: {len(drafts):,} drafts · " + " · ".join(f"{kind} {kinds[kind]:,}" for kind in sorted(kinds))
    )
    if len(drafts) < wanted:
        say(f"[yellow]Not {wanted:,}:[/] other sentences of the index could not be made a question.")
    say(
        "Now read every line: correct the question, what is relevant and the answer, or delete the line; "
        'then set "checked" to true. '
        f"Next: malmoi eval retrieval --queries {file}; malmoi eval answers --queries {file}"
    )
    say(
        "이제 한 줄씩 읽으십시오. 질문과 정답 문서(relevant), 답(answer)을 바로잡거나 줄을 지우고, 본 줄은 "
        '"checked"를 true로 바꾸십시오. 그다음 위의 두 명령으로 잽니다.'
    )


def show_comparison(differences: Sequence["Difference"]) -> None:
    """Print each difference with its interval, and what it means."""
    table = table_of("measure", "A", "B", "B - A", "95 % interval", "better / worse", "of", text=())
    for found in differences:
        change = f"{found.b - found.a:+.3f}"
        table.add_row(
            found.measure,
            f"{found.a:.3f}",
            f"{found.b:.3f}",
            f"[bold]{change}[/]" if found.is_real else change,
            f"{found.low:+.3f} … {found.high:+.3f}",
            f"{found.better:,} / {found.worse:,}",
            f"{found.questions:,}",
        )
    print_table(table)
    real = [found.measure for found in differences if found.is_real]
    if real:
        say(f"The difference is more than chance in: {', '.join(real)}.")
    else:
        say("These questions do not tell the two apart: every interval holds 0. More questions may.")


def show_tuning(tuning: "Tuning", applied: "Ranking | None", index: Path) -> None:
    """Print the fitted settings beside the present ones, whether they help, and what was done."""
    from rag.tuning import FEWEST, FEWEST_OF_EACH

    present, fitted = tuning.present.model_dump(), tuning.settings(force=True).model_dump()
    table = table_of("setting", "now", "fitted", text=())
    for name, value in present.items():
        table.add_row(name, f"{value:g}", f"{fitted[name]:g}" if fitted[name] != value else "")
    print_table(table)
    _say_fit(tuning.ranking, "ranking", f"{FEWEST} questions with relevant ids")
    _say_fit(tuning.gate, "gate", f"{FEWEST_OF_EACH} answerable and {FEWEST_OF_EACH} unanswerable questions")
    if applied is not None:
        say(
            f"{escape(str(index))} ranks and refuses so from now on."
            if applied != tuning.present
            else "Nothing to apply: the settings stay."
        )
    elif tuning.is_real:
        say("[dim]Nothing was changed. Use the settings with a real gain: the same command with --apply[/]")


def _say_fit(fit: "Fit", name: str, least: str) -> None:
    found = fit.difference
    if found is None:
        say(f"[yellow]The {name} was not fitted:[/] that takes at least {least}.")
        return
    figures = (
        f"{found.measure} {found.a:.3f} → {found.b:.3f} on questions held out "
        f"({found.b - found.a:+.3f}, 95 % interval {found.low:+.3f} … {found.high:+.3f})"
    )
    verdict = "the gain is real" if fit.is_real else "no gain beyond chance: the present settings stay"
    say(f"The {name}: {figures}: {verdict}.")
