"""Questions over HTTP: sentences as they come, sources, refusals, and what a group may not read."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import PLANTED, Open


def ask(client: TestClient, question: str, status: int = 200, **more: Any) -> list[dict[str, Any]]:
    body = orjson.dumps({"question": question, "index": "rules", **more})
    headers = {"x-malmoi-token": client.desk.token}  # type: ignore[attr-defined]
    answer = client.post("/ask/answer", content=body, headers=headers)
    assert answer.status_code == status
    return [orjson.loads(line) for line in answer.text.splitlines()]


def test_an_answer_comes_sentence_by_sentence_with_its_passage(page: TestClient) -> None:
    *sentences, answer = ask(page, "연차 휴가는 며칠 전에 신청하나요?")
    assert [one["kind"] for one in sentences] == ["sentence"] * len(sentences)
    assert sentences
    assert answer["kind"] == "answer"
    assert "".join(one["text"] for one in sentences).replace("\n", "") == answer["answer"].replace("\n", "")
    assert not answer["refused"]
    (cited, *_) = answer["citations"]
    passage = answer["passages"][cited["passage_id"]]
    assert passage["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert "5영업일" in cited["quote"]


def test_it_is_the_answer_of_the_command(page: TestClient, home: Path) -> None:
    from rag.answer import default_answerer

    question = "주차장 요금은 한 달에 얼마인가요?"
    *_, answer = ask(page, question)
    expected = default_answerer(home / "indexes" / "rules").ask(question)
    assert answer["answer"] == expected.answer
    assert PLANTED in answer["answer"]


def test_a_refusal_says_so(page: TestClient) -> None:
    *_, answer = ask(page, "사장님의 생일은 언제인가요?")
    assert answer["refused"]
    assert answer["citations"] == []
    assert answer["reason"] == "not_in_sources"


@pytest.mark.parametrize(
    ("groups", "answered"), [(None, True), (["이사회"], True), (["인사팀"], False), ([], False)], ids=str
)
def test_a_group_finds_what_it_may_read(page: TestClient, groups: list[str] | None, answered: bool) -> None:
    said = ask(page, "임원 성과급은 기본급의 몇 퍼센트인가요?", groups=groups)
    assert said[-1]["refused"] != answered
    assert ("200퍼센트" in orjson.dumps(said).decode()) == answered


def test_sources_and_dates_limit_what_is_read(page: TestClient) -> None:
    question = "연차 휴가는 며칠 전에 신청하나요?"
    assert not ask(page, question, sources=["연차"])[-1]["refused"]
    assert ask(page, question, sources=["임원"])[-1]["refused"]
    assert ask(page, question, since="2026-01-01")[-1]["refused"]  # no document has a date
    (fault,) = ask(page, question, 400, since="어제")
    assert "no date" in fault["what"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"index": "absent"}, "no such index"),
        ({"index": "../indexes/rules"}, "no such index"),
        ({"index": ""}, "no such index"),
        ({"groups": "이사회"}, "not written"),
        ({"groups": [1]}, "not written"),
        ({"sources": None}, "not written"),
        ({"model": "openai:x@http://evil.example"}, "not written"),
    ],
    ids=str,
)
def test_only_what_the_page_writes_is_taken(page: TestClient, change: dict[str, Any], what: str) -> None:
    (fault,) = ask(page, "연차는 며칠인가요?", 400, **change)
    assert what in fault["what"]


@pytest.mark.parametrize("question", ["", "   ", "가" * 2_001])
def test_what_is_no_question_is_a_fault_in_the_stream(page: TestClient, question: str) -> None:
    (fault,) = ask(page, question)
    assert fault["kind"] == "fault"
    assert fault["fix"]


@pytest.mark.parametrize(
    "body", [b'{"question": 7, "index": "rules"}', b"", b"{", b"[]", b"null", b'"x"', b"\xff"]
)
def test_any_body_has_an_answer(page: TestClient, body: bytes) -> None:
    headers = {"x-malmoi-token": page.desk.token}  # type: ignore[attr-defined]
    assert page.post("/ask/answer", content=body, headers=headers).status_code == 400


def test_an_index_that_was_built_anew_is_opened_anew(console: Open, changed: Path) -> None:
    import shutil

    from rag.index import index_paths

    client = console(changed)
    question = "구내식당 점심은 얼마인가요?"
    assert ask(client, question)[-1]["refused"]
    (changed / "docs.jsonl").write_bytes(
        orjson.dumps({"id": "식당", "text": "구내식당 점심은 6천 원입니다."}) + b"\n"
    )
    shutil.rmtree(changed / "indexes" / "rules")
    index_paths([changed / "docs.jsonl"], changed / "indexes" / "rules", embedder="none")
    assert "6천 원" in ask(client, question)[-1]["answer"]


def test_a_broken_index_is_a_fault_that_is_said(console: Open, changed: Path) -> None:
    client = console(changed)
    assert client.get("/ask").status_code == 200
    (changed / "malmoi.toml").write_text('[answer]\nmodel = "oracle"\n', encoding="utf-8")
    (fault,) = ask(client, "연차는 며칠인가요?")
    assert fault["kind"] == "fault"
    assert "oracle" in fault["what"] + fault["where"]


def test_the_page_says_who_answers_and_what_leaves(console: Open, changed: Path) -> None:
    (changed / "malmoi.toml").write_text(
        '[answer]\nmodel = "openai:small@https://models.example/v1"\n', encoding="utf-8"
    )
    text = console(changed, **{"accept-language": "en"}).get("/ask").text
    assert "openai:small@https://models.example/v1" in text
    assert "sent to https://models.example/v1" in text
    (changed / "malmoi.toml").unlink()
    assert "are sent to" not in console(changed, **{"accept-language": "en"}).get("/ask").text


def test_a_link_from_elsewhere_does_not_ask(page: TestClient) -> None:
    foreign = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert "data-at-once" not in page.get("/ask?q=연차", headers=foreign).text
    assert "data-at-once" not in page.get("/ask?q=연차").text
    own = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
    assert "data-at-once" in page.get("/ask?q=연차", headers=own).text
