"""`malmoi tables` as a person and a program use it."""

from pathlib import Path

import pytest

from tests.malmoi.command import malmoi_here as malmoi

BY_FORMAT = Path(__file__).parents[1] / "curation/readers/by_format"
TOTTO = BY_FORMAT / "totto_dev.jsonl"
BRANCHES = BY_FORMAT / "branches.csv"
MARKED = ("--cells", "C3", "--header-columns", "1", "--title", "지점별 매출")


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    path = tmp_path / "sentences.txt"
    path.write_text(
        "Harbour Lights released Low Tide in 2011.\nJon Hale played 13 times in 1990–91.\n", encoding="utf-8"
    )
    return path


def test_linearise_gives_all_four_forms_to_programs(tmp_path: Path) -> None:
    (only,) = malmoi("tables", "linearise", BRANCHES, *MARKED, "--json", home=tmp_path).json["tables"]
    item = "<cell> 1,240 <col_header> 3월 (만 원) </col_header> <row_header> 부산점 </row_header> </cell>"
    assert only["subtable_str"] == f"<table> {item} </table>"
    assert only["subtable_metadata_str"] == (
        f"<page_title> 지점별 매출 </page_title> <table> {item} </table>"
    )
    assert only["full_table_str"].startswith("<table> <row> <cell> 지점 </cell>")
    assert (only["file"], only["line"]) == ("branches.csv", 1)


def test_linearise_prints_a_line_a_table(tmp_path: Path) -> None:
    shown = malmoi("tables", "linearise", TOTTO, "--no-titles", home=tmp_path).out.splitlines()
    assert shown == [
        "<table> <cell> 2011 <col_header> Year </col_header> </cell> "
        "<cell> Low Tide <col_header> Title </col_header> </cell> </table>",
        "<table> <cell> 1990–91 <col_header> Season </col_header> </cell> "
        "<cell> 31 <col_header> Apps </col_header> <row_header> 1990–91 </row_header> </cell> </table>",
    ]
    full = malmoi("tables", "linearise", TOTTO, "--form", "full", home=tmp_path).out.splitlines()
    assert full[0].startswith("<page_title> Harbour Lights (band) </page_title> ")
    assert "<highlighted_cell> Low Tide" in full[0]


@pytest.mark.parametrize("wanted", [("--form", "full"), ("--json",)])
def test_a_text_too_long_is_refused_at_once(tmp_path: Path, wanted: tuple[str, ...]) -> None:
    (tmp_path / "long.csv").write_text("h,v\n" * 2300, encoding="utf-8")
    marked = ("long.csv", "--cells", "B2300", "--header-columns", "1")
    only = malmoi("tables", "linearise", *marked, home=tmp_path).out
    assert only.count("<cell>") == 1
    refused = malmoi("tables", "linearise", *marked, *wanted, home=tmp_path)
    assert refused.code != 0
    assert "a text of 4,600 cells with 2,301 headers would be too long" in refused.err
    assert "long.csv:1" in refused.err


def test_score(tmp_path: Path, sentences: Path) -> None:
    found = malmoi("tables", "score", sentences, TOTTO, "--json", home=tmp_path).json
    assert (found["examples"], found["comparing"]) == (2, "words")
    assert set(found["parent"]) == {"precision", "recall", "f"}
    assert found["subsets"]["overlap"]["bleu"]["score"] == pytest.approx(100)
    assert found["bleu"]["score"] < 100
    shown = malmoi("tables", "score", sentences, TOTTO, "--compare", "characters", home=tmp_path).out
    assert "compared by characters · BLEU nrefs:3|case:mixed|eff:no|tok:char" in shown
    assert [line.split()[0] for line in shown.splitlines()[1:4]] == ["all", "overlap", "nonoverlap"]


def test_check_flags_what_the_table_does_not_say(tmp_path: Path, sentences: Path) -> None:
    found = malmoi("tables", "check", TOTTO, "--sentences", sentences, "--json", home=tmp_path).json
    assert (found["sentences"], found["flagged"]) == (2, 1)
    assert found["found"][1]["unsupported"] == [{"kind": "number", "text": "13", "start": 16, "end": 18}]
    shown = malmoi("tables", "check", TOTTO, "--sentences", sentences, home=tmp_path).out
    assert "totto_dev.jsonl:2: Jon Hale played 13 times" in shown
    assert "  not in the table: number 13\n" in shown
    assert shown.endswith("1 of 2 sentences say what the table does not.\n")


def test_check_takes_the_references_where_no_sentences_are_given(tmp_path: Path) -> None:
    found = malmoi("tables", "check", TOTTO, "--json", home=tmp_path).json
    assert (found["sentences"], found["flagged"]) == (3, 0)


@pytest.mark.parametrize(
    ("sentence", "flagged"),
    [
        ("부산점의 3월 매출은 1,240만 원이다.", []),
        ("서울점의 3월 매출은 1,420만 원이다.", ["서울", "1,420만"]),
    ],
)
def test_check_one_sentence_about_a_table_of_one_s_own(
    tmp_path: Path, sentence: str, flagged: list[str]
) -> None:
    command = ("tables", "check", BRANCHES, *MARKED, "--sentence", sentence, "--json")
    (only,) = malmoi(*command, home=tmp_path).json["found"]
    assert [one["text"] for one in only["unsupported"]] == flagged


@pytest.mark.parametrize(
    ("command", "code", "what"),
    [
        (("check", BRANCHES), 2, "There are no sentences to check."),
        (("check", BRANCHES, "--sentence", "가", "--sentences", "x"), 2, "Both --sentence and --sentences"),
        (("linearise", BRANCHES, "--table", "2"), 2, "--table says where the marked cells are"),
        (("linearise", BRANCHES, "--cells", "Z9"), 1, "touches no cell of the table"),
        (("linearise", "none.csv"), 1, "cannot be opened"),
        (("linearise", "none.bin"), 2, "cannot be told from its name"),
        (("score", "none.txt", TOTTO), 1, "These sentences cannot be read"),
        (("score", "none.txt", BRANCHES), 1, "These sentences cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, command: tuple[str | Path, ...], code: int, what: str
) -> None:
    done = malmoi("tables", *command, "--json", home=tmp_path)
    assert done.code == code
    assert what in done.json["error"]["what"]
    assert done.json["error"]["fix"]


@pytest.mark.parametrize("command", ["linearise", "score", "check"])
def test_help_shows_an_example(tmp_path: Path, command: str) -> None:
    assert f"Example: malmoi tables {command} " in malmoi("tables", command, "--help", home=tmp_path).out


def test_tables_of_the_institute(tmp_path: Path) -> None:
    """Both layouts of its years; a heading of two rows shifts none of those beside it."""
    tables = ("nikl_table_to_text.jsonl", "--reader", "nikl_evaluation", "--json")
    written = tmp_path / "sentences.txt"
    written.write_text("2020년 1,204권, 2021년 1,310권이다.\n2021년 북쪽은 1,999권이다.\n", encoding="utf-8")
    checked = malmoi(
        "tables", "check", BY_FORMAT / tables[0], *tables[1:], "--sentences", written, home=tmp_path
    )
    flagged = [[one["text"] for one in found["unsupported"]] for found in checked.json["found"]]
    assert flagged == [[], ["1,999"]]
    scored = malmoi("tables", "score", written, BY_FORMAT / tables[0], *tables[1:], home=tmp_path).json
    assert scored["examples"] == 2
    assert 0 < scored["bleu"]["score"] < 100
