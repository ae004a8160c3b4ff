"""The page on tables: its examples print what it shows, and it names every reader, option and attribute."""

import re
from pathlib import Path

import pytest
import yaml

from curation.readers import READERS
from curation.table_text.model import TITLES
from tests.docs.console_examples import examples, printed

FILES = {"csv": "매출.csv", "json": "매출.jsonl", "text": "문장.txt"}
TABLE_READERS = ("totto", "rotowire", "wikibio", "e2e", "kbgen", "table_documents")


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/tables.md").read_text(encoding="utf-8")


def test_the_examples_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    for language, name in FILES.items():
        (content,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
        (tmp_path / name).write_text(content, encoding="utf-8")
    found = examples(page)
    assert len(found) >= 6
    for command, expected in found:
        lines = [unversioned(line.rstrip()) for line in printed(command, tmp_path)]
        assert lines == [unversioned(line) for line in expected], command


def unversioned(line: str) -> str:
    """A line without sacreBLEU's version."""
    return re.sub(r"version:[0-9.]+", "version:", line)


def test_the_example_of_a_source_holds_options_of_the_reader(page: str) -> None:
    (content,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (source,) = yaml.safe_load(content)
    options = READERS[source["reader"]].options(**source["options"])
    assert options.examples[0].cells == "C3"


@pytest.mark.parametrize(
    "key", [*TABLE_READERS, *TITLES, "table", "highlighted_cells", "sentence_annotations"]
)
def test_readers_and_attributes_are_explained(page: str, key: str) -> None:
    assert f"`{key}`" in page


@pytest.mark.parametrize("reader", TABLE_READERS)
def test_every_option_is_explained(page: str, reader: str) -> None:
    missing = [
        key for key in READERS[reader].options.model_fields if f"`{key}" not in page and key != "encoding"
    ]
    assert not missing
