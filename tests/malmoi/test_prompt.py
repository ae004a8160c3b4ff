"""`malmoi prompt` as a person runs it, against a server and the bundled model."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import orjson
import pytest
from aiohttp import web

from malmoi.main import main
from tests.chat.bundled import needs_smollm2, smollm2_folder
from tests.chat.scripted_server import DONE, END, START, ScriptedServer, event
from tests.malmoi.command import Result

FRUITS = ["사과", "배", "감", "귤", "포도", "자두", "살구", "매실"]


def answering(delay=0.0, until=10_000, go_on=None):
    """Says how many letters the fruit has, and is wrong now and then; after ``until`` requests, nothing.

    From the twentieth on, requests wait for ``go_on``.
    """
    count = iter(range(100_000))

    async def behave(request):
        import asyncio

        number = next(count)
        if number >= until:
            request.transport.abort()
        body = orjson.loads(await request.read())
        while go_on and number >= 19 and not go_on.is_set():
            await asyncio.sleep(0.02)
        await asyncio.sleep(delay)
        fruit = body["messages"][-1]["content"].split("'")[1]
        letters = len(fruit) if (body.get("seed", 0) + FRUITS.index(fruit)) % 5 else 9
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in (START, event(f"{letters}글자입니다."), END, DONE):
            await response.write(part)
        await response.write_eof()
        return response

    return behave


@pytest.fixture
def server():
    with ScriptedServer() as running:
        running.behaviours = [answering()]
        yield running


@pytest.fixture
def folder(tmp_path):
    rows = [
        {"query": f"'{fruit}'는 몇 글자입니까?", "id": fruit, "answer": f"{len(fruit)}글자"}
        for fruit in FRUITS
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """`malmoi ARGUMENTS` in this process; starting one takes longer than these commands do."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MALMOI_HOME", str(folder))
    monkeypatch.setattr("chat.model_server._FIRST_PAUSE", 0.01)

    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["malmoi", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return Result(end.value.code, *capsys.readouterr())

    return called


def options(server, *more):
    return ["--queries", "q.jsonl", "--model", f"openai:m@{server.url}", *more]


def test_from_questions_to_a_prompt_that_is_shown_and_measured(folder, server, run):
    planned = run(
        "prompt", "select", *options(server, "--plan", "--price-per-million", "1", "2", "--json")
    ).json["plan"]
    assert (planned["questions"], planned["calls"], planned["kept"]) == (8, 48, 0)
    assert planned["most_cost"] == pytest.approx((planned["prompt_tokens"] + 2 * 48 * 128) / 1e6)
    assert server.requests == []
    assert sorted(path.name for path in folder.iterdir()) == ["q.jsonl"]

    done = run("prompt", "select", *options(server, "--k", "3", "--json"))
    assert done.code == 0, done.err
    found = done.json
    assert found["calls"] == {"spent": 48, "reused": 0}
    assert (found["answered"], found["stopped"], len(found["prompt"]["demos"])) == (8, None, 3)
    assert "48 calls" in done.err
    assert len(server.requests) == 48
    assert {one["temperature"] for one in server.requests} == {0.7}
    assert json.loads((folder / "prompt.json").read_text()) == found["prompt"]

    again = run("prompt", "select", *options(server, "--k", "2"))
    assert "Written: prompt.json (0 calls, 48 were kept from before)" in again.out
    shown = run("prompt", "show", "prompt.json")
    assert "2 demos for sfg, chosen by USP of the answers of openai:m@" in shown.out
    assert "replies say" in shown.out

    measured = run("prompt", "eval", *options(server, "--prompt", "prompt.json", "--json")).json
    assert [way["way"] for way in measured["ways"]][:2] == ["zero-shot", "the prompt"]
    assert measured["calls"]["spent"] == measured["plan"]["calls"] == 8 * 18
    assert measured["ways"][0]["score"] == 6 / 8  # 사과 and 자두 are the fifths, which it gets wrong
    table = run("prompt", "eval", "--queries", "q.jsonl", "--prompt", "prompt.json")
    assert "self-consistency" in table.out
    assert len(server.requests) == 48 + 8 * 18


def test_stopped_by_a_person_it_leaves_a_prompt_and_spends_no_call_twice(folder, server, run):
    go_on = threading.Event()
    server.behaviours = [answering(delay=0.25, go_on=go_on)]
    process = subprocess.Popen(
        [sys.executable, "-m", "malmoi", "prompt", "select", *options(server)],
        cwd=folder,
        env={**os.environ, "MALMOI_HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 300
    try:
        while len(server.requests) < 20:
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        go_on.set()
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "run the same command again to go on" in err
    assert "Written: prompt.json" in out
    made = len(server.requests)
    assert made < 48
    server.behaviours = [answering()]
    assert len((folder / "prompt.json.calls.jsonl").read_text().splitlines()) == made
    done = run("prompt", "select", *options(server, "--json"))
    assert done.json["calls"] == {"spent": 48 - made, "reused": made}
    assert len(server.requests) == 48


def test_a_budget_gives_a_partial_prompt_and_says_how_to_go_on(folder, server, run):
    done = run("prompt", "select", *options(server, "--budget", "20", "--json"))
    assert done.code == 1
    assert "The budget of 20 calls is spent; 28 calls are left over." in done.err
    assert "--budget" in done.json["stopped"]["fix"]
    assert (done.json["answered"], len(server.requests)) == (3, 20)
    assert len(json.loads((folder / "prompt.json").read_text())["demos"]) == 3


def test_a_server_that_cannot_be_reached_is_one_message(folder, run):
    done = run("prompt", "select", "--queries", "q.jsonl", "--model", "openai:m@http://127.0.0.1:9/v1")
    assert (done.code, done.err.count("error:")) == (1, 1)
    assert "no connection could be made" in done.err
    assert not (folder / "prompt.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--queries", "none.jsonl"], "cannot be read"),
        (["--model", "extractive"], "extractive"),
        (["--out", "q.jsonl"], "The file is there already"),
    ],
)
def test_wrong_use_is_one_message_before_anything_is_asked(server, run, arguments, said):
    done = run("prompt", "select", *options(server), *arguments)
    assert (done.code, done.err.count("error:")) == (2, 1)
    assert said in done.err
    assert server.requests == []


