"""`malmoi demo`: the whole path on the bundled samples, checked at every step."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from malmoi import console
from malmoi.commands.ask import answer_json, show_answer
from malmoi.commands.options import AsJson
from malmoi.curate_tables import show_report
from malmoi.workspace import Workspace

EXAMPLE = "Example: malmoi demo\n\nNeeds no server, no GPU and no download; it talks to 127.0.0.1 only."


def demo(
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Folder to build in. Default: .malmoi/demo in the workspace."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build a release from the samples, ask it questions, and see the bot answer in a thread."""
    from malmoi import walkthrough

    folder = home or Workspace().home / ".malmoi" / "demo"
    progress = console.progress()
    begun = time.perf_counter()

    def say(title: str) -> None:
        if not as_json:
            console.out.print(f"\n[bold]{title}[/]")

    say("1. 말뭉치를 데이터셋으로 · from sources to a dataset release")
    report = walkthrough.build_release(folder, progress)
    if not as_json:
        show_report(report)

    say("2. 검색 색인 · an index of the release")
    index = walkthrough.build_index(folder, progress)
    if not as_json:
        console.out.print(f"{index['passages']:,} passages in {index['index']} · {index['seconds']:.1f} s")

    say("3. 근거를 밝히는 답 · answers with their sources")
    questions = walkthrough.demo_questions()
    exchanges: list[dict[str, Any]] = []
    for question, answer in walkthrough.ask_all(folder, questions):
        exchanges.append({"question": question.text, **answer_json(answer)})
        if not as_json:
            console.out.print(f"\n[bold cyan]Q.[/] {question.text}", soft_wrap=True)
            show_answer(answer)
        walkthrough.check_answer(question, answer)

    say("4. 슬랙 스레드에서 묻고 답하기 · a question in a Slack thread (local emulator)")
    thread = walkthrough.ask_in_slack(folder, questions[0].text)
    if as_json:
        console.print_json(
            {
                "release": report.as_json(),
                "index": index,
                "answers": exchanges,
                "thread": [{"user": message.user, "text": message.text} for message in thread],
            }
        )
        return
    for message in thread:
        indent = "" if message.is_root else "    ↳ "
        console.out.print(f"{indent}{message.user}: ", style="bold", end="", markup=False)
        console.out.print(message.text, markup=False, soft_wrap=True)
    _show_next_steps(folder, time.perf_counter() - begun)


def _show_next_steps(folder: Path, seconds: float) -> None:
    from malmoi import walkthrough

    index, release = walkthrough.index_of(folder), walkthrough.release_of(folder)
    console.out.print(
        f"\n[bold]다 되었습니다 · done[/] in {seconds:.0f} s. [bold]이제 해 볼 것 · what to try next[/]"
    )
    for command, meaning in (
        ("source .venv/bin/activate", "malmoi를 바로 쓰도록 · puts malmoi on the path"),
        (f'malmoi ask "출장비는 언제까지 정산하나요?" --index {index}', "다른 질문 · another question"),
        (f"xdg-open {release / 'report.html'}", "무엇이 왜 빠졌는지 · what was dropped, and why"),
        (
            "malmoi rag index ~/내문서",
            "내 문서로: 색인한 뒤 malmoi ask · your own documents, then malmoi ask",
        ),
        ("malmoi slack run --help", "진짜 슬랙에 연결 · connect a real Slack"),
        ("malmoi doctor", "무엇이 설치되었나 · what is installed, what is missing"),
    ):
        console.out.print(f"  {command}", markup=False, soft_wrap=True)
        console.out.print(f"      {meaning}", style="dim", markup=False)
