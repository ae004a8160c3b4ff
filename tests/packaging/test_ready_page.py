"""The page that a wheel gets: what was built in the clone, whole, where hatch_build.py looks for it."""

import importlib.util
from pathlib import Path

import pytest

from tests.compile.browser import needs_node


@needs_node
def test_the_page_is_laid_where_the_wheel_takes_it_with_its_licences(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(project))  # hatch_build stands there
    spec = importlib.util.spec_from_file_location("ready_page", project / ".ci/ready_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    (tmp_path / "compile/web").mkdir(parents=True)
    (tmp_path / "compile/web/index.html").touch()
    module.main()
    folder = Path(capsys.readouterr().out.strip())
    assert folder.parent == tmp_path / "build"
    names = {path.name for path in folder.iterdir()}
    assert names >= {"index.html", "sw.js", "verify.html", "assets", "licences.txt"}
    assert "done.json" not in names
    (folder / "index.html").write_text("kept")
    module.main()
    assert (folder / "index.html").read_text() == "kept"
