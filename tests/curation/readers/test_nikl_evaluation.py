"""The yearly evaluation tasks: emotion, aspects, table to text, inference between sentences."""

import json
import time
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers.nikl.entries import REPAIRED
from curation.table_text.model import Cell, Table, table_of_attributes
from curation.table_text.targets import read_targets
from tests.curation.readers.instructions import turns

BY_FORMAT = Path(__file__).parent / "by_format"


def rows_of(name: str) -> list[dict]:
    return [json.loads(line) for line in (BY_FORMAT / name).read_text("utf-8").splitlines()]


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def test_emotions(read):
    outcome = read("nikl_evaluation", BY_FORMAT / "nikl_emotion.jsonl")
    assert outcome.bad == []
    assert turns(outcome.rows) == [
        ("글: 내일 드디어 소풍 간다!\n대상: 소풍", "기쁨, 기대"),
        ("글: 표는 두 시부터 팝니다.\n대상: 표", "없음"),
        ("글: 아이고 깜짝이야\n대상: 글 전체", "놀람"),
    ]
    record = outcome.rows[0].record
    assert record.attributes["id"] == "nikluge-2023-ea-dev-000001"
    annotation = json.loads(record.attributes["annotation"])
    given = rows_of("nikl_emotion.jsonl")[0]
    assert annotation == {"target": given["input"]["target"], "output": given["output"]}


def test_targets_about_one_text_are_a_group(read_bytes):
    one = rows_of("nikl_emotion.jsonl")[0]
    other = {**one, "input": {**one["input"], "target": {"form": "내일", "begin": 0, "end": 2}}}
    first, second = read_bytes("nikl_evaluation", lines(one, other)).rows
    assert first.record.split_group == second.record.split_group != ""


def test_aspects(read):
    outcome = read("nikl_evaluation", BY_FORMAT / "nikl_absa.jsonl")
    assert outcome.bad == []
    assert turns(outcome.rows) == [
        ("상품평: 뚜껑이 자꾸 열려서 아쉬워요.", "뚜껑 - 패키지/구성품#품질 (부정)"),
        ("상품평: 또 살게요!", "대상 없음 - 제품 전체#일반 (긍정)"),
        ("상품평: 색은 그저 그래요.", "색 - 본품#디자인 (중립)"),
    ]
    assert [row.recovery for row in outcome.rows] == ["", "", REPAIRED]
    annotations = [json.loads(row.record.attributes["annotation"]) for row in outcome.rows]
    assert annotations[1:] == [
        [["제품 전체#일반", [None, 0, 0], "positive"]],
        [["본품#디자인", ["색", 0, 1], "neutral"]],
    ]


def test_marked_cells_of_both_layouts(read):
    outcome = read("nikl_evaluation", BY_FORMAT / "nikl_table_to_text.jsonl")
    assert outcome.bad == []
    titles = "글 제목: 도서관 이용 현황\n표 제목: 분관별 대출\n"
    assert turns(outcome.rows) == [
        (
            titles
            + "강조한 칸: 대출 권수 | 2020년 | 북쪽 = 1,204\n강조한 칸: 대출 권수 | 2021년 | 북쪽 = 1,310",
            "북쪽 분관의 대출은 1,204권에서 1,310권으로 늘었다.",
        ),
        (
            titles + "강조한 칸: 대출 권수 | 2021년 | 북쪽 = 1,310",
            "2021년 북쪽 분관의 대출은 1,310권이다.",
        ),
    ]
    first = outcome.rows[0].record
    assert first.references == tuple(rows_of("nikl_table_to_text.jsonl")[0]["output"])
    given = rows_of("nikl_table_to_text.jsonl")[0]["input"]
    assert json.loads(first.attributes["annotation"]) == given


def test_only_headings_over_and_beside_a_cell_are_its_own(read_bytes):
    """A heading below, to the right, or of another column says nothing about the cell."""
    row = rows_of("nikl_table_to_text.jsonl")[0]
    below = {"value": "합계", "is_header": True, "col": 1, "colspan": 1, "row": 3, "rowspan": 1}
    right = {"value": "비고", "is_header": True, "col": 3, "colspan": 1, "row": 2, "rowspan": 1}
    row["input"]["table"] += [below, right]
    row["input"]["metadata"]["highlighted_cells"] = [[1, 2], [0, 2]]
    (read,) = read_bytes("nikl_evaluation", lines(row)).rows
    assert turns([read])[0][0].splitlines()[2:] == [
        "강조한 칸: 대출 권수 | 2020년 | 북쪽 = 1,204",
        "강조한 칸: 분관 = 북쪽",
    ]


TITLES = ("도서관 이용 현황", "분관별 대출")
ROWS = (
    (Cell("분관", True), Cell("대출 권수", True, 2)),
    (Cell("분관", True), Cell("2020년", True), Cell("2021년", True)),
    (Cell("북쪽", True), Cell("1,204"), Cell("1,310")),
)


def test_both_layouts_are_the_same_table():
    targets = read_targets(BY_FORMAT / "nikl_table_to_text.jsonl", "nikl_evaluation")
    assert [target.table for target in targets] == [
        Table(ROWS, *TITLES, highlighted=((2, 1), (2, 2))),
        Table(ROWS, *TITLES, highlighted=((2, 2),)),
    ]
    assert targets[0].references[0] == "북쪽 분관의 대출은 1,204권에서 1,310권으로 늘었다."


