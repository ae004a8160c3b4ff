"""Where measurements are written."""

import pytest

from curation.errors import UserError
from malmoi.evaluation_tables import keep


def test_a_place_that_cannot_be_written_is_one_message(tmp_path):
    page = tmp_path / "new" / "page.html"
    keep({"a": 1}, tmp_path / "out.json", lambda: "쪽", page)
    assert (tmp_path / "out.json").read_text() == '{\n  "a": 1\n}\n'
    assert page.read_text(encoding="utf-8") == "쪽"
    with pytest.raises(UserError, match="cannot be written") as error:
        keep({}, tmp_path, str, None)
    assert error.value.where == str(tmp_path)
