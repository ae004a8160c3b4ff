"""The page on SuperNI with a model: examples print what it shows; options, names and numbers exist."""

import inspect
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from curation.superni.encoding import SOURCE_TOKENS
from curation.superni.schema import task_bytes
from curation.superni.splits import EVALUATION_INSTANCES
from malmoi.commands.evaluate_superni import superni
from malmoi.commands.superni_translate import translate
from malmoi.main import app
from prompting.superni.faults import AnswerFault
from prompting.superni.inputs import TARGET_TOKENS
from prompting.superni.published import PUBLISHED, TEST_TASKS
from prompting.superni.translation import labels, review
from prompting.superni.translation.translating import DOUBTFUL, MOST_RETRIES
from tests.chat.scripted_server import ScriptedServer
from tests.docs.console_examples import LEFT_OUT, examples, squeezed
from tests.prompting.superni.translators import TASK, Translator, replies


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/superni-evaluation.md").read_text(encoding="utf-8")


def test_the_examples_show_what_the_commands_print(page: str, tmp_path: Path, monkeypatch) -> None:
    """A task is translated, corrected, and measured; in this process, for the model's sake."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MALMOI_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    Path("tasks").mkdir()
    Path(f"tasks/{TASK.name}.json").write_bytes(task_bytes(TASK))
    with ScriptedServer() as server:

        def shows(example: tuple[str, list[str]], say) -> None:
            server.behaviours = [replies(say)]
            command = re.sub(r"http://localhost:\d+/v1", server.url, example[0])
            done = CliRunner().invoke(app, shlex.split(command)[1:])
            assert done.exit_code == 0, done.output
            lines = [squeezed(line) for line in done.output.splitlines()]
            place = 0
            for wanted in (squeezed(line) for line in example[1] if line != LEFT_OUT):
                assert wanted in lines[place:], f"{command} does not print: {wanted}\n{done.output}"
                place = lines.index(wanted, place) + 1

        _, first, corrected, measured = examples(page)
        model = Translator(lambda source, said: said.replace("50", ""))
        shows(first, model.say)
        file = Path("korean/review.tsv")
        file.write_text(file.read_text("utf-8").replace("\t유로를", "\t50유로를", 1), "utf-8")
        shows(corrected, model.say)
        shows(measured, lambda turns: "지연")


def test_its_options_exist(page: str) -> None:
    options = {
        name.replace("as_json", "json").replace("_", "-")
        for command in (superni, translate)
        for name in inspect.signature(command).parameters
    }
    assert set(re.findall(r"--([a-z][a-z0-9-]*)", page)) == options - {"paths"}


def test_its_names_are_those_of_the_code(page: str, tmp_path: Path) -> None:
    table, columns = (
        section.partition("\n## ")[0] for section in re.split(r"\n\| (?:name|column) \|", page)[1:]
    )
    assert set(re.findall(r"`(\w+)`", table.partition("\n\n")[0])) == set(get_args(AnswerFault)) - {""}
    rows = columns.partition("\n\n")[0].splitlines()
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])] == list(
        review._COLUMNS
    )
    (tmp_path / "words.yaml").write_text(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0], "utf-8")
    words = labels.read_words(tmp_path / "words.yaml")
    labels.check_words(tmp_path / "words.yaml", words, {TASK.name: labels.labels_of(TASK)})
    assert words.names == {"Oslo": "오슬로"}


def test_its_numbers_are_those_of_the_code(page: str) -> None:
    text = " ".join(page.split())
    assert f"within {SOURCE_TOKENS:,} tokens" in text
    assert f"within {TARGET_TOKENS} tokens, for the first {EVALUATION_INSTANCES} instances" in text
    assert f"all {TEST_TASKS['default']} (or {TEST_TASKS['xlingual']}) test tasks" in text
    assert (
        f"{PUBLISHED[0].system} {PUBLISHED[0].default:.2f}, {PUBLISHED[1].system} {PUBLISHED[1].default:.2f}"
        in text
    )
    assert f"first `--instances` ({inspect.signature(translate).parameters['instances'].default})" in text
    assert f"below {DOUBTFUL:.0f}, look first" in text
    assert f"at most {labels._MOST} of them" in text
    assert MOST_RETRIES == 2
    assert "asked for again, twice at most" in text
