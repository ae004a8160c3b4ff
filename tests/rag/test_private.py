"""Questions must not reach LangSmith, even where the user's shell switches its tracing on."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from tests.rag.conftest import HANDBOOK, write_documents

ASK = """
import sys
from pathlib import Path
from rag.answer import default_answerer
from rag.index import index_paths
docs, index = map(Path, sys.argv[1:])
index_paths([docs], index, embedder="none")
assert not default_answerer(index).ask("급여는 언제 들어오나요?").refused
"""
# The same library without malmoi: shows that the listener would have heard a trace.
TRACED = """
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.langchain import wait_for_all_tracers
RunnableLambda(lambda text: text).invoke("급여는 언제 들어오나요?")
wait_for_all_tracers()
"""


@contextmanager
def listener():
    """A loopback port and the list of what was sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    heard.append(connection.recv(64))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(("code", "traces"), [(TRACED, True), (ASK, False)])
def test_no_trace_leaves(tmp_path, project, code, traces):
    docs = write_documents(tmp_path / "docs.jsonl", HANDBOOK)
    with listener() as (port, heard):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LANG")}
        environment |= {
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_API_KEY": "none",
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{port}",
            "PYTHONPATH": str(project),
        }
        subprocess.run(
            [sys.executable, "-c", code, docs, tmp_path / "index"],
            env=environment,
            timeout=120,
            check=True,
            capture_output=True,
        )

    assert bool(heard) is traces
