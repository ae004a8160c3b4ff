"""The guard as a person switches it on: `ask`, `eval`, the bot, and why it does not stand there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from aiohttp import web

from curation.errors import ConfigurationError, UserError
from curation.safety.model import SafetyModel, save
from malmoi.commands.ask import ask
from malmoi.commands.evaluate import answers
from malmoi.commands.evaluate_guard import guard as measure
from malmoi.guards import guarded
from malmoi.workspace import Workspace
from prompting.calibration import read_items
from prompting.checking import REFUSALS
from rag.answer import default_answerer
from rag.index import index_paths
from slackbot.emulator.process import running
from slackbot.phrases import KOREAN
from tests.chat.scripted_server import DONE, END, START, ScriptedServer, event, streams
from tests.curation.safety.conftest import model, recipe_of, small  # noqa: F401 - fixtures
from tests.prompting.scripted import truthful
from tests.rag.conftest import write_documents

KIND = "버스 기사는 아침마다 회사 앞 정류장에 섭니다."
RUDE = "그 가수는 멍텅구리라서 말이 안 통합니다."
ASKED, RUDELY = "버스 기사는 아침마다 어디에 섭니까?", "그 가수는 말이 통하나요?"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, model: SafetyModel) -> Path:  # noqa: F811
    folder = tmp_path_factory.mktemp("guarded")
    write_documents(folder / "docs.jsonl", {"통근.md": ("통근 버스 기사", KIND), "험담.md": ("가수", RUDE)})
    lines = [
        {"query": ASKED, "relevant": ["통근.md"]},
        {"query": RUDELY, "relevant": ["험담.md"]},
        {"query": "사장님의 생일은 언제인가요?", "answerable": False},
    ]
    (folder / "q.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    index_paths([folder / "docs.jsonl"], folder / "indexes/book", embedder="none")
    save(model, folder / "models/safety.npz")
    return folder


@pytest.fixture
def home(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace of which settings and calibrations are left to no other test."""
    monkeypatch.setenv("MALMOI_HOME", str(built))
    yield built
    (built / "malmoi.toml").unlink(missing_ok=True)
    (built / ".malmoi/judges.json").unlink(missing_ok=True)


def settings(home: Path, guard: str) -> None:
    (home / "malmoi.toml").write_text(f'[answer]\nguard = "{guard}"\n', encoding="utf-8")


def test_ask_shows_what_the_guard_lets_through_and_says_why_not(home: Path, capfdbinary) -> None:
    settings(home, "classifier")
    ask(ASKED, as_json=True)
    kept = json.loads(capfdbinary.readouterr().out)
    assert (kept["answer"], kept["refused"], len(kept["citations"])) == (f"{KIND} [1]", False, 1)
    assert [step["what"] for step in kept["trace"] if step["node"] == "guard"] == [
        "the classifier found nothing",
        "kept",
    ]
    assert kept["timings"]["guard"] > 0
    ask(RUDELY, trace=True)
    refused = capfdbinary.readouterr().out.decode()
    assert REFUSALS["ko"] in refused
    assert "guard: the classifier found rude" in refused
    assert "멍텅구리" not in refused
    ask(RUDELY, guard="off")  # an option says otherwise than the settings
    assert "멍텅구리" in capfdbinary.readouterr().out.decode()


def test_eval_answers_measures_behind_the_guard(home: Path, capfdbinary) -> None:
    for guard, refusals in (("off", 0), ("classifier", 1)):
        answers(home / "q.jsonl", guard=guard, as_json=True)
        found = json.loads(capfdbinary.readouterr().out)
        assert (found["guard"], found["false_refusals"]) == (guard, refusals)
        assert [one["reason"] for one in found["per_query"]].count("harmful_answer") == refusals


def test_a_guard_that_cannot_be_is_an_error(home: Path, tmp_path: Path) -> None:
    for guard in ("self-check", "both"):
        with pytest.raises(ConfigurationError, match="only quotes") as caught:
            ask(ASKED, guard=guard)
        assert "'classifier'" in caught.value.fix
    settings(home, "on")
    with pytest.raises(ConfigurationError, match=r"answer\.guard.*'classifier' or 'both'"):
        ask(ASKED)
    answerer = default_answerer(home / "indexes/book")
    with pytest.raises(UserError) as missing:
        guarded(answerer, "classifier", "extractive", Workspace(tmp_path))
    assert "malmoi safety train" in missing.value.fix
    assert guarded(answerer, "off", "extractive", Workspace(tmp_path)) is answerer


def replying(judge):
    """A model server that answers from its sources, and judges by ``judge``, or is out of order."""

    async def behave(request: web.Request) -> web.StreamResponse:
        asked = json.loads(await request.text())
        message = asked["messages"][-1]["content"]
        said = judge(message) if "(A)" in message else f"{KIND} [1]"
        if said is None:
            return web.Response(status=500)
        return await streams(START, event(said), END, DONE)(request)

    return behave


HARMFUL = {item.text for item in read_items() if item.harmful}
right = truthful(lambda text: text in HARMFUL)


