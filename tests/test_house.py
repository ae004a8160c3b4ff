"""The few promises that hold the house together."""

import re
import subprocess
from pathlib import Path

import pytest


def test_continuous_integration_calls_the_command_of_the_readme(project: Path) -> None:
    assert re.search(r"^just test$", (project / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    assert "\njust test\n" in (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_a_readme_leads_somewhere(project: Path, readme: str) -> None:
    text = (project / readme).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith("http")]
    assert len(links) > 4
    assert all((project / link).exists() for link in links)
    assert "python3 -m pip install rust-just && just demo" in text


def test_every_page_leads_somewhere_and_is_led_to(project: Path) -> None:
    pages = sorted((project / "docs").glob("*.md"))
    lost = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert lost == []
    listed = (project / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page.name for page in pages if f": {page.name}\n" not in listed] == []


def test_every_dependency_is_pinned(project: Path) -> None:
    import tomllib

    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"].values()
    lines = [*declared["dependencies"], *(line for extra in extras for line in extra)]
    names = {re.match(r"[A-Za-z0-9_.-]+", line)[0].lower() for line in lines} - {"malmoi"}  # type: ignore[index]
    pins = (project / "constraints.txt").read_text(encoding="utf-8").lower()
    assert {name for name in names if f"\n{name}==" not in f"\n{pins}"} == set()


def test_no_file_knows_the_machine_it_was_written_on(project: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=project, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    if not any(listed):
        pytest.skip("not a git checkout")
    place = re.compile(rb"(?<![\w.])/(home|root|work|opt)/\w")
    found = [name for name in listed if name and place.search((project / name).read_bytes())]
    assert found == []
