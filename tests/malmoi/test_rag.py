"""`malmoi rag` and `malmoi ask` as a person and a program use them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.malmoi.command import malmoi as malmoi_alone
from tests.malmoi.command import malmoi_here as malmoi

DOCUMENTS = {
    "휴가/연차.md": "# 연차 휴가\n\n연차 휴가는 5영업일 전까지 나이테에서 신청합니다.\n",
    "인사/급여.md": "# 급여\n\n급여는 매달 25일에 들어옵니다.\n",
    "주차.md": "# 주차\n\n지하 주차장에 회사 자리가 18면 있습니다.\n",
}
SALARY = "급여는 매달 언제 들어오나요?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with documents, rules of who may read them, and an index by words."""
    for name, text in DOCUMENTS.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "acl.yaml").write_text('"인사/*": [인사팀]\n"없음/*": [아무도]\n', encoding="utf-8")
    options = ("--acl", "acl.yaml", "--embedder", "none")
    built = malmoi("rag", "index", "docs", *options, home=tmp_path)
    assert built.code == 0, built.err
    assert "3 documents added" in built.out
    assert "No document matches the rule '없음/*'" in built.out
    return tmp_path


def test_groups_find_what_they_may_read(home: Path) -> None:
    seen = {
        groups: malmoi("ask", SALARY, *groups, "--json", home=home).json
        for groups in ((), ("--as", "인사팀"), ("--as", "개발팀"), ("--as", "개발팀", "--as", "인사팀"))
    }
    assert [answer["refused"] for answer in seen.values()] == [False, False, True, False]
    assert "25일" not in json.dumps(seen["--as", "개발팀"], ensure_ascii=False)
    found = malmoi("rag", "search", SALARY, "--as", "개발팀", "--json", home=home).json["hits"]
    assert "인사/급여.md" not in {hit["doc_id"] for hit in found}


def test_an_answer_shows_its_place_and_its_trace(home: Path) -> None:
    shown = malmoi_alone("ask", SALARY, "--trace", home=home)
    assert shown.code == 0, shown.err
    lines = [line.strip() for line in shown.out.splitlines() if line.strip()]
    assert lines[0] == "급여는 매달 25일에 들어옵니다. [1]"
    assert lines[1:3] == ["[1] 인사/급여.md, 급여", "「급여는 매달 25일에 들어옵니다.」"]
    assert "verify: 1 quotes stand" in lines
    asked = malmoi("ask", SALARY, "--source", "휴가/", "--json", home=home).json
    assert (asked["refused"], asked["citations"]) == (True, [])


@pytest.mark.parametrize("date", ["2026-13-01", "어제", "20260101", "2026-1-1"])
def test_what_is_no_date_is_wrong_usage(home: Path, date: str) -> None:
    told = malmoi("rag", "search", "급여", "--since", date, home=home)
    assert told.code == 2
    assert "--since" in told.err


def test_a_backup_is_restored_and_moved_to_another_store(home: Path) -> None:
    assert malmoi("rag", "backup", "kept.tar.gz", "--json", home=home).json["passages"] == 3
    assert malmoi("rag", "restore", "kept.tar.gz", "--json", home=home).json["passages"] == 3
    again = malmoi("rag", "restore", "kept.tar.gz", home=home)
    assert again.code == 2
    assert "not empty" in again.err

    elsewhere = f"milvus-lite:{home / 'moved.db'}"
    move = ("rag", "migrate", "--to", elsewhere, "--index", "indexes/kept", "--json")
    moved = malmoi_alone(*move, home=home).json
    assert (moved["passages"], moved["store"], moved["older_store"]) == (3, elsewhere, "lancedb")
    answer = malmoi_alone("ask", SALARY, "--index", "indexes/kept", "--json", home=home).json
    assert answer["citations"][0]["quote"] == "급여는 매달 25일에 들어옵니다."


def test_verify_finds_what_is_lost_and_the_next_run_brings_it_back(home: Path) -> None:
    import lancedb

    assert malmoi("rag", "verify", home=home).code == 0
    lancedb.connect(home / "indexes/docs/tables").open_table("passages").delete("doc_id = '주차.md'")

    told = malmoi("rag", "verify", home=home)
    assert told.code == 1
    assert "1 passages are recorded and not in the store" in told.out
    mended = malmoi("rag", "verify", "--repair", "--json", home=home)
    assert (mended.code, mended.json["mended"]) == (0, 1)
    report = malmoi("rag", "index", "docs", "--acl", "acl.yaml", "--json", home=home).json
    assert (report["passages"], report["added"] + report["updated"]) == (3, 1)
    assert malmoi("rag", "verify", home=home).code == 0


def test_watching_takes_in_a_new_document_until_it_is_stopped(home: Path) -> None:
    log = home / "watch.log"
    with log.open("wb") as out:
        watching = subprocess.Popen(
            [sys.executable, "-m", "malmoi", "rag", "watch", "docs", "--acl", "acl.yaml"],
            cwd=home,
            env={**os.environ, "MALMOI_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(log, "Watching docs")
        (home / "docs/우산.md").write_text("공용 우산은 사흘 안에 돌려줍니다.", encoding="utf-8")
        _wait_for(log, "1 added, 0 updated, 0 deleted")
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0
    finally:
        if watching.poll() is None:
            watching.kill()
            watching.wait()
    assert "Stopped" in log.read_text(encoding="utf-8")
    answer = malmoi("ask", "공용 우산은 언제까지 돌려주나요?", "--json", home=home).json
    assert "사흘" in answer["answer"]


def _wait_for(log: Path, words: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while words not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.2)


def test_a_model_server_that_is_not_there_is_an_exit_of_1_with_its_address(home: Path) -> None:
    model = "openai:any@http://127.0.0.1:9/v1"
    told = malmoi("ask", SALARY, "--model", model, home=home)
    assert told.code == 1
    assert "모델이 응답하지 않아" in told.out
    assert "127.0.0.1:9" in told.err
    as_json = malmoi("ask", SALARY, "--model", model, "--json", home=home)
    assert (as_json.code, as_json.json["reason"]) == (1, "model_failed")


@pytest.mark.parametrize("command", [["ask"], ["rag", "search"]], ids=" ".join)
def test_an_unknown_reranker_is_wrong_usage(home: Path, command: list[str]) -> None:
    told = malmoi(*command, SALARY, "--reranker", "oracle", home=home)
    assert told.code == 2
    assert "sentence-transformers:" in told.err
