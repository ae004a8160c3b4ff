"""The page on models: its chain runs with any model, and it names every spec, limit and variable."""

import io
import re
from contextlib import chdir, redirect_stdout
from pathlib import Path

import pytest

import chat
from chat.model_server import Patience
from chat.openai_compatible import ServedChatModel
from chat.server_key import VARIABLES
from rag.embedding import describe_embedders
from tests.docs.console_examples import check


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/models.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(project: Path, page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the page's commands were run."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "samples").symlink_to(project / "samples")
    check(page, folder)
    return folder


def printed(code: str, home: Path) -> str:
    """What an example prints, run in `home`; in this process, which has imported all that it imports."""
    with chdir(home), redirect_stdout(io.StringIO()) as said:
        exec(compile(code, "models.md", "exec"), {"__name__": "__main__"})
    return said.getvalue()


def block(page: str, language: str) -> str:
    """The last example of that language: the chain."""
    return str(re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)[-1])


def test_the_chain_prints_what_the_page_shows(page: str, home: Path) -> None:
    assert printed(block(page, "python"), home).strip() == block(page, "text").strip()


def test_the_chain_runs_with_a_model_in_this_process(page: str, home: Path) -> None:
    pytest.importorskip("transformers", reason="needs malmoi[models]")
    from tests.chat.tiny_model import save_model

    folder = save_model(home / "tiny", max_position_embeddings=8192)
    code = block(page, "python")
    assert code.count('chat.load("extractive")') == 1
    # Some words of its random text are enough.
    model = f'chat.load("transformers:{folder}").bind(max_tokens=16)'
    assert printed(code.replace('chat.load("extractive")', model), home).strip()


@pytest.mark.parametrize("described", [chat.describe, describe_embedders])
def test_every_spec_is_there(page: str, described: object) -> None:
    for line in described().splitlines():  # type: ignore[operator]
        assert f"`{line.split('  ')[0]}`" in page


def test_limits_are_those_of_the_code(page: str) -> None:
    patience = Patience()
    rows = re.findall(r"^\| .*? \| (\d+) s", page, re.MULTILINE)
    expected = [patience.connect, patience.first, patience.between, patience.total]
    assert [float(seconds) for seconds in rows] == expected
    assert ServedChatModel.model_fields["max_requests"].default == 4
    for name in VARIABLES:
        assert f"`{name}`" in page


def test_limits_in_this_process_are_those_of_the_code(page: str) -> None:
    pytest.importorskip("transformers", reason="needs malmoi[models]")
    from chat.transformers_model import TransformersChatModel

    defaults = {name: field.default for name, field in TransformersChatModel.model_fields.items()}
    assert f"at most {defaults['max_batch_rows']} at a time" in page
    assert f"at most {defaults['max_batch_tokens']:,} tokens" in page
    assert f"{defaults['max_requests']} questions may" in page
    assert defaults["patience"] == 60
