"""What a release's identity depends on."""

import shutil
from pathlib import Path

import pytest

import datacards
from curation.manifest import code_version


@pytest.mark.parametrize(
    ("file", "same"), [("cards/klue.md", True), ("terms.py", False), ("templates/huggingface.md.j2", False)]
)
def test_a_release_does_not_depend_on_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str, same: bool
) -> None:
    copy = Path(shutil.copytree(Path(datacards.__file__).parent, tmp_path / "datacards"))
    monkeypatch.setattr(datacards, "__file__", str(copy / "__init__.py"))
    before = code_version.__wrapped__()["sources_sha256"]
    (copy / file).write_text("other", encoding="utf-8")
    assert (code_version.__wrapped__()["sources_sha256"] == before) is same
