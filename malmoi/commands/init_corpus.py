"""`malmoi init-corpus`: a folder of unknown files, and a recipe and a card of it to finish."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from malmoi import console
from malmoi.commands.options import AsJson

if TYPE_CHECKING:
    from curation.guessing.folder import LeftOut
    from curation.guessing.guess import Guess, Looked
    from curation.guessing.sources import DraftSource
    from datacards.catalogue import CatalogueCard

EXAMPLE = "Example: malmoi init-corpus downloads/reviews --out drafts"

# Of files that no longer fit into this much, source by source, the SHA-256 is left to `malmoi curate`.
_MOST_HASHED_BYTES = 256 * 1024 * 1024


def init_corpus(
    folder: Annotated[Path, typer.Argument(help="Folder with files of any kind.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Folder for the recipe and the card.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Write over a recipe and a card of before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Guess which readers take the files of a folder; write a recipe and a card to be finished."""
    from curation.errors import UserError
    from curation.guessing.card_draft import render_card
    from curation.guessing.recipe_draft import render_recipe
    from curation.guessing.sources import slug
    from datacards.catalogue import load
    from malmoi.curate_tables import say

    begun = time.monotonic()
    title = _title(folder)
    name = slug(title) or "corpus"
    recipe, card = out / f"{name}.yaml", out / f"{name}.md"
    _refuse_to_replace(recipe, card, force)
    cards = load()
    looked, sources, left_out = _look(folder, name, (recipe, card), cards)
    hashes = _hashes(folder, sources)
    if sources:
        _write(
            {
                recipe: render_recipe(name, title, sources, left_out, _catalogue(sources, cards)),
                card: render_card(title, sources, left_out, hashes),
            }
        )
    if as_json:
        written = {"recipe": str(recipe) if sources else None, "card": str(card) if sources else None}
        told = _as_json(sources, looked, left_out, hashes)
        console.print_json({**written, **told, "seconds": round(time.monotonic() - begun, 3)})
        if not sources:
            raise typer.Exit(1)
        return
    _show(sources, left_out)
    if not sources:
        raise UserError(
            "No reader takes any file of this folder.",
            where=str(folder),
            fix="Write a recipe by hand (docs/recipes.md), with `csv` or `jsonl` and their options.",
        )
    say(f"\nFinish {recipe} and {card}; then:")
    say(f"  malmoi curate {recipe} --data {folder} --out releases/{name}")


def _look(
    folder: Path, name: str, mine: tuple[Path, Path], cards: "Sequence[CatalogueCard]"
) -> "tuple[list[Looked], list[DraftSource], list[LeftOut]]":
    from curation.guessing.folder import LeftOut, find, look_through
    from curation.guessing.licences import catalogued, read_papers
    from curation.guessing.sources import group

    progress = console.progress()
    found = find(folder, progress, mine)
    with tempfile.TemporaryDirectory(prefix="malmoi-") as scratch:
        looked = look_through(found.files, Path(scratch), progress)
    left_out = [
        *(LeftOut(one.name, _why(one)) for one in looked if one.best is None),
        *found.left_out,
        *(LeftOut(paper.name, "about the data, not of it") for paper in found.papers),
    ]
    papers = read_papers(found.papers)
    return looked, group(found, looked, papers, name, catalogued(cards)), left_out


def _write(drafts: Mapping[Path, str]) -> None:
    from curation.atomic import write_text
    from curation.errors import UserError

    for path, text in drafts.items():
        try:
            write_text(path, text)
        except OSError as error:
            raise UserError(
                f"The draft cannot be written: {error.strerror}.", where=str(path), fix="Give another --out."
            ) from error


def _title(folder: Path) -> str:
    from curation.errors import ConfigurationError

    if not folder.is_dir():
        raise ConfigurationError(
            "there is no such folder", where=str(folder), fix="give the folder that holds the files"
        )
    return folder.resolve().name or "corpus"


