"""Readers of annotated corpora survive JSON of the right keys with anything under them, and hostile sizes."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.curation.readers.survey import survey

BY_FORMAT = Path(__file__).parent / "by_format"
LAYERS = {
    "nikl_text": "nikl_newspaper.json",
    "nikl_dialogue": "nikl_messenger.json",
    "nikl_mp": "nikl_mp.json",
    "nikl_wsd": "nikl_mp.json",
    "nikl_ne": "nikl_ne.json",
    "nikl_dp": "nikl_dp.json",
    "nikl_srl": "nikl_srl.json",
    "nikl_za": "nikl_za.json",
    "nikl_cr": "nikl_cr.json",
    "nikl_evaluation": "nikl_inference.json",
}
DEEP = "[" * 300 + "]" * 300
WIDE = "9" * 30
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "form"]), inner),
    max_leaves=4,
)


def places(value: object, path: tuple = ()) -> list[tuple]:
    """The ways to everything inside a JSON value."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        inner = []
    return [(*path, key) for key, _ in inner] + [
        way for key, held in inner for way in places(held, (*path, key))
    ]


@pytest.mark.parametrize("reader", LAYERS)
@settings(
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_anything_in_the_place_of_a_value(reader: str, tmp_path: Path, data: st.DataObject) -> None:
    value = json.loads((BY_FORMAT / LAYERS[reader]).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(places(value)))
        held = value
        for key in way[:-1]:
            held = held[key]
        held[way[-1]] = data.draw(ANYTHING)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    survey(reader, path)


@pytest.mark.parametrize("reader", LAYERS)
@pytest.mark.parametrize("value", [DEEP, WIDE, "NaN", r'"\ud83d"', "9" * 5000])
def test_values_that_python_or_json_cannot_hold(reader: str, tmp_path: Path, value: str) -> None:
    content = (BY_FORMAT / LAYERS[reader]).read_text("utf-8")
    path = tmp_path / "a.json"
    tried = 0
    for form in ('"form": "', '"begin": ', '"title": "', '"output": "', '"sentence_1": "'):
        before, found, after = content.partition(form)
        if found:
            key = found.rstrip('"')
            rest = after.partition('"')[2] if found.endswith('"') else after.lstrip("-0123456789")
            path.write_text(f"{before}{key}{value}{rest}", "utf-8")
            found_here = survey(reader, path)
            assert found_here.rows or found_here.bad or found_here.refused
            tried += 1
    assert tried > 0


HOSTILE = {
    "brackets": '{"id": "x", "document": [' + "[" * 1_000_000,
    "a text that never ends": '{"id": "x", "document": [{"id": "' + "가" * 1_000_000,
    "numbers": '{"id": "x", "document": [' + "1," * 50_000 + "1]}",
    "one number": '{"id": "x", "document": [' + "1" * 1_000_000 + "]}",
    "keys before the documents": "{" + '"k": 1, ' * 50_000 + '"document": []}',
    "blanks": '{"id": "x", "document": [' + " " * 3_000_000 + "{}]}",
}


@pytest.mark.timed
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_files_that_cost_more_than_they_say(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, "utf-8")
    started = time.process_time()
    survey("nikl_text", path)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("reader", ["klue_ner", "klue_dp", "conllu", "sejong"])
def test_a_block_that_never_ends(reader: str, tmp_path: Path) -> None:
    beginnings = {"sejong": "<tei.2></teiHeader>\n<p>\n", "conllu": "# text = 가\n"}
    path = tmp_path / "a.txt"
    path.write_text(beginnings.get(reader, "## a\t가\n") + "1\t가\tB-PS\n" * 200_000, "utf-8")
    found = survey(reader, path)
    assert len(found.rows) + len(found.bad) == 1


def test_a_table_with_many_marked_cells(tmp_path: Path) -> None:
    cells = [
        {"value": "가", "is_header": row == 0, "col": column, "row": row}
        for row in range(40)
        for column in range(25)
    ]
    marked = [[cell["col"], cell["row"]] for cell in cells]
    row = {
        "id": "x",
        "input": {"metadata": {"highlighted_cells": marked}, "table": cells},
        "output": ["가."],
    }
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    assert len(survey("nikl_evaluation", path).rows) == 1
