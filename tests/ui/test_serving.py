"""The console as a process: it starts, says where, ends cleanly, and takes its children along."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from curation.errors import ConfigurationError
from malmoi.ui.serving import bound
from tests.malmoi.command import malmoi
from tests.ui.conftest import announced, started

PATIENCE_S = 120


@contextlib.contextmanager
def running(
    home: Path, *options: str
) -> Iterator[tuple["subprocess.Popen[str]", httpx.Client, dict[str, str]]]:
    process = started(home, *options)
    try:
        said = announced(process)
        headers = {"x-malmoi-token": said["token"]}
        with httpx.Client(base_url=said["url"], headers=headers, timeout=PATIENCE_S) as client:
            yield process, client, said
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_ends_with_a_signal_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, "--port", "0") as (process, client, said):
        assert said["url"].startswith("http://127.0.0.1:")
        assert client.get("/").status_code == 200
        port = httpx.URL(said["url"]).port
        assert [
            one.laddr.ip for one in psutil.Process(process.pid).net_connections() if one.status == "LISTEN"
        ] == ["127.0.0.1"]
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
    with contextlib.closing(bound(port or 0)):
        pass


def test_the_local_slack_runs_and_ends_with_the_console(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "0") as (process, client, _):
        assert client.post("/slack/start").status_code == 200
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 1
        shown = client.get("/slack", headers={"accept-language": "en"}).text
        assert "It is running." in shown
        address = shown.split('class="button primary" href="', 1)[1].partition('"')[0]
        assert httpx.get(address, timeout=PATIENCE_S).status_code == 200
        # A second start is the same one.
        client.post("/slack/start")
        assert psutil.Process(process.pid).children(recursive=True) == children
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        assert psutil.wait_procs(children, timeout=PATIENCE_S)[1] == []


def test_the_local_slack_is_stopped_and_may_die_by_itself(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "0") as (process, client, _):
        client.post("/slack/start")
        (child,) = psutil.Process(process.pid).children(recursive=True)
        assert client.post("/slack/stop").status_code == 200
        assert psutil.wait_procs([child], timeout=PATIENCE_S)[1] == []
        assert 'data-state="off"' in client.get("/slack").text
        client.post("/slack/start")
        (again,) = psutil.Process(process.pid).children(recursive=True)
        again.kill()
        # Its parent has not asked for it yet: it is dead and still there.
        until = time.monotonic() + PATIENCE_S
        while again.is_running() and again.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert 'data-state="off"' in client.get("/slack").text


def test_a_bot_that_cannot_start_is_a_fault_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "indexes" / "broken").mkdir(parents=True)
    (tmp_path / "indexes" / "broken" / "manifest.sqlite").write_bytes(b"no database")
    with running(tmp_path, "--port", "0", "--index", "indexes/broken") as (process, client, _):
        answer = client.post("/slack/start", params={"index": "broken"})
        assert answer.status_code == 500
        assert "cannot be read" in answer.json()["what"]
        assert psutil.Process(process.pid).children(recursive=True) == []
        assert 'data-state="failed"' in client.get("/slack").text
        assert client.post("/slack/start", params={"index": "absent"}).status_code == 400


def test_a_taken_port_is_said_with_the_next_free_one(tmp_path: Path) -> None:
    with contextlib.closing(bound(0)) as taken:
        port = taken.getsockname()[1]
        told = malmoi("ui", "--no-open", "--port", str(port), home=tmp_path)
        assert told.code == 2
        assert f"on port {port}" in told.err
        free = int(told.err.rpartition("--port ")[2].split()[0])
        assert free > port
        with contextlib.closing(bound(free)) as listener:
            assert listener.getsockname() == ("127.0.0.1", free)


def test_next_to_a_row_of_taken_ports_the_free_one_is_named() -> None:
    with contextlib.ExitStack() as taken:
        first = taken.enter_context(contextlib.closing(bound(0))).getsockname()[1]
        with contextlib.suppress(OSError, ConfigurationError):
            taken.enter_context(contextlib.closing(bound(first + 1)))
        with pytest.raises(ConfigurationError) as told:
            bound(first)
        assert int(told.value.fix.rpartition(" ")[2]) > first + 1


def test_a_fault_in_the_settings_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "malmoi.toml").write_text("[answer]\nmodle = 1\n", encoding="utf-8")
    told = malmoi("ui", "--no-open", home=tmp_path)
    assert told.code == 2
    assert "answer.modle" in told.err


def test_nobody_else_is_listened_to() -> None:
    with contextlib.closing(bound(0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert listener.family == socket.AF_INET
