"""RotoWire: statistics of basketball games and articles about them (Wiseman et al. 2017).

https://github.com/harvardnlp/boxscore-data, no licence stated. A JSON array of games: home_line and
vis_line with the teams' figures, box_score with a column of figures by player, summary as tokens. Games
stand in more than one of the published parts, which makes results on them too good; SportSett:Basketball
(Thomson et al. 2020) parts the same games by season.
"""

from collections.abc import Iterator, Mapping

from curation.readers import json_array, json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.records import FileNote, InstructionRecord
from curation.table_text.linearise import Form
from curation.table_text.model import Cell, Table
from curation.table_text.record import TableOptions, table_record
from curation.tasks.spec import task

_GAME = ("day", "home_city", "home_name", "vis_city", "vis_name")


class RotowireOptions(TableOptions):
    """How the figures are written; no cells are marked, so ``full`` is all of them."""

    form: Form | None = "full"


def read(file: SourceFile, options: RotowireOptions) -> Iterator[Item]:
    """Yield the games; the articles on one game form a split group.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """

    def record(game: dict[str, object]) -> InstructionRecord:
        known = {key: json_file.required_text(game, key) for key in _GAME}
        article = " ".join(_words(game))
        group = "|".join(known[key] for key in ("day", "home_name", "vis_name"))
        return table_record(
            task("rotowire"), _table(game, known), (article,), options, group=group, attributes=known
        )

    yield from json_array.rows(file, "games", record)
    yield FileNote(
        file.name,
        "split contamination",
        "games stand in more than one of the published parts; use SportSett:Basketball's split by season, "
        "or split anew with `split`, which keeps a game together",
    )


def _table(game: Mapping[str, object], known: Mapping[str, str]) -> Table:
    """Lay out the players' figures, and the teams' above them and to their right.

    The teams' rows begin with an empty cell as wide as the players' figures: so a header of one block
    stands over no cell of the other.
    """
    lines = {known[f"{side}_name"]: _figures(game, f"{side}_line") for side in ("home", "vis")}
    columns = list(dict.fromkeys(name for line in lines.values() for name in line))
    players = _players(game)
    names = list(dict.fromkeys(name for player in players for name in player if name != "PLAYER_NAME"))
    gap = Cell("", column_span=len(names) + 1)
    rows = [
        (gap, *_header(["TEAM", *columns])),
        *((gap, *_row(team, line, columns)) for team, line in lines.items()),
        _header(["PLAYER_NAME", *names]),
        *(_row(player.get("PLAYER_NAME", ""), player, names) for player in players),
    ]
    title = f"{known['vis_city']} {known['vis_name']} at {known['home_city']} {known['home_name']}"
    return Table(tuple(rows), title, known["day"])


def _words(game: Mapping[str, object]) -> list[str]:
    words = game.get("summary")
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise ValueError("'summary' is no list of words" if "summary" in game else "no 'summary'")
    return words


def _header(names: list[str]) -> tuple[Cell, ...]:
    return tuple(Cell(name, is_header=True) for name in names)


def _row(name: str, figures: Mapping[str, str], columns: list[str]) -> tuple[Cell, ...]:
    return (Cell(name, is_header=True), *(Cell(figures.get(column, "N/A")) for column in columns))


def _figures(game: Mapping[str, object], key: str) -> dict[str, str]:
    line = game.get(key)
    if not isinstance(line, dict):
        raise ValueError(f"{key!r} is no object" if key in game else f"no {key!r}")
    return json_file.scalars(line)


def _players(game: Mapping[str, object]) -> list[dict[str, str]]:
    """Turn the columns of the box score into players, in the order of the first column."""
    score = game.get("box_score")
    if not isinstance(score, dict) or not all(isinstance(column, dict) for column in score.values()):
        raise ValueError("'box_score' is no object of columns" if "box_score" in game else "no 'box_score'")
    columns = {name: json_file.scalars(column) for name, column in score.items()}
    numbers = dict.fromkeys(number for column in columns.values() for number in column)
    return [
        {name: column[number] for name, column in columns.items() if number in column} for number in numbers
    ]


ROTOWIRE = Reader(
    name="rotowire",
    summary="RotoWire: statistics of basketball games, and articles about them",
    options=RotowireOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
