"""`malmoi eval superni` and `malmoi superni translate`, with a scripted server and with a real model."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from curation.errors import ConfigurationError, UserError
from curation.readers.base import SourceFile
from curation.superni.checks import read_task
from curation.superni.schema import task_bytes
from malmoi.commands.evaluate_superni import superni
from malmoi.commands.superni_translate import name_of, translate
from tests.chat.bundled import needs_smollm2, smollm2_folder
from tests.chat.scripted_server import ScriptedServer, says
from tests.malmoi.command import malmoi_here as malmoi
from tests.prompting.superni.translators import TASK, Translator, replies

AWAY = "openai:m@http://localhost:9/v1"
DEMO = {"query_id": "1", "query": "Q", "response": "A"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection of one test task and one other."""
    (tmp_path / "data/tasks").mkdir(parents=True)
    (tmp_path / "data/splits/default").mkdir(parents=True)
    (tmp_path / "data/splits/default/test_tasks.txt").write_text(f"{TASK.name}\n", "utf-8")
    for name in (TASK.name, "task22_other"):
        (tmp_path / f"data/tasks/{name}.json").write_bytes(task_bytes(replace(TASK, name=name)))
    return tmp_path


def evaluated(capsys, **given):
    """What the command gives as JSON, in this process."""
    superni(**given, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_an_evaluation_is_kept_and_paid_once(folder, capsys, monkeypatch):
    with ScriptedServer() as server:
        server.behaviours = [replies(lambda turns: "delay")]
        command = ("eval", "superni", "--model", f"openai:m@{server.url}", "--data", folder / "data")
        first = malmoi(*command, "--out", "o.json", "--html", "o.html", "--json", home=folder)
        assert first.code == 0, first.err
        found = first.json
        assert [one["model"] for one in server.requests] == ["m"] * 6
        assert {(one["temperature"], one["max_tokens"]) for one in server.requests} == {(0, 128)}
        assert [len(one["messages"]) for one in server.requests] == [1] * 6
        assert json.loads((folder / "o.json").read_bytes()) == found
    # The server has gone, and is not needed.
    monkeypatch.setenv("MALMOI_HOME", str(folder))
    again = evaluated(capsys, model=f"openai:m@{server.url}", data=folder / "data", budget=1)
    assert (found["calls"]["spent"], again["calls"]["spent"], again["calls"]["reused"]) == (6, 0, 6)
    assert {**again, "calls": {}} == {**found, "calls": {}}
    assert (found["instances"], list(found["tasks"])) == (6, [TASK.name])
    assert found["exact_match"] == pytest.approx(100 * 4 / 6, abs=1e-4)
    assert found["categories"]["Text Categorization"]["baselines"]["copy-demo"]["score"] == pytest.approx(
        100 * 2 / 6, abs=1e-4
    )
    assert found["published"]["differences"] == ["Only 1 of the 119 test tasks were measured."]
    assert "Only 1 of the 119 test tasks" in (folder / "o.html").read_text("utf-8")


def test_a_server_that_fails_leaves_what_was_answered(folder, capsys, monkeypatch):
    with ScriptedServer() as server:
        answered = replies(lambda turns: "refund")
        server.behaviours = [answered, answered, says(400, {"error": {"message": "too long"}})]
        command = ("eval", "superni", "--model", f"openai:m@{server.url}", "--data", folder / "data")
        (folder / "data/tasks/task22_broken.json").write_text("{}", "utf-8")
        shown = malmoi(*command, "--tasks", "task22*", home=folder)
        assert shown.code == 0, shown.err
        assert "The model failed: " in shown.out
        assert "2 faults in the task files" in shown.out  # the broken one, and ids of task21
        assert "the model failed 4" in shown.out
        assert "4 instances got no answer and count as empty ones." in shown.out
        server.behaviours = [answered]
        prompt = {"task": "sfg", "instruction": "Be short.", "demos": [DEMO]}
        file = folder / "prompt.json"
        file.write_text(json.dumps({"version": 1, **prompt}), "utf-8")
        monkeypatch.setenv("MALMOI_HOME", str(folder))
        model = f"openai:m@{server.url}"
        led = evaluated(capsys, model=model, data=folder / "data", prompt=file, budget=4)
        assert (led["calls"]["spent"], led["faults"]["failed"]) == (4, 2)
        said = [(one["role"], one["content"]) for one in server.requests[-1]["messages"]]
        assert said[:-1] == [("system", "Be short."), ("user", "Q"), ("assistant", "A")]
        assert "prompt.json stood before each input." in led["published"]["differences"][1]


def test_tasks_are_translated_reviewed_and_valid(folder, capsys):
    with ScriptedServer() as server:
        model = Translator(lambda source, said: said.replace("50", ""))
        server.behaviours = [replies(model.say)]
        file = folder / f"data/tasks/{TASK.name}.json"
        again = partial(translate, [file], model=f"openai:m@{server.url}", out=folder / "korean")
        again(as_json=True)
        first = json.loads(capsys.readouterr().out)
        assert (first["faults"], first["stale"]) == ({"number lost": 1}, [])
        assert first["tasks"][0]["labels"] == {"refund": "환불", "delay": "지연"}
        again()  # nobody has written in the review: it is made again
        assert "Calls: 0 made" in capsys.readouterr().out
    review = folder / "korean/review.tsv"
    text = review.read_text("utf-8").replace(
        "\t유로를 돌려주세요.\tnumber 50", "\t50유로를 돌려주세요.\tnumber 50"
    )
    review.write_text(text, "utf-8")
    decided = review.read_bytes()
    with pytest.raises(UserError, match=r"decides on 1 texts that this run does not have.*: task21"):
        again(review=review, instances=4)
    with pytest.raises(UserError, match="with --review"):
        again()
    assert review.read_bytes() == decided
    again(review=review)
    second = capsys.readouterr().out
    assert "By the review: 1 kept, 0 dropped." in second
    assert "Calls: 0 made" in second
    written = folder / f"korean/{TASK.name}_ko.json"
    task, faults = read_task(SourceFile(written, written.name))
    assert (faults, len(task.instances), task.output_language) == ([], 6, ("Korean",))
    assert task.source[-1] == "translated into Korean by m"


def test_a_review_is_kept_from_another_one_and_from_a_long_run(folder, capsys):
    out = folder / "korean"
    review, read = out / "review.tsv", folder / "read.tsv"

    def say(turns):
        if read.exists():  # while the model works, somebody writes
            review.write_text(
                review.read_text("utf-8").replace("It was late.\t늦은", "It was late.\t많이 늦은"), "utf-8"
            )
        return Translator().say(turns)

    with ScriptedServer() as server:
        server.behaviours = [replies(say)]
        file = folder / f"data/tasks/{TASK.name}.json"
        again = partial(translate, [file], model=f"openai:m@{server.url}", out=out)
        again(instances=1)
        read.write_bytes(review.read_bytes())
        with pytest.raises(
            UserError, match=r"decides on 1 texts .* or has otherwise: .*negative/1/explanation"
        ):
            again(review=read, instances=2)
        with pytest.raises(UserError, match="decides on 1 texts"):
            again(review=read, instances=2)
        capsys.readouterr()
        again(review=review, instances=2)
    assert "By the review: 1 kept, 0 dropped." in capsys.readouterr().out
    assert "It was late.\t많이 늦은 일이기 때문이다.\t\t100.0\tkeep\t늦은" in review.read_text("utf-8")


def test_what_cannot_be_asked_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="takes a model that writes"):
        superni(model="extractive", data=tmp_path)
    # The model first: to read the tasks takes minutes.
    with pytest.raises(ConfigurationError, match="opnai"):
        superni(model="opnai:m", data=tmp_path)
    with pytest.raises(ConfigurationError, match="opnai"):
        translate([tmp_path], model="opnai:m", out=tmp_path / "korean")
    (tmp_path / "tasks").mkdir()
    with pytest.raises(ConfigurationError, match="no list of test tasks"):
        superni(model=AWAY, data=tmp_path)
    (tmp_path / "tasks/task1_x.json").write_bytes(task_bytes(TASK))
    with pytest.raises(ConfigurationError, match="None of 1 tasks"):
        superni(model=AWAY, data=tmp_path, tasks=["task2*"])
    with pytest.raises(ConfigurationError, match=r"No task is called 'task2\*'"):
        superni(model=AWAY, data=tmp_path, tasks=["task1*", "task2*"])
    (tmp_path / "more").mkdir()
    (tmp_path / "more/task1_x.json").write_bytes(task_bytes(TASK))
    with pytest.raises(ConfigurationError, match="Two task files"):
        translate([tmp_path / "tasks", tmp_path / "more"], model=AWAY, out=tmp_path / "korean")
    assert not (tmp_path / "korean").exists()


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("smollm2", "smollm2"),
        ("openai:qwen:7b@http://10.0.0.5:8000/v1", "qwen:7b"),
        ("transformers:/srv/models/mine", "mine"),
        ("transformers:models/mine", "models/mine"),
    ],
)
def test_files_for_others_name_the_model_alone(spec, name):
    assert name_of(spec) == name


@pytest.mark.slow
@needs_smollm2
def test_a_real_model_answers(folder, capsys, monkeypatch):
    monkeypatch.setenv("MALMOI_HOME", str(folder))
    model = smollm2_folder()
    found = evaluated(capsys, model=model, data=folder / "data", limit=1)
    assert (found["instances"], found["calls"]["spent"], found["model"]) == (1, 1, model)
    (answer,) = found["answers"]
    assert answer["prediction"].strip()
    assert answer["fault"] != "failed"
