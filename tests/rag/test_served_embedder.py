import math

import numpy as np
import pytest
from aiohttp import web

from chat.errors import ModelUnavailableError
from chat.server_address import ServerAddress
from rag.embedders.served import ServedEmbedder
from tests.chat.scripted_server import ScriptedServer, says


@pytest.fixture
def server(monkeypatch):
    for name in ("MALMOI_OPENAI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("chat.model_server._FIRST_PAUSE", 0.02)
    with ScriptedServer() as running:
        running.behaviours = [embeds(running)]
        yield running


def vector(text):
    """A vector that its text alone decides."""
    return [float(len(text)), float(ord(text[-1]) % 97), 1.0]


def embeds(server, change=lambda data: data):
    async def behave(_: web.Request) -> web.StreamResponse:
        rows = [
            {"index": place, "embedding": vector(text)}
            for place, text in enumerate(server.requests[-1]["input"])
        ]
        return web.json_response({"data": change(rows)})

    return behave


def embedder_of(server, model="bge-m3"):
    return ServedEmbedder(ServerAddress(model, server.url))


def unit(text):
    row = np.array(vector(text))
    return row / np.linalg.norm(row)


def test_many_texts_keep_their_order_over_batches(server):
    server.behaviours = [embeds(server, change=lambda rows: rows[::-1])]
    texts = ["가" * (n % 7 + 1) + chr(0xAC00 + n) for n in range(100)]

    vectors = embedder_of(server).passages(texts)

    assert vectors.dtype == np.float16
    assert vectors == pytest.approx(np.stack([unit(text) for text in texts]), abs=1e-3)
    assert sorted(len(request["input"]) for request in server.requests) == [4, 32, 32, 32]
    assert {request["path"] for request in server.requests} == {"/v1/embeddings"}


def test_dimensions_are_asked_once(server):
    embedder = embedder_of(server)
    assert (embedder.dimensions, embedder.dimensions, len(server.requests)) == (3, 3, 1)
    assert embedder.passages([]).shape == (0, 3)


def test_e5_gets_its_prefixes(server):
    embedder = embedder_of(server, "multilingual-e5-large")
    embedder.passages(["연차"])
    embedder.query("휴가")
    assert [request["input"] for request in server.requests] == [["passage: 연차"], ["query: 휴가"]]


def test_odd_characters_are_sent_as_what_can_be(server):
    embedder_of(server).passages(["연차\0휴가\ud800"])
    assert server.requests[0]["input"] == ["연차 휴가?"]


def test_what_may_pass_is_tried_again(server):
    server.behaviours = [says(503), says(429, Retry_After="0"), embeds(server)]
    assert embedder_of(server).query("휴가") == pytest.approx(unit("휴가"), abs=1e-3)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [([0.0, 0.0, 0.0], 0), ([None, 1.0, 1.0], 0), ([1e300, 0.0, 0.0], 1)],
    ids=["zero", "not a number", "huge"],
)
def test_a_vector_without_direction_is_near_nothing(server, bad, expected):
    def spoil(rows):
        return [{**row, "embedding": bad} if row["index"] == 1 else row for row in rows]

    server.behaviours = [embeds(server, spoil)]
    vectors = embedder_of(server).passages(["가", "나", "다"]).astype(np.float32)
    assert np.isfinite(vectors).all()
    lengths = np.linalg.norm(vectors, axis=1)
    assert lengths == pytest.approx([1, expected, 1], abs=1e-3)
    assert math.isclose(float(vectors[1].sum()), expected, abs_tol=1e-3)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[:-1],
        lambda rows: [{"index": row["index"]} for row in rows],
        lambda rows: [{**row, "embedding": []} for row in rows],
        lambda rows: [{**row, "embedding": "AAAA"} for row in rows],
        lambda rows: [{**row, "embedding": [1.0] * (row["index"] + 1)} for row in rows],
        lambda rows: {"error": "no embedding model"},
    ],
    ids=["one missing", "none", "empty", "base64", "lengths differ", "no list"],
)
def test_what_is_no_vector_is_said(server, change):
    server.behaviours = [embeds(server, change)]
    with pytest.raises(ModelUnavailableError, match="not usable") as caught:
        embedder_of(server).passages(["가", "나"])
    assert "'bge-m3'" in caught.value.fix


def test_a_page_instead_of_json_is_said(server):
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>proxy</html>")

    server.behaviours = [page]
    with pytest.raises(ModelUnavailableError, match="something else than was agreed: <html>"):
        embedder_of(server).query("휴가")
