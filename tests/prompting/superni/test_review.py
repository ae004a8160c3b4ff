"""The file that a person reads and corrects: what is read back, and what is refused with its line."""

import pytest

from curation.errors import UserError
from prompting.superni.translation.items import Item
from prompting.superni.translation.review import (
    Reviewed,
    Translated,
    check_nothing_lost,
    read_review,
    write_review,
)

HEADER = "id\tsource\ttranslation\tfaults\tscore\tdecision\tmodel"


@pytest.mark.parametrize(
    ("row", "what", "line"),
    [
        ("a\tA\t가\t\t\tmaybe\t가", "'maybe' is none", 2),
        ("a\tA\t\t\t\tkeep\t", "empty translation", 2),
        ('a\tA\t"가\n나"\t\t\t\t가\na\tB\t나\t\t\t\t나', "'a' is there twice", 4),
        # Every row after it would be taken for its translation.
        ('a\tA\t가\t\t\t\t가\nb\tB\t"나\t\t\t\t나\nc\tC\t다\t\t\tdrop\t다', "does not end", 3),
        ('a\tA\t"가' + "나" * 140_000, "does not end", 2),
    ],
)
def test_a_review_that_is_none_is_named(tmp_path, row, what, line):
    path = tmp_path / "review.tsv"
    path.write_text(f"{HEADER}\n{row}\n", "utf-8")
    with pytest.raises(UserError, match=what) as refused:
        read_review(path)
    assert refused.value.where == f"{path}:{line}"


@pytest.mark.parametrize("text", ["one\rtwo", "one\r\ntwo", 'say "yes"\tor', "one\u2028two", "=1+1"])
def test_a_review_holds_any_text(tmp_path, text):
    items = [Item(f"a/{number}", text, "English") for number in range(2)]
    write_review(
        tmp_path / "review.tsv", [Translated(one, text, decision="keep", model=text) for one in items]
    )
    assert read_review(tmp_path / "review.tsv") == {one.id: Reviewed(text, "keep") for one in items}


def test_a_review_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "review.tsv"
    path.write_bytes("id\t한글".encode("cp949"))
    with pytest.raises(UserError, match="no text in UTF-8"):
        read_review(path)


@pytest.mark.parametrize(
    ("row", "kept", "lost"),
    [
        ("a\tA\t가\t\t\t\t가", {}, False),
        ("a\tA\t나\t\t\t\t가", {}, True),
        ("a\tA\t나\t\t\t\t가", {"a": Reviewed("나", "keep")}, False),
        ("a\tA\t나\t\t\t\t가", {"a": Reviewed("다", "keep")}, True),
        ("a\tA\t가\t\t\tdrop\t가", {"a": Reviewed("가", "keep")}, True),
        ("a\tA\t가\t\t\tdrop\t가", {"a": Reviewed("", "drop")}, False),
        ("a\tA\t가\t\t\tkeep\t가", {"b": Reviewed("가", "keep")}, True),
    ],
)
def test_what_a_person_decided_is_not_written_over(tmp_path, row, kept, lost):
    path = tmp_path / "review.tsv"
    check_nothing_lost(path, kept)
    path.write_text(f"{HEADER}\n{row}\n", "utf-8")
    if not lost:
        check_nothing_lost(path, kept)
        return
    with pytest.raises(UserError, match="decides on 1 texts") as refused:
        check_nothing_lost(path, kept)
    assert (refused.value.where, f"--review {path}" in refused.value.fix) == (str(path), True)


def test_a_column_that_a_person_added_is_not_written_over(tmp_path):
    path = tmp_path / "review.tsv"
    path.write_text(f"{HEADER}\tnote\na\tA\t가\t\t\t\t가\task again\n", "utf-8")
    with pytest.raises(UserError, match="column 'note', which would be lost"):
        check_nothing_lost(path, {})
