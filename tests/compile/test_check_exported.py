"""Passages as they are really exported: no alarm, and each of their files is watched."""

import json
from pathlib import Path

import pytest

from compile.check import check_bundle
from tests.compile.check_whole_bundles import PAGE, make_whole

TEXTS = {
    "hunmin.md": "# 훈민정음\n\n세종대왕이 1443년에 만들고 1446년에 반포하였다.\n",
    "malmoi.md": "# 말모이\n\n주시경과 제자들이 만들던 우리말 사전의 원고이다.\n",
}


def test_every_file_of_exported_passages_is_watched(tmp_path: Path) -> None:
    search = pytest.importorskip("compile.search")
    documents = tmp_path / "documents"
    documents.mkdir()
    for name, text in TEXTS.items():
        (documents / name).write_text(text, encoding="utf-8")
    bundle = make_whole(tmp_path / "bundle", search=False)
    made = search.export_search(documents, bundle / "search")
    page = json.loads((bundle / PAGE).read_text(encoding="utf-8"))
    page["search"] = {"folder": "search/", "passages": made.passages}
    (bundle / PAGE).write_text(json.dumps(page), encoding="utf-8")
    assert check_bundle(bundle) == []
    files = [path for path in (bundle / "search").rglob("*") if path.is_file() and path.name != "index.json"]
    assert len(files) >= 3
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        (fault,) = check_bundle(bundle)
        assert (fault.file, fault.field) == (path.relative_to(bundle).as_posix(), "sha256")
        path.write_bytes(content[:-1])
        (fault,) = check_bundle(bundle)
        assert (fault.file, fault.field) == (path.relative_to(bundle).as_posix(), "bytes")
        path.write_bytes(content)
    assert check_bundle(bundle) == []