def test_cells_in_any_order_and_rows_without_cells(read_bytes):
    """A mark names a column and a row of the page, a table's place an index in the row's list.

    A cell of two rows stands in both, so that the headings stay over their columns.
    """
    row = rows_of("nikl_table_to_text.jsonl")[0]
    far = {"value": "끝", "is_header": False, "col": 7, "colspan": 1, "row": 900_000_000, "rowspan": 1}
    row["input"]["table"] = [far, *reversed(row["input"]["table"])]
    row["input"]["metadata"] = {"title": None, "highlighted_cells": [[7, 900_000_000], [2, 1]]}
    (read,) = read_bytes("nikl_evaluation", lines(row)).rows
    table = table_of_attributes(read.record.attributes)
    assert table == Table((*ROWS, (Cell("", column_span=7), Cell("끝"))), highlighted=((3, 1), (1, 2)))


def test_inference_in_an_array(read):
    outcome = read("nikl_evaluation", BY_FORMAT / "nikl_inference.json")
    assert turns(outcome.rows) == [
        (
            "첫 문장: 윤아는 우산 없이 나갔다.\n끝 문장: 윤아는 흠뻑 젖었다.\n"
            "후보 1: 갑자기 소나기가 왔다.\n후보 2: 햇볕이 쨍쨍했다.",
            "후보 1",
        )
    ]
    record = outcome.rows[0].record
    assert record.label_space == ("후보 1", "후보 2")
    assert record.attributes == {
        "id": "nikluge-2024-연결문장추론-dev-000001",
        "label": "sentence_2_candidate_1",
    }
    # A test set tells no output.
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(2, "no 'output'")]


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("nikl_emotion", lambda row: row.pop("output"), "no object 'output'"),
        (
            "nikl_emotion",
            lambda row: row["output"].update(joy="yes"),
            "the emotion 'joy' is neither True nor False",
        ),
        (
            "nikl_emotion",
            lambda row: row["input"]["target"].update(form="겨울"),
            "'겨울' does not stand at 7–9",
        ),
        ("nikl_absa", lambda row: row.update(annotation=None), "no list 'annotation'"),
        (
            "nikl_absa",
            lambda row: row["annotation"][0].pop(),
            "an aspect is no [category, [form, begin, end], polarity]",
        ),
        (
            "nikl_absa",
            lambda row: row["annotation"][0].__setitem__(2, "bad"),
            "the polarity 'bad' is unknown",
        ),
        ("nikl_table_to_text", lambda row: row.update(output=[]), "no 'output'"),
        (
            "nikl_table_to_text",
            lambda row: row["input"]["metadata"].update(highlighted_cells=[]),
            "no cell is marked",
        ),
        (
            "nikl_table_to_text",
            lambda row: row["input"]["metadata"].update(highlighted_cells=[[2, 9]]),
            "the marked cell [2, 9] is not in the table",
        ),
        (
            "nikl_table_to_text",
            lambda row: row["input"]["table"][0].update(col=None),
            "'col' is no whole number",
        ),
        (
            "nikl_table_to_text",
            lambda row: row["input"]["table"][0].update(rowspan="많이"),
            "a cell spans no number of columns or rows",
        ),
    ],
)
def test_a_malformed_row_goes_to_quarantine(read_bytes, name, change, error):
    first, *others = rows_of(f"{name}.jsonl")
    damaged = json.loads(json.dumps(first))
    change(damaged)
    outcome = read_bytes("nikl_evaluation", lines(first, damaged, *others))
    (bad,) = outcome.bad
    assert (bad.where.line, bad.error, json.loads(bad.raw)) == (2, error, damaged)
    assert len(outcome.rows) == 1 + len(others)


def long_cells(row):
    """A thousand rows, and cells over all of them: few bytes, half a million cells."""
    row["input"]["table"] = [
        *({"value": "가", "col": column, "row": 0, "rowspan": 1000} for column in range(1, 500)),
        *({"value": "나", "col": 0, "row": number} for number in range(1000)),
    ]
    row["input"]["metadata"]["highlighted_cells"] = [[0, 0]]


def wide_rows(row):
    """As the layout of 2022 has them, where each row covers what the next one has to step over."""
    cells = [{"value": "가", "column_span": 600, "row_span": 100}] * 2
    row["input"]["table"] = [cells, *([{"value": "나"}] for _ in range(1000))]


def many_headings(row):
    row["input"]["table"] = [
        {"value": "가", "is_header": True, "col": 0, "row": number} for number in range(9000)
    ]
    row["input"]["metadata"]["highlighted_cells"] = [[0, number] for number in range(9000)]


@pytest.mark.timed
@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda row: row["input"]["table"][0].update(col=10**9), "the table has more than 1,000 columns"),
        (long_cells, "the table has more than 200,000 cells, with all that merged ones cover"),
        (wide_rows, "the table has more than 1,000 columns"),
        (many_headings, "9,000 marked cells and 9,000 headings, too many for a text"),
    ],
)
def test_a_table_too_large_goes_to_quarantine_at_once(read_bytes, change, error):
    row = rows_of("nikl_table_to_text.jsonl")[0]
    row["input"]["metadata"]["highlighted_cells"] = [[1, 2]]
    change(row)
    begun = time.process_time()
    (bad,) = read_bytes("nikl_evaluation", lines(row, *rows_of("nikl_table_to_text.jsonl"))).bad
    assert time.process_time() - begun < 5
    assert (bad.where.line, bad.error) == (1, error)


def test_other_objects_are_refused(read_bytes):
    with pytest.raises(UserError, match="none of the evaluation tasks"):
        read_bytes("nikl_evaluation", lines({"text": "글"}))


def test_objects_before_the_first_of_a_task_are_not_lost(read_bytes):
    outcome = read_bytes("nikl_evaluation", lines({"note": "표지"}, rows_of("nikl_absa.jsonl")[0]))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(1, "an object of none of the tasks")]
    assert len(outcome.rows) == 1
