"""What a run does when it is asked to end."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from training.running.stopping import StopRequest, stop_on_signals

BOTH = (signal.SIGTERM, signal.SIGINT)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_first_signal_is_noted_and_the_handlers_come_back(number: signal.Signals, code: int) -> None:
    before = [signal.getsignal(one) for one in BOTH]
    with stop_on_signals() as request:
        assert not request
        assert request.exit_code == 0
        signal.raise_signal(number)
        assert request
        assert request.exit_code == code
    assert [signal.getsignal(one) for one in BOTH] == before


@pytest.mark.parametrize("first", BOTH)
def test_a_second_signal_does_what_it_did_before(first: signal.Signals) -> None:
    with stop_on_signals() as request:
        signal.raise_signal(first)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert request.number == first
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_sigterm_ends_the_process_on_the_spot(project: Path) -> None:
    program = (
        "import signal\nfrom training.running.stopping import stop_on_signals\n"
        "with stop_on_signals():\n"
        "    signal.raise_signal(signal.SIGTERM); print('noted', flush=True)\n"
        "    signal.raise_signal(signal.SIGTERM); print('never', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "noted\n"), done.stderr


def test_handlers_come_back_after_an_error() -> None:
    before = [signal.getsignal(one) for one in BOTH]
    with pytest.raises(ValueError, match="loss"), stop_on_signals():
        raise ValueError("loss is not a number")
    assert [signal.getsignal(one) for one in BOTH] == before


def test_another_thread_than_the_main_one_changes_no_handler() -> None:
    before = [signal.getsignal(one) for one in BOTH]
    seen: list[tuple[StopRequest, list[object]]] = []

    def work() -> None:
        with stop_on_signals() as request:
            seen.append((request, [signal.getsignal(one) for one in BOTH]))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert seen == [(StopRequest(0), before)]
