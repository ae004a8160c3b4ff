"""The page's search in a worker of a real browser: opened, asked, and what is wrong said by name."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compile.page import WEB
from compile.search import read_exported
from tests.compile.browser import needs_browser, needs_node
from tests.compile.search_documents import write_export

pytestmark = [needs_browser, needs_node]
SCRIPT = """
import { openSearch } from "%s";
const named = async (folder) => {
  try {
    await openSearch(new URL(folder, document.baseURI));
    return "opened";
  } catch (error) {
    return `${error.name} ${error.code}`;
  }
};
window.opened = (folder) => openSearch(folder && new URL(folder, document.baseURI));
window.named = named;
"""
OWN = {"id": "own", "name": "회의록.txt", "pages": [{"page": 2, "text": "봄나물공장 견학은 취소한다."}]}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from compile.serving import BundleServer
    from compile.verifying.browser import started

    folder = tmp_path_factory.mktemp("page")
    write_export(folder)
    for name in ("damaged", "older"):
        write_export(folder / name)
    terms = folder / "damaged" / "search" / "terms.bin"
    terms.write_bytes(terms.read_bytes()[:-1])
    index = folder / "older" / "search" / "index.json"
    index.write_text(
        json.dumps(json.loads(index.read_text(encoding="utf-8")) | {"version": 0}), encoding="utf-8"
    )
    source = folder / "source"
    source.mkdir()
    (source / "index.html").write_text('<script type="module" src="./main.ts"></script>', encoding="utf-8")
    (source / "main.ts").write_text(SCRIPT % (WEB / "src" / "search" / "client"), encoding="utf-8")
    command = [WEB / "node_modules/.bin/vite", "build", source, "--base", "./", "--outDir", folder / "built"]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=60)
    with BundleServer(folder, page=folder / "built") as served, started(software=True) as browser:
        page = browser.new_page()
        page.goto(served.url)
        page.wait_for_function("window.named !== undefined")
        yield folder, page


def test_a_question_finds_what_the_twin_finds(tab: tuple[Path, Any]) -> None:
    folder, page = tab
    question = "연차 휴가는 언제 늘어나나요?"
    found = page.evaluate(
        """async (question) => {
          const search = await window.opened("search");
          const hits = await search.search(question, 10);
          const covered = [await search.coverage(question, hits), await search.coverage("잠수함 정비", hits)];
          search.close();
          return [search.passages, hits, covered];
        }""",
        question,
    )
    passages, hits, covered = found
    assert passages == 4
    assert [hit["score"] for hit in hits] == [
        score for _, score in read_exported(folder / "search").search(question)
    ]
    assert hits[0]["passage"]["title"] == "취업 규칙"
    assert covered == [1, 0]


@pytest.mark.parametrize("folder", ["search/", None])
def test_own_files_are_found_until_they_are_removed(tab: tuple[Path, Any], folder: str | None) -> None:
    found = tab[1].evaluate(
        """async ([folder, own]) => {
          const search = await window.opened(folder);
          await search.addDocument(own);
          const hits = await search.search("봄나물공장 견학", 1);
          await search.removeDocument(own.id);
          return [hits, await search.search("봄나물공장 견학", 1)];
        }""",
        [folder, OWN],
    )
    assert found[0][0]["passage"] | {"text": ""} == {
        "id": "own#0",
        "title": "회의록.txt",
        "headings": [],
        "text": "",
        "source": "회의록.txt",
        "page": 2,
        "own": True,
    }
    assert [hit["passage"]["own"] for hit in found[1]] in ([], [False])


@pytest.mark.parametrize(
    ("folder", "fault"),
    [
        ("damaged/search/", "SearchFault damaged"),
        ("older/search/", "SearchFault version"),
        ("nowhere/", "SearchFault download"),
        ("search/", "opened"),
    ],
)
def test_what_is_wrong_has_a_name(tab: tuple[Path, Any], folder: str, fault: str) -> None:
    assert tab[1].evaluate("(folder) => window.named(folder)", folder) == fault
