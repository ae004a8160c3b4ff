"""Pages on commands, concepts and how-tos: they show what malmoi prints, and its options are there."""

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.command_lines import ROOT as COMMANDS
from tests.docs.command_lines import calls, fault_of
from tests.docs.console_examples import examples
from tests.docs.in_process import check, shown_of
from tests.docs.scripts import load

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HAND_WRITTEN = [
    ROOT / "README.md",
    ROOT / "README.ko.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(DOCS.rglob("*.md")),
]
# The drawing of the imports and the reasons for what was chosen are for those who work on the code.
IN_ENGLISH_ONLY = {DOCS / "architecture.md", DOCS / "decisions.md"}
TWINS = sorted(set(DOCS.rglob("*.md")) - set(DOCS.rglob("*.ko.md")) - IN_ENGLISH_ONLY)


make_commands = load("make_commands.py")
NAMES = sorted(COMMANDS.commands)
SUFFIXES = (".md", ".ko.md")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def english(paths: list[Path]) -> list[Path]:
    return [path for path in paths if not path.name.endswith(".ko.md")]


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    pages = [f"{name}{suffix}" for name in (*NAMES, "index") for suffix in SUFFIXES]
    assert sorted(path.name for path in (DOCS / "commands").glob("*.md")) == sorted(pages)


@pytest.fixture(scope="module")
def made_pages() -> dict[Path, str]:
    """What the generator writes into each page."""
    made: dict[Path, str] = make_commands.pages()
    return made


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_a_page_holds_what_help_says(name: str, suffix: str, made_pages: dict[Path, str]) -> None:
    path = DOCS / "commands" / f"{name}{suffix}"
    made = made_pages[path]
    assert make_commands.filled(read(path), made) == read(path), "out of date: just docs"


def test_options_and_defaults_stand_in_what_is_made(made_pages: dict[Path, str]) -> None:
    made = made_pages[DOCS / "commands" / "rag.md"]
    section = made.partition("### rag search\n")[2].partition("###")[0]
    assert "`malmoi rag search QUERY [OPTIONS]`" in section
    assert "| `--k NUMBER` | How many passages. | `10` |" in section
    assert '```text\nExample: malmoi rag search "연차 휴가 신청" --k 5\n```' in section
    assert "default `[answer] index`" not in section
    index = COMMANDS.commands["rag"].commands["index"]
    section = made.partition("### rag index\n")[2].partition("###")[0]
    missing = [
        one.opts[0]
        for one in index.params
        if one.opts[0].startswith("-") and f"`{one.opts[0]}" not in section
    ]
    assert missing == []


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder that the ten-minute start leaves, and what went otherwise than it says."""
    home = tmp_path_factory.mktemp("start")
    for folder in ("recipes", "samples"):
        shutil.copytree(ROOT / folder, home / folder)
    return home, check(read(DOCS / "start.md"), home)


# What a page needs that the start does not leave.
BEFORE = {
    # The same index as the demo makes, by words alone: vectors would take a minute.
    "demo": """```console
$ malmoi curate recipes/samples.yaml --data samples --out demo/releases/samples
…
$ malmoi rag index demo/releases/samples --out demo/indexes/samples --embedder none
…
```""",
}


# One test: the pages share the folder, and what one process has imported.
@pytest.mark.slow
def test_the_examples_print_what_the_pages_show(start: tuple[Path, list[str]]) -> None:
    home, faults = start
    assert faults == []
    pages = english(
        [path for folder in ("commands", "concepts", "how-to") for path in (DOCS / folder).glob("*.md")]
    )
    found = {
        path.stem: [*check(BEFORE.get(path.stem, ""), home), *check(read(path), home)]
        for path in sorted(pages)
    }
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("printed", "shown", "right"),
    [
        (["a 1", "", "b"], ["a 2", "b"], True),
        (["a", "b", "c"], ["a", "…", "c"], True),
        (["a", "b"], ["a", "…"], True),
        (["a", "b"], ["a"], False),
        (["a", "b"], ["b"], False),
        (["a", "b"], ["b", "a"], False),
        (["a"], ["a", "c"], False),
        (["a"], [], False),
    ],
)
def test_what_is_shown_is_what_is_printed(printed: list[str], shown: list[str], right: bool) -> None:
    assert shown_of(printed, shown) is right


def test_a_fault_of_a_page_is_told(tmp_path: Path) -> None:
    page = """With this in `a/b.txt`:\n\n```text\nx\n```\n