def test_a_prompt_of_other_questions_is_not_written_over(folder, server, run):
    assert run("prompt", "select", *options(server)).code == 0
    before = (folder / "prompt.json").read_bytes()
    with_reasons = run("prompt", "select", *options(server), "--cot")
    assert (with_reasons.code, "no prompt of these questions" in with_reasons.err) == (2, True)
    (folder / "q.jsonl").write_text('{"query": "다른 \'감\' 질문"}\n')
    done = run("prompt", "select", *options(server))
    assert (done.code, "no prompt of these questions" in done.err) == (2, True)
    assert (folder / "prompt.json").read_bytes() == before


def test_answers_from_sources_refuse_demos_that_are_labels(folder, run):
    (folder / "p.yaml").write_text("task: cls\nlabels: [가, 나]\ndemos: []\n")
    (folder / "malmoi.toml").write_text('[answer]\nprompt = "p.yaml"\nindex = "none"\n')
    done = run("ask", "연차는?")
    assert (done.code, "labels; answers from sources are sentences" in done.err) == (2, True)


def test_the_demos_of_the_settings_lie_in_the_workspace_and_the_option_comes_first(folder):
    from malmoi.answer_demos import answer_demos
    from malmoi.workspace import Workspace

    text = "task: sfg\ndemos:\n- {query_id: a, query: 가, response: %s}\n"
    (folder / "p.yaml").write_text(text % "나")
    (folder / "other.yaml").write_text(text % "다")
    workspace = Workspace(folder)
    assert answer_demos(None, workspace) == []
    (folder / "malmoi.toml").write_text('[answer]\nprompt = "p.yaml"\n')
    assert [turn.content for turn in answer_demos(None, workspace)] == ["가", "나"]
    assert [turn.content for turn in answer_demos(folder / "other.yaml", workspace)] == ["가", "다"]


def test_what_a_model_wrote_is_shown_and_steers_nothing(folder, run):
    demo = '- {query_id: a, query: "[bold]가", response: "나\\e[2J[/]", why: "w[/]"}'
    (folder / "p.yaml").write_text(
        f"task: sfg\ninstruction: '[/]'\ndemos:\n{demo}\nnotes: ['n[/]']\ndropped: {{'[/]': 2}}\n"
    )
    shown = run("prompt", "show", "p.yaml")
    assert (shown.code, "\x1b" in shown.out) == (0, False)
    assert [line.strip() for line in shown.out.splitlines()] == [
        "1 [bold]가",
        r"→ 나\u001b[2J[/]",
        "score +0.00: w[/]",
        "[/]",
        "1 demos for sfg, chosen by hand · confidence 0.00 · 0 calls",
        "Left out: [/] 2",
        "n[/]",
    ]


@pytest.mark.slow
@needs_smollm2
def test_a_real_model_end_to_end(folder, run):
    rows = (folder / "q.jsonl").read_text().splitlines()[:6]
    (folder / "q.jsonl").write_text("\n".join(rows))
    arguments = ["--queries", "q.jsonl", "--model", smollm2_folder(), "--task", "cls", "--k", "2", "--json"]
    done = run("prompt", "select", *arguments, "--labels", "1글자", "--labels", "2글자")
    assert done.code == 0, done.err
    assert done.json["calls"] == {"spent": 6, "reused": 0}
    assert {demo["answer"] for demo in done.json["prompt"]["demos"]} == {"1글자", "2글자"}
