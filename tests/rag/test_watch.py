"""A watcher in a process of its own, over real files."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.search import open_index

PROJECT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from rag.watch import watch
watch([Path(sys.argv[1])], Path(sys.argv[2]), say=lambda line: print(line, flush=True), embedder="none")
"""


class Watcher:
    """The process, and the lines that it said so far."""

    def __init__(self, process):
        self.process = process
        self.lines = deque()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, words, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in list(self.lines):
                if words in line:
                    return line
            time.sleep(0.05)
        pytest.fail(f"{words!r} was not said: {list(self.lines)}")

    def end(self, number):
        self.process.send_signal(number)
        status = self.process.wait(30)
        self._reader.join(10)
        return status


@contextmanager
def watching(source, out):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, source, out],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )
    try:
        watcher = Watcher(process)
        watcher.wait_for("Watching")
        yield watcher
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def found(out, query):
    index = open_index(out)
    try:
        return [hit.passage.doc_id for hit in index.search(query, 3)]
    finally:
        index.close()


def test_changes_reach_the_index_and_sigterm_ends_it_cleanly(tmp_path):
    source, out = tmp_path / "documents", tmp_path / "documents" / "index"
    source.mkdir()
    (source / "급여.md").write_text("급여는 매달 25일에 들어옵니다.", "utf-8")
    with watching(source, out) as watcher:
        (source / "주차.md").write_text("지하 주차장에 회사 자리가 18면 있습니다.", "utf-8")
        watcher.wait_for("1 added, 0 updated, 0 deleted · 2 passages")
        assert found(out, "주차장 자리")[0] == "주차.md"

        # As editors save: a file of another name takes the place of the old one.
        (source / "급여.md.tmp").write_text("급여는 매달 20일에 들어옵니다.", "utf-8")
        (source / "급여.md.tmp").rename(source / "급여.md")
        watcher.wait_for("0 added, 1 updated, 0 deleted")
        (source / "주차.md").unlink()
        watcher.wait_for("0 added, 0 updated, 1 deleted")
        said = len(watcher.lines)
        # What it writes itself, and hidden files, start no update.
        (source / ".숨김.md").write_text("비밀", "utf-8")
        time.sleep(2.5)
        assert len(watcher.lines) == said

        assert watcher.end(signal.SIGTERM) == 0
    assert watcher.lines[-1] == "Stopped; the next run goes on from here."
    assert found(out, "급여") == ["급여.md"]


def test_a_file_that_is_being_written_and_a_fault_do_not_end_it(tmp_path):
    source, out = tmp_path / "documents", tmp_path / "index"
    source.mkdir()
    (source / "급여.md").write_text("급여는 매달 25일에 들어옵니다.", "utf-8")
    with watching(source, out) as watcher:
        (source / "반쪽.hwpx").write_bytes(b"PK\x03\x04")
        assert "반쪽.hwpx" in watcher.wait_for("1 skipped")
        (source / "급여.md").unlink()
        (source / "반쪽.hwpx").unlink()
        watcher.wait_for("no document with text")

        with (source / "긴.md").open("w", encoding="utf-8") as stream:
            for number in range(30):
                stream.write(
                    f"{number}번 창고의 열쇠는 {number}층 창구에 있습니다. 문의는 살림팀에 합니다.\n"
                )
                stream.flush()
                time.sleep(0.1)
        deadline = time.monotonic() + 40
        while "29번" not in _text(out) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert "29번" in _text(out)
        assert watcher.end(signal.SIGINT) == 0


def _text(out):
    index = open_index(out)
    try:
        return "\n".join(hit.passage.text for hit in index.search("29번 창고의 열쇠", 10))
    finally:
        index.close()