def _refuse_to_replace(recipe: Path, card: Path, force: bool) -> None:
    from curation.errors import ConfigurationError

    there = next((path for path in (recipe, card) if path.exists()), None)
    if there is not None and not force:
        raise ConfigurationError(
            "there is a file already", where=str(there), fix="give --out FOLDER, or --force to replace it"
        )


def _why(one: "Looked") -> str:
    if not one.guesses:
        return one.why
    perhaps = ", ".join(guess.reader for guess in one.guesses)
    return f"{one.why}; perhaps {perhaps}"


def _catalogue(sources: "Sequence[DraftSource]", cards: "Sequence[CatalogueCard]") -> dict[str, list[str]]:
    """What the catalogue has on corpora that the readers read, in a line for each."""
    readers = {source.reader for source in sources}
    known: dict[str, list[str]] = {}
    for card in cards:
        for reader in readers & set(card.readers):
            known.setdefault(reader, []).append(
                f"if this is {card.name}, its licence is {card.licence}: malmoi cards show {card.id}"
            )
    # A reader of many corpora says nothing about which of them this is.
    return {reader: lines for reader, lines in known.items() if len(lines) <= 3}


def _hashes(folder: Path, sources: "Sequence[DraftSource]") -> dict[str, str]:
    from curation.checkpoints import sha256_of

    left = _MOST_HASHED_BYTES
    found = {}
    files = [one for source in sources for one in source.files]
    with console.progress().task(
        "hash the files", min(left, sum(one.bytes for one in files)), "B"
    ) as advance:
        for one in files:
            if one.bytes <= left:
                found[one.name] = sha256_of(folder / one.name)
                left -= one.bytes
                advance(one.bytes)
    return found


def _as_json(
    sources: "Sequence[DraftSource]",
    looked: "Sequence[Looked]",
    left_out: "Sequence[LeftOut]",
    hashes: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "sources": [
            {
                "name": source.name,
                "reader": source.reader,
                "options": source.guess.options,
                "paths": source.paths,
                "split": source.split,
                "level": source.guess.level,
                "evidence": source.guess.evidence,
                "labels": source.guess.labels,
                "rows": source.rows,
                "known": source.known,
                "bytes": source.bytes,
                "languages": dict(source.languages),
                "licence": source.licence,
                "said": [{"file": one.file, "quote": one.quote} for one in source.said],
            }
            for source in sources
        ],
        "files": [
            {
                "name": one.name,
                "bytes": one.bytes,
                "sha256": hashes.get(one.name),
                "shape": one.shape,
                "rows": one.rows,
                "known": one.known,
                "guesses": [_guess_as_json(guess) for guess in one.guesses],
            }
            for one in looked
        ],
        "left_out": [{"name": one.name, "why": one.why} for one in left_out],
    }


def _guess_as_json(guess: "Guess") -> dict[str, Any]:
    return {
        "reader": guess.reader,
        "options": guess.options,
        "level": guess.level,
        "evidence": guess.evidence,
    }


def _show(sources: "Sequence[DraftSource]", left_out: "Sequence[LeftOut]") -> None:
    from rich.markup import escape

    from malmoi.curate_tables import print_table, say, some_of, table_of

    if sources:
        table = table_of(
            "source", "reader", "how sure", "files", "rows", "licence", text=("reader", "how sure", "licence")
        )
        for source in sources:
            files = f"{len(source.files):,}" if source.files else "folder"
            table.add_row(
                source.name,
                source.reader,
                source.guess.level,
                files,
                source.rows_in_words,
                escape(source.licence),
            )
        print_table(table)
    for source in sources:
        say(f"\n[bold]{source.name}[/]: {escape(some_of(source.paths))}")
        for fact in source.guess.evidence:
            say(f"  {escape(' '.join(fact.split()))}")
    if left_out:
        say("\n[bold]in no source[/]")
        for one in left_out:
            say(f"  {escape(one.name)}: {escape(' '.join(one.why.split()))}")
