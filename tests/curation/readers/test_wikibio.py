import random
from pathlib import Path

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import turns
from tests.curation.readers.mutations import TEXT_FILE
from tests.curation.readers.survey import survey

BOX = (
    "name_1:ada\tname_2:rowan\timage:<none>\tbirth_date_1:3\tbirth_date_2:may\tbirth_date_3:1921\n"
    "name_1:jon\tname_2:hale\tposition_1:goalkeeper\n"
    "image:<none>\n"
    "name_1:mia\tno value\n"
    "name_1:lee\n"
)
SENT = (
    "ada rowan ( born 3 may 1921 ) was a botanist .\nshe lived in norra .\n"
    "jon hale plays as a goalkeeper .\n"
    "nobody .\n"
    "mia is nobody -lrb- yet -rrb- .\n"
    "lee is lee .\n"
)
NB = "2\n1\n1\n1\n1\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "wikibio"
    folder.mkdir()
    for suffix, text in {"box": BOX, "sent": SENT, "nb": NB, "id": "11\n12\n13\n14\n15\n"}.items():
        (folder / f"train.{suffix}").write_text(text, encoding="utf-8")
    return folder


def test_a_person_is_a_table_and_a_first_sentence(read, corpus: Path) -> None:
    found = read("wikibio", corpus)
    assert turns(found.rows) == [
        (
            "<table> <cell> ada rowan <row_header> name </row_header> </cell> "
            "<cell> 3 may 1921 <row_header> birth_date </row_header> </cell> </table>",
            "ada rowan ( born 3 may 1921 ) was a botanist .",
        ),
        (
            "<table> <cell> jon hale <row_header> name </row_header> </cell> "
            "<cell> goalkeeper <row_header> position </row_header> </cell> </table>",
            "jon hale plays as a goalkeeper .",
        ),
        ("<table> <cell> lee <row_header> name </row_header> </cell> </table>", "lee is lee ."),
    ]
    assert found.rows[0].record.attributes["further_sentences"] == "she lived in norra ."
    assert [row.record.attributes["id"] for row in found.rows] == ["11", "12", "15"]
    assert [str(row.where) for row in found.rows] == [f"wikibio/train.box:{n}" for n in (1, 2, 5)]
    assert [(bad.where.line, bad.error) for bad in found.bad] == [
        (3, "the box has no values"),
        (4, "an entry of the box has no colon"),
    ]
    assert found.notes == {}


def test_a_box_too_large_for_a_text_is_quarantined(read, corpus: Path) -> None:
    box = "\t".join(f"a{number}_1:v" for number in range(3163))  # its square is more than is compared
    (corpus / "train.box").write_text(BOX.replace(BOX.splitlines()[1], box), encoding="utf-8")
    found = read("wikibio", corpus)
    assert [row.where.line for row in found.rows] == [1, 5]
    reasons = {bad.where.line: bad.error for bad in found.bad}
    assert reasons[2].startswith("a text of 3,163 cells with 3,163 headers would be too long")


def test_sentences_that_belong_to_nobody_are_counted(read, corpus: Path) -> None:
    (corpus / "train.sent").write_text(SENT + "one more .\nand another .\n", encoding="utf-8")
    assert read("wikibio", corpus).notes == {"wikibio/train.box: sentences of no person": "2"}


def test_after_a_number_that_cannot_be_read_no_sentence_is_given_to_the_wrong_person(
    read, corpus: Path
) -> None:
    (corpus / "train.nb").write_text("2\nx\n1\n1\n1\n", encoding="utf-8")
    found = read("wikibio", corpus)
    assert [row.where.line for row in found.rows] == [1]
    assert [(bad.where.line, bad.error) for bad in found.bad][:1] == [(2, "no sentence belongs to this box")]
    assert [bad.where.line for bad in found.bad] == [2, 3, 4, 5]
    assert found.notes == {"wikibio/train.box: sentences of no person": "4"}


def test_a_person_without_sentences(read, corpus: Path) -> None:
    (corpus / "train.nb").write_text("0\n2\n1\n1\n1\n", encoding="utf-8")
    found = read("wikibio", corpus)
    assert (1, "no sentence belongs to this box") in [(bad.where.line, bad.error) for bad in found.bad]
    assert found.rows[0].record.references == ("ada rowan ( born 3 may 1921 ) was a botanist .",)


def test_every_part_of_the_folder_is_read(read, corpus: Path) -> None:
    for suffix, text in {"box": "name_1:zoe\n", "nb": "1\n", "sent": "zoe is zoe .\n"}.items():
        (corpus / f"valid.{suffix}").write_text(text, encoding="utf-8")
    assert [row.where.file for row in read("wikibio", corpus).rows][-1] == "wikibio/valid.box"


@pytest.mark.parametrize("missing", ["train.nb", "train.sent", "train.box"])
def test_a_missing_file_is_named(read, corpus: Path, missing: str) -> None:
    (corpus / missing).unlink()
    with pytest.raises(UserError) as refused:
        read("wikibio", corpus)
    assert refused.value.where == ("wikibio" if missing == "train.box" else f"wikibio/{missing}")
    assert refused.value.fix


@pytest.mark.parametrize("damage", TEXT_FILE)
def test_a_damaged_folder(corpus: Path, damage: str) -> None:
    for name in ("train.box", "train.nb", "train.sent", "train.id"):
        content = (corpus / name).read_bytes()
        for seed in range(5):
            (corpus / name).write_bytes(TEXT_FILE[damage](content, random.Random(seed)))
            found = survey("wikibio", corpus)
            assert found.refused is None, (name, seed)
        (corpus / name).write_bytes(content)
