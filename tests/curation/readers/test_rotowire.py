from pathlib import Path

import orjson
import pytest

from curation.errors import UserError
from curation.table_text.model import table_of_attributes
from tests.curation.readers.instructions import turns

GAME = {
    "home_name": "Harbor",
    "home_city": "Millbrook",
    "vis_name": "Rivermen",
    "vis_city": "Norra",
    "day": "01_09_15",
    "summary": ["The", "Harbor", "beat", "the", "Rivermen", "101", "-", "95", "."],
    "home_line": {"TEAM-PTS": "101", "TEAM-REB": "44"},
    "vis_line": {"TEAM-PTS": "95", "TEAM-REB": "40"},
    "box_score": {
        "PLAYER_NAME": {"0": "Ada Rowan", "1": "Jon Hale"},
        "PTS": {"0": "31", "1": "N/A"},
    },
}


def test_a_game_is_a_table_and_an_article(read_bytes) -> None:
    (row,) = read_bytes("rotowire", orjson.dumps([GAME])).rows
    assert turns([row]) == [
        (
            "<page_title> Norra Rivermen at Millbrook Harbor </page_title> "
            "<section_title> 01_09_15 </section_title> <table> "
            "<row> <cell>  </cell> <cell> TEAM </cell> "
            "<cell> TEAM-PTS <row_header> TEAM </row_header> </cell> "
            "<cell> TEAM-REB <row_header> TEAM </row_header> "
            "<row_header> TEAM-PTS </row_header> </cell> </row> "
            "<row> <cell>  </cell> <cell> Harbor <col_header> TEAM </col_header> </cell> "
            "<cell> 101 <col_header> TEAM-PTS </col_header> <row_header> Harbor </row_header> </cell> "
            "<cell> 44 <col_header> TEAM-REB </col_header> <row_header> Harbor </row_header> </cell> </row> "
            "<row> <cell>  </cell> "
            "<cell> Rivermen <col_header> TEAM </col_header> <col_header> Harbor </col_header> </cell> "
            "<cell> 95 <col_header> TEAM-PTS </col_header> <row_header> Rivermen </row_header> </cell> "
            "<cell> 40 <col_header> TEAM-REB </col_header> "
            "<row_header> Rivermen </row_header> </cell> </row> "
            "<row> <cell> PLAYER_NAME </cell> <cell> PTS "
            "<row_header> PLAYER_NAME </row_header> </cell> </row> "
            "<row> <cell> Ada Rowan <col_header> PLAYER_NAME </col_header> </cell> "
            "<cell> 31 <col_header> PTS </col_header> <row_header> Ada Rowan </row_header> </cell> </row> "
            "<row> "
            "<cell> Jon Hale <col_header> PLAYER_NAME </col_header> "
            "<col_header> Ada Rowan </col_header> </cell> "
            "<cell> N/A <col_header> PTS </col_header> <row_header> Jon Hale </row_header> </cell> </row> "
            "</table>",
            "The Harbor beat the Rivermen 101 - 95 .",
        )
    ]


def test_what_the_record_holds(read_bytes) -> None:
    found = read_bytes(
        "rotowire", orjson.dumps([GAME, {**GAME, "summary": ["Again", "."]}, {**GAME, "day": "x"}])
    )
    first, second, third = (row.record for row in found.rows)
    assert first.attributes["day"] == "01_09_15"
    table = table_of_attributes(first.attributes)
    assert table is not None
    assert (len(table.rows), table.highlighted) == (6, ())
    assert first.split_group == second.split_group != third.split_group
    assert [row.where.line for row in found.rows] == [1, 2, 3]


def test_the_contamination_of_the_published_parts_is_stated(read_bytes) -> None:
    notes = read_bytes("rotowire", orjson.dumps([GAME]), "train.json").notes
    assert "SportSett:Basketball" in notes["train.json: split contamination"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"home_line": None}, "'home_line' is no object"),
        ({"box_score": {"PTS": ["1"]}}, "'box_score' is no object of columns"),
        ({"summary": []}, "'summary' is no list of words"),
        ({"summary": ["a", 1]}, "'summary' is no list of words"),
        ({"day": 3}, "'day' is a number, not text"),
    ],
)
def test_a_game_that_is_none_goes_to_quarantine(read_bytes, changes: dict[str, object], reason: str) -> None:
    found = read_bytes("rotowire", orjson.dumps([{**GAME, **changes}, GAME, 7]))
    assert [row.where.line for row in found.rows] == [2]
    assert [(bad.where.line, bad.error) for bad in found.bad] == [(1, reason), (3, "the item is no object")]


def test_a_figure_that_one_team_lacks_is_not_available(read_bytes) -> None:
    (row,) = read_bytes("rotowire", orjson.dumps([{**GAME, "vis_line": {"TEAM-AST": 7}}])).rows
    table = table_of_attributes(row.record.attributes)
    assert table is not None
    assert [cell.value for cell in table.rows[0]] == ["", "TEAM", "TEAM-PTS", "TEAM-REB", "TEAM-AST"]
    assert [cell.value for cell in table.rows[2]] == ["", "Rivermen", "N/A", "N/A", "7"]


def test_another_file_is_refused(read_bytes) -> None:
    with pytest.raises(UserError, match="no array of games"):
        read_bytes("rotowire", b"{}")


def test_the_published_layout(read) -> None:
    outcome = read("rotowire", Path(__file__).parent / "by_format/rotowire_train.json")
    assert (len(outcome.rows), outcome.bad) == (2, [])
    assert list(outcome.notes) == ["rotowire_train.json: split contamination"]
    first, last = (row.record for row in outcome.rows)
    assert first.messages[0].content.startswith(
        "<page_title> Norra Rivermen at Millbrook Harbor </page_title> "
        "<section_title> 01_09_15 </section_title> "
    )
    assert first.references == last.references == ("The Harbor beat the Rivermen 101 - 95 .",)
    assert [one.attributes["day"] for one in (first, last)] == ["01_09_15", "01_10_15"]