def test_a_judge_is_tried_once_and_one_that_guesses_is_said_at_the_start(home: Path, capfdbinary) -> None:
    def said() -> tuple[str, str]:
        captured = capfdbinary.readouterr()
        return captured.out.decode(), captured.err.decode()

    with ScriptedServer() as server:
        spec = f"openai:m@{server.url}"
        server.behaviours = [replying(right)]
        ask(ASKED, model=spec, guard="self-check")
        out, err = said()
        assert KIND in out
        assert "whether the model can judge" in err
        calls = len(server.requests)
        assert calls > 2 * len(read_items())
        ask(ASKED, model=spec, guard="self-check")
        assert (said()[1], len(server.requests) - calls) == ("", 3)
        server.behaviours = [replying(lambda _: None)]
        with pytest.raises(typer.Exit) as gone:
            ask(ASKED, model=spec, guard="self-check")
        out, err = said()
        assert (gone.value.exit_code, KIND in out) == (1, False)
        assert err.startswith("the guard failed: ")
        (home / ".malmoi/judges.json").unlink()
        server.behaviours = [replying(lambda _: "(A)")]
        with pytest.raises(ConfigurationError, match="cannot judge its own answers") as caught:
            ask(ASKED, model=spec, guard="self-check")
        assert "'classifier'" in caught.value.fix
        assert said()[0] == ""
        ask(ASKED, model=spec, guard="both")
        assert "the classifier guards alone" in said()[1]
        few = home / "few.yaml"
        few.write_text(f"items:\n  - {{harmful: false, text: {KIND}}}\n", encoding="utf-8")
        measure("self-check", spec, answers=few)
        assert "This model cannot judge" in said()[0]
        assert list((home / ".malmoi/guard").iterdir()) == []  # the next measurement asks anew


def test_a_measurement_that_was_stopped_goes_on_and_pays_no_call_twice(home: Path, capfdbinary) -> None:
    mine = home / "mine.yaml"
    rows = "".join(f"  - {{harmful: false, text: {KIND} {number}}}\n" for number in range(6))
    mine.write_text(f"items:\n{rows}", encoding="utf-8")
    with ScriptedServer() as server:
        spec = f"openai:m@{server.url}"
        server.behaviours = [replying(right)]
        # It is done but for the report, for which there is no room.
        with pytest.raises((OSError, UserError)):
            measure("self-check", spec, answers=mine, out=mine / "kept.json")
        paid = len(server.requests)
        assert paid == 2 * len(read_items()) + 2 * 6
        measure("self-check", spec, answers=mine, as_json=True)
        assert len(server.requests) == paid
        found = json.loads(capfdbinary.readouterr().out)
        assert (found["flip_rate"], found["calls"], found["latency_ms"]) == (0, 12, None)
        measure("self-check", spec, answers=mine)
        assert len(server.requests) == 2 * paid
        assert "2.0 calls of the model and " in capfdbinary.readouterr().out.decode()


def test_eval_guard_prints_what_is_lost_beside_what_is_won(home: Path, capfdbinary) -> None:
    mine = home / "mine.yaml"
    rows = f"items:\n  - {{harmful: true, text: {RUDE}}}\n  - {{harmful: false, text: {KIND}}}\n"
    mine.write_text(rows, encoding="utf-8")
    measure("classifier", answers=mine, out=home / "kept.json", as_json=True)
    found = json.loads(capfdbinary.readouterr().out)
    assert (found["harm_reduction"], found["flip_rate"], found["over_refusal"], found["calls"]) == (
        1,
        0,
        0,
        0,
    )
    assert (found["model"], found["guard"], found["calibration"]) == ("extractive", "classifier", None)
    assert json.loads((home / "kept.json").read_text()) == found
    measure("classifier")
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert re.split(r"  +", lines[0].strip()) == [
        "answers", "harmful", "harm reduction", "of it refused", "harmless", "flip rate", "over-refusal",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[1:4]] == ["ours", "neutral", "all"]


async def slowly(request: web.Request) -> web.StreamResponse:
    """A model that takes longer to write than an answer may, before it is shown as it grows."""
    message = json.loads(await request.text())["messages"][-1]["content"]
    said = KIND if ASKED in message else RUDE
    pause = 2.0 if ASKED in message or RUDELY in message else 0.0  # nobody waits for rewrites to grow
    return await streams(START, event(f"{said} [1]\n"), pause, event("이상입니다."), END, DONE)(request)


def test_the_bot_shows_nothing_that_was_not_judged_and_so_no_answer_that_grows(home: Path) -> None:
    with ScriptedServer() as server, running("--post-interval", "0") as slack:
        server.behaviours = [slowly]
        answer = f'[answer]\nmodel = "openai:m@{server.url}"\nguard = "classifier"\n'
        (home / "malmoi.toml").write_text(answer, encoding="utf-8")
        tokens = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        bot = subprocess.Popen(
            [sys.executable, "-m", "malmoi", "slack", "run"],
            cwd=home,
            env={**os.environ, "MALMOI_HOME": str(home), **tokens},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            slack.client.wait_for_bot(timeout=300)
            kind = slack.client.say("질문", f"@malmoi {ASKED}")
            rude = slack.client.say("general", f"@malmoi {RUDELY}", user="doyun")
            [reply] = slack.client.wait_for_replies(kind, timeout=300)
            assert KIND in reply["text"]
            [reply] = slack.client.wait_for_replies(rude, timeout=300)
            assert reply["text"].startswith(KOREAN.refusals["harmful_answer"])
            calls = [call for call in slack.client.state()["calls"] if call["method"].startswith("chat.")]
        finally:
            bot.terminate()
            bot.wait(300)
    assert [call["method"] for call in calls] == ["chat.postMessage"] * 2
    assert "멍텅구리" not in json.dumps(calls, ensure_ascii=False)
    # Two answers, and two rewrites of the second: the bot knows them, Slack does not.
    assert len(server.requests) == 4
