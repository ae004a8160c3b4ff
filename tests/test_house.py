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
    folder = project / "docs"
    pages = sorted(folder.rglob("*.md"))
    lost = [
        f"{page.relative_to(folder)}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert lost == []
    listed = (project / "mkdocs.yml").read_text(encoding="utf-8")
    names = [page.relative_to(folder).as_posix() for page in pages]
    assert [name for name in names if f": {name}\n" not in listed] == []


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


PACKAGES = ("datacards", "curation", "chat", "prompting", "rag", "training", "compile", "slackbot", "malmoi")


def modules(project: Path) -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((project / package).rglob("*.py"))]
    return [path for path in found if "node_modules" not in path.parts]


def test_what_the_type_checker_is_told_to_pass_over_has_a_reason(project: Path) -> None:
    """Behind it on the line, or in a comment on the line before."""
    bare = []
    for path in modules(project):
        lines = path.read_text(encoding="utf-8").splitlines()
        for before, line in zip(["", *lines], lines, strict=False):
            told = re.search(r"# type: ignore(?P<what>\[[\w, -]+\])?(?P<why>  # .{5,})?", line)
            if told and not (told["what"] and (told["why"] or before.lstrip().startswith("# "))):
                bare.append(f"{path.relative_to(project)}: {line.strip()}")
    assert bare == []


def test_a_module_is_one_idea_or_says_why_it_is_long(project: Path) -> None:
    for path in modules(project):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 310:
            assert "One file because" in text.partition('"""')[2].partition('"""')[0], path


@pytest.mark.parametrize("package", PACKAGES)
def test_a_newcomer_can_start_from_the_words_on_a_package(project: Path, package: str) -> None:
    """It says its floor, and names modules that are there."""
    words = (project / package / "__init__.py").read_text(encoding="utf-8").split('"""')[1]
    named = re.findall(r"`([a-z_/]+)(?:\.py)?/?`", words)
    there = [name for name in named if list((project / package).glob(f"{name}*"))]
    assert "Floor" in words
    assert len(set(there)) >= 5, (package, named)
    assert [name for name in named if "/" in name and not list((project / package).glob(f"{name}*"))] == []
