"""Who is let in: pages of this console on this machine, and nobody else."""

import itertools
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from malmoi.ui.application import _routes
from malmoi.ui.protection import refusal
from tests.ui.conftest import Open

HERE = "127.0.0.1:8066"


@pytest.mark.parametrize(
    ("method", "headers", "let_in"),
    [
        ("GET", {"host": HERE}, True),
        ("GET", {"host": "localhost:8066"}, True),
        ("GET", {"host": "localhost"}, True),
        ("GET", {}, False),
        ("GET", {"host": "evil.example"}, False),
        ("GET", {"host": "evil.example:8066"}, False),
        ("GET", {"host": "127.0.0.1.evil.example"}, False),
        ("GET", {"host": "127.0.0.1@evil.example"}, False),
        ("GET", {"host": "127.0.0.1:8066.evil.example"}, False),
        ("GET", {"host": "192.168.0.7:8066"}, False),
        # Another site may link here, and may put nothing of a page into its own.
        ("GET", {"host": HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("GET", {"host": HERE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, False),
        ("GET", {"host": HERE, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, False),
        ("GET", {"host": HERE, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, True),
        ("POST", {"host": HERE, "x-malmoi-token": "right"}, True),
        ("POST", {"host": HERE, "x-malmoi-token": "right", "origin": f"http://{HERE}"}, True),
        ("POST", {"host": HERE}, False),
        ("POST", {"host": HERE, "x-malmoi-token": "wrong"}, False),
        ("POST", {"host": HERE, "x-malmoi-token": ""}, False),
        ("POST", {"host": HERE, "x-malmoi-token": "right", "origin": "http://evil.example"}, False),
        ("POST", {"host": HERE, "x-malmoi-token": "right", "origin": "null"}, False),
        ("POST", {"host": HERE, "x-malmoi-token": "right", "origin": "http://127.0.0.1:9999"}, False),
        ("POST", {"host": HERE, "x-malmoi-token": "right", "sec-fetch-site": "same-site"}, False),
        ("POST", {"host": "evil.example", "x-malmoi-token": "right"}, False),
        ("DELETE", {"host": HERE}, False),
    ],
)
def test_who_is_let_in(method: str, headers: dict[str, str], let_in: bool) -> None:
    assert (refusal(method, headers, "right") == "") == let_in


ADDRESSES = [
    "/",
    "/releases",
    "/release?name=samples",
    "/release/report.html?name=samples",
    "/release/rows?name=samples",
    "/cards",
    "/measurements",
    "/training",
    "/bundles",
    "/ask",
    "/slack",
    "/static/style.css",
    "/nothing",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_foreign_host_gets_nothing(page: TestClient, address: str) -> None:
    answer = page.get(address, headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert len(answer.text) < 100


# Of the folder of files, one file.
ROUTES = [f"{route.path}/style.css" if route.path == "/static" else route.path for route in _routes()]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
FOREIGN = ["evil.example", "evil.example:8066", "127.0.0.1.evil.example", "192.168.0.7:8066", "[::1]", ""]


def test_the_routes_are_those_that_the_console_has() -> None:
    assert len(ROUTES) > 20
    assert {"/release/rejects", "/measurement/page.html", "/run", "/bundle", "/slack/stop"} <= set(ROUTES)


@pytest.mark.parametrize("address", ROUTES)
def test_no_route_answers_under_another_name(page: TestClient, address: str) -> None:
    """With the token and an origin that fit: a site under that name would be its own (DNS rebinding)."""
    token = page.desk.token  # type: ignore[attr-defined]
    for host, method in itertools.product(FOREIGN, METHODS):
        headers = {"host": host, "origin": f"http://{host}", "x-malmoi-token": token}
        answer = page.request(method, address, headers=headers)
        assert answer.status_code == 403, (host, method)
        assert token not in answer.text
        assert "access-control-allow-origin" not in answer.headers
    # Under its own it is there, or is no page to be read.
    assert page.get(address).status_code in (200, 404)


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),
        ({"origin": "http://127.0.0.1:8066"}, True),
        ({"host": "evil.example", "origin": "http://evil.example"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"x-malmoi-token": "wrong"}, False),
    ],
)
def test_a_web_socket_is_opened_to_nobody(page: TestClient, headers: dict[str, str], let_in: bool) -> None:
    """There is none; who comes from elsewhere is turned away before that is said."""
    given = {"host": HERE, "x-malmoi-token": page.desk.token, **headers}  # type: ignore[attr-defined]
    with pytest.raises(WebSocketDisconnect) as refused, page.websocket_connect("/ask/answer", headers=given):
        pass
    denied = isinstance(refused.value, WebSocketDenialResponse)
    assert denied != let_in
    if denied:
        assert refused.value.status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_the_headers(page: TestClient, address: str) -> None:
    answer = page.get(address)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    framed = address.startswith("/release/report.html")
    assert policy.startswith("sandbox allow-scripts;") == framed
    assert ("'unsafe-inline'" in policy) == framed
    assert f"frame-ancestors {'%sself%s' if framed else '%snone%s'}" % ("'", "'") in policy


@pytest.mark.parametrize("address", ["/ask/answer", "/slack/start", "/slack/stop"])
def test_nothing_is_asked_or_changed_without_the_token(page: TestClient, address: str) -> None:
    token = page.desk.token  # type: ignore[attr-defined]
    assert page.post(address, content=b"{}").status_code == 403
    assert page.post(address, content=b"{}", headers={"x-malmoi-token": token + "x"}).status_code == 403
    foreign = {"x-malmoi-token": token, "origin": "http://evil.example"}
    assert page.post(address, content=b"{}", headers=foreign).status_code == 403
    # A page is read, not asked: the same address has nothing to read.
    assert page.get(address).status_code == 404
    assert page.desk.slack.now().state == "off"  # type: ignore[attr-defined]


def test_the_token_is_another_one_each_time_and_stands_where_it_is_needed(console: Open, home: Path) -> None:
    one, other = console(home), console(home)
    tokens = [client.desk.token for client in (one, other)]  # type: ignore[attr-defined]
    assert tokens[0] != tokens[1]
    assert min(map(len, tokens)) > 40
    assert tokens[0] in one.get("/ask").text
    assert tokens[0] not in one.get("/").text
    assert tokens[0] not in one.get("/release/report.html?name=samples").text


def test_a_body_may_not_be_huge(page: TestClient) -> None:
    token = page.desk.token  # type: ignore[attr-defined]
    body = json.dumps({"question": "가" * 40_000, "index": "rules"}, ensure_ascii=False)
    answer = page.post("/ask/answer", content=body.encode(), headers={"x-malmoi-token": token})
    assert answer.status_code == 400
    assert "too long" in answer.json()["what"]
