"""What malmoi does for its person works without a network, and does not try to reach one.

`malmoi demo` is run in the same way, in tests/malmoi/test_demo.py.
"""

import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.malmoi.small import prepared
from tests.malmoi.trace import beyond_loopback, destinations, offered
from tests.privacy.alone import Recorded, run_alone, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

PYTHON = [sys.executable, "-c"]
MALMOI = [sys.executable, "-m", "malmoi"]
TRAINING = {
    "name": "trial",
    "base": "tiny",
    "data": {
        "train": [{"path": "rows.jsonl", "format": "messages", "licence": "CC0-1.0"}],
        "max_length": 96,
    },
    "train": {"max_steps": 5, "batch": 2},
}


def recorded(home: Path, name: str, command: list[str]) -> Recorded:
    """Run alone; the command must do its work, call nobody and be callable by nobody."""
    done = run_alone(command, home, home / f"{name}.trace")
    assert done.code == 0, f"{name}: {done.err or done.out}"
    assert beyond_loopback(done.log) == set(), name
    assert offered(done.log) == set(), name
    return done


def test_from_sources_to_a_reply_in_slack(tmp_path: Path, project: Path) -> None:
    home = prepared(tmp_path)
    curate = ["curate", "run", "recipe.yaml", "--data", "data", "--out", "releases/small", "--json"]
    assert json.loads(recorded(home, "curate", [*MALMOI, *curate]).out)["release"]
    index = ["rag", "index", "releases/small", "--out", "indexes/small", "--embedder", "none", "--json"]
    assert json.loads(recorded(home, "index", [*MALMOI, *index]).out)["passages"] > 0
    asked = recorded(home, "ask", [*MALMOI, "ask", "주차장은 어디에 있습니까?", "--json"])
    assert "지하 2층" in json.loads(asked.out)["answer"]

    driver = project / "tests/privacy/slack_thread.py"
    replies = recorded(home, "slack", [sys.executable, str(driver), "indexes/small"])
    where, when = json.loads(replies.out)
    assert "지하 2층" in where
    assert "열두 시" in when
    # The record works: the bot spoke to the emulator over loopback.
    assert any(destinations(replies.log))


def test_a_training_run(tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "user", "content": f"{n}번?"}, {"role": "assistant", "content": "네."}]}
        for n in range(24)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "rows.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "trial.yaml").write_text(yaml.safe_dump(TRAINING), encoding="utf-8")
    run = ["train", "run", "trial.yaml", "--no-evaluate", "--json"]
    assert json.loads(recorded(tmp_path, "train", [*MALMOI, *run]).out)["steps"] == 5


ATTEMPTS = {
    "a connection": (
        "import socket; socket.create_connection(('192.0.2.7', 443), timeout=5)",
        ("192.0.2.7", 443),
    ),
    "a connection over IPv6": (
        "import socket; socket.create_connection(('2001:db8::7', 443), timeout=5)",
        ("2001:db8::7", 443),
    ),
    "a datagram": (
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'.', ('192.0.2.7', 514))",
        ("192.0.2.7", 514),
    ),
    "a thread of a child": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', '''import threading, socket\n"
        'thread = threading.Thread(target=socket.socket().connect, args=(("192.0.2.7", 80),))\n'
        "thread.start(); thread.join()'''], check=False); raise OSError",
        ("192.0.2.7", 80),
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_fails_and_is_in_the_record(tmp_path: Path, attempt: str) -> None:
    code, place = ATTEMPTS[attempt]
    done = run_alone([*PYTHON, code], tmp_path, tmp_path / "trace")
    assert done.code == 1
    assert "OSError" in done.err
    assert beyond_loopback(done.log) == {place}


def test_a_question_for_an_address_is_in_the_record(tmp_path: Path) -> None:
    ask = "import socket; socket.getaddrinfo('example.invalid', 443)"
    done = run_alone([*PYTHON, ask], tmp_path, tmp_path / "trace")
    assert done.code == 1
    assert "gaierror" in done.err
    assert beyond_loopback(done.log) != set()


def test_what_others_could_call_is_in_the_record(tmp_path: Path) -> None:
    listen = "import socket; socket.create_server(('0.0.0.0', 8099)).close()"
    done = run_alone([*PYTHON, listen], tmp_path, tmp_path / "trace")
    assert done.code == 0, done.err
    assert offered(done.log) == {("0.0.0.0", 8099)}


# What TRL does whenever a trainer is made.
REPORT = """
from huggingface_hub.utils import _telemetry, send_telemetry
send_telemetry("trial", library_name="trial")
_telemetry._TELEMETRY_QUEUE.join()
"""


@pytest.mark.parametrize(("first", "is_silent"), [("", False), ("import curation", True)])
def test_a_report_of_a_library_would_be_in_the_record(tmp_path: Path, first: str, is_silent: bool) -> None:
    """The same library without malmoi: shows that the silence of the commands means something."""
    pytest.importorskip("huggingface_hub")
    done = run_alone([*PYTHON, f"{first}\n{REPORT}"], tmp_path, tmp_path / "trace")
    assert done.code == 0, done.err
    assert (beyond_loopback(done.log) == set()) is is_silent