```console\n$ cat a/b.txt\nx\n$ cat a/b.txt\ny\n$ malmoi ask x\n```\n"""
    wrong, refused = check(page, tmp_path)
    assert wrong == "cat a/b.txt prints:\nx"
    assert "no index" in refused


@pytest.mark.parametrize(
    "page", ["no marks", make_commands.BEGIN, make_commands.BEGIN * 2 + make_commands.END]
)
def test_a_page_without_its_marks_is_not_written(page: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        make_commands.filled(page, "made")


def test_what_is_written_by_hand_stays() -> None:
    page = f"before\n{make_commands.BEGIN}\nold\n{make_commands.END}\nafter"
    assert make_commands.filled(page, "new\n") == page.replace("old", "new")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_an_example_that_runs(name: str, suffix: str) -> None:
    text = read(DOCS / "commands" / f"{name}{suffix}")
    assert any(command.startswith(f"malmoi {name}") for command, _ in examples(text))


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.stem)
def test_a_page_has_a_korean_twin_with_the_same_examples(path: Path) -> None:
    twin = path.with_suffix(".ko.md")
    assert f"*[한국어]({twin.name})*" in read(path).splitlines()[2]
    assert f"*[English]({path.name})*" in read(twin).splitlines()[2]
    assert blocks(by_hand(read(twin))) == blocks(by_hand(read(path)))


def by_hand(page: str) -> str:
    """What a person writes of a page: all before the options."""
    return page.partition(make_commands.BEGIN)[0]


def blocks(page: str) -> list[str]:
    """Blocks of code, without comments, which are in the reader's language."""
    found = re.findall(r"```\w*\n(.*?)```", page, re.DOTALL)
    return [re.sub(r" +#[^\n]*", "", block) for block in found]


def test_every_page_stands_in_the_navigation_once() -> None:
    listed = re.findall(r": ([\w./-]+\.md)$", read(ROOT / "mkdocs.yml"), re.MULTILINE)
    assert sorted(listed) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("path", HAND_WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_is_understood(path: Path) -> None:
    faults = {call: fault_of(call) for call in calls(read(path))}
    assert {call: fault for call, fault in faults.items() if fault} == {}


def test_calls_are_found() -> None:
    text = (
        'Run `malmoi ask "x" --trace`, not `malmoi`.\n'
        "```\n$ A=b malmoi rag index X && malmoi rag verify  # why\n"
        "malmoi curate \\\n  x.yaml\n  malmoi: no\n```\n"
    )
    assert calls(text) == [
        'malmoi ask "x" --trace',
        "malmoi rag index X",
        "malmoi rag verify  # why",
        "malmoi curate    x.yaml",
    ]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ('malmoi ask "x" --trace', ""),
        ("malmoi curate recipes/samples.yaml --data samples", ""),
        ("malmoi rag index PATH… --out X", ""),
        ("malmoi rag …", ""),
        ("malmoi train launch-config fsdp --processes 4 > fsdp.yaml", ""),
        ("malmoi curate x.yaml --date samples", "no option --date"),
        ("malmoi index x", "no command index"),
        ("malmoi rag serach x", "no command serach"),
        ("malmoi rag search x --k", "--k without a value"),
        ("malmoi rag search x y", "2 arguments instead of 1"),
        ('malmoi ask "x', "No closing quotation"),
    ],
)
def test_what_would_be_refused_is_a_fault(call: str, fault: str) -> None:
    assert fault_of(call) == fault
