import random
from pathlib import Path

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import turns
from tests.curation.readers.mutations import TEXT_FILE
from tests.curation.readers.survey import survey

INPUT = """(KBGEN-INPUT
  :TRIPLES (
    (|Absorption12| |object| |Light3|)
    (|Absorption12| |site| |Leaf7|)
    (|Leaf7| |has-part| |Vein9|))
  :INSTANCE-TYPES (
    (|Absorption12| |instance-of| |Absorption|)
    (|Light3| |instance-of| |Visible-Light|))
  :ROOT-TYPES ((|Absorption12| |instance-of| |Event|) (|Leaf7| |instance-of| |Entity|)))
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "kbgen"
    folder.mkdir()
    (folder / "a.trip").write_text(INPUT, encoding="utf-8")
    (folder / "a.txt").write_text(
        "A leaf absorbs light.\n\nLight is absorbed in the leaf.\n", encoding="utf-8"
    )
    (folder / "b.trip").write_text(INPUT, encoding="utf-8")
    return folder


def test_an_input_is_a_table_of_relations(read, corpus: Path) -> None:
    found = read("kbgen", corpus)
    first, second = found.rows
    assert turns([first]) == [
        (
            "<table> "
            "<cell> Visible-Light <row_header> Absorption </row_header> "
            "<row_header> object </row_header> </cell> "
            "<cell> Leaf <row_header> Absorption </row_header> <row_header> site </row_header> </cell> "
            "<cell> Vein <row_header> Leaf </row_header> <row_header> has-part </row_header> "
            "</cell> </table>",
            "A leaf absorbs light.",
        )
    ]
    assert first.record.references == ("A leaf absorbs light.", "Light is absorbed in the leaf.")
    assert first.record.attributes["input"].startswith("(KBGEN-INPUT :TRIPLES ( (|Absorption12| |object|")
    assert (str(first.where), first.lines) == ("kbgen/a.trip:1", 9)
    # A test input has no sentence; the same roots stay together.
    assert (second.record.references, len(second.record.messages)) == ((), 1)
    assert first.record.split_group == second.record.split_group != ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("(KBGEN-INPUT :TRIPLES ((|A| |b| |C|))", "a bracket is never closed"),
        ("(KBGEN-INPUT :TRIPLES ((|A| |b| |C|))))", "a bracket closes that was never opened"),
        ("(KBGEN-INPUT :TRIPLES ((|A| |b|)))", "a list of the input is no triple"),
        ("(KBGEN-INPUT :TRIPLES ())", "the input has no triples"),
        ("", "the input has no triples"),
        ("\udcff", "not utf-8"),
    ],
)
def test_an_input_that_is_none_goes_to_quarantine(read, corpus: Path, content: str, reason: str) -> None:
    (corpus / "a.trip").write_bytes(content.encode("utf-8", "surrogateescape"))
    found = read("kbgen", corpus)
    assert [(str(bad.where), bad.error) for bad in found.bad] == [("kbgen/a.trip:1", reason)]
    assert len(found.rows) == 1


def test_sentences_that_cannot_be_read(read, corpus: Path) -> None:
    (corpus / "a.txt").write_bytes(b"A leaf.\0\n")
    (bad,) = read("kbgen", corpus).bad
    assert bad.error == "the sentences beside the input: NUL characters in the line"


def test_an_empty_folder_is_refused(read, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no `.trip` file"):
        read("kbgen", tmp_path)


@pytest.mark.parametrize("damage", TEXT_FILE)
def test_a_damaged_folder(corpus: Path, damage: str) -> None:
    for name in ("a.trip", "a.txt", "b.trip"):
        content = (corpus / name).read_bytes()
        for seed in range(5):
            (corpus / name).write_bytes(TEXT_FILE[damage](content, random.Random(seed)))
            found = survey("kbgen", corpus)
            assert found.refused is None, (name, seed)
        (corpus / name).write_bytes(content)
