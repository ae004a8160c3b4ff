"""What the distribution says of itself: one version, the licence, the versions of Python."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from tests.packaging.building import Wheel


def declared(project: Path) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def test_there_is_one_version(project: Path, wheel: Wheel) -> None:
    version = declared(project)["version"]
    command = [sys.executable, "-m", "malmoi", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert told == f"malmoi {version}\n"
    assert wheel.about["Version"] == version
    assert wheel.path.name == f"malmoi-{version}-py3-none-any.whl"
    page = json.loads((project / "compile/web/package.json").read_text(encoding="utf-8"))
    assert page["version"] == version


def test_the_changelog_is_of_this_version(project: Path) -> None:
    headings = re.findall(r"^## (.+)$", (project / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    # What is not released stands on top; below it the newest release, as pyproject.toml names it.
    released = [heading for heading in headings if heading != "Unreleased"]
    assert "Unreleased" not in headings[1:]
    assert all(re.fullmatch(r"\[?\d+\.\d+\.\d+\S*\]? - \d{4}-\d{2}-\d{2}", one) for one in released)
    newest = [one.strip("[").partition(" ")[0].rstrip("]") for one in released][:1]
    assert newest in ([], [declared(project)["version"]])


def test_the_licence_goes_along(project: Path, wheel: Wheel) -> None:
    assert wheel.about["License-Expression"] == "Apache-2.0"
    assert wheel.about.get_all("License-File") == ["LICENSE"]
    (name,) = (name for name in wheel.names if name.endswith(".dist-info/licenses/LICENSE"))
    with zipfile.ZipFile(wheel.path) as archive:
        assert archive.read(name) == (project / "LICENSE").read_bytes()


def test_it_is_for_the_versions_of_python_that_setup_takes(project: Path, wheel: Wheel) -> None:
    classified = re.findall(r"Python :: 3\.(\d+)", "\n".join(wheel.about.get_all("Classifier") or []))
    bounds = re.search(
        r"\(3, (\d+)\) <= sys\.version_info\[:2\] < \(3, (\d+)\)", (project / ".ci/setup").read_text("utf-8")
    )
    assert bounds
    assert list(map(int, classified)) == list(range(int(bounds[1]), int(bounds[2])))
    required = sorted(str(wheel.about["Requires-Python"]).split(","))
    assert required == [f"<3.{bounds[2]}", f">=3.{bounds[1]}"]


def test_no_address_is_made_up(wheel: Wheel) -> None:
    # The project has no site of its own: an address would be somebody else's.
    assert wheel.about.get_all("Project-URL") is None
    assert wheel.about["Home-page"] is None


def test_the_readme_is_the_description(project: Path, wheel: Wheel) -> None:
    assert wheel.about["Description-Content-Type"] == "text/markdown"
    assert wheel.about.get_payload(decode=True) == (project / "README.md").read_bytes()
