"""Tokens, keys and passwords stand in nothing that malmoi writes or says, whatever goes wrong."""

import base64
import contextlib
import gzip
import json
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from aiohttp import web

from curation.errors import UserError
from slackbot.emulator.process import running
from tests.chat.scripted_server import DONE, END, START, ScriptedServer, event, streams
from tests.malmoi.small import RECIPE, prepared, write_recipe
from tests.security.canaries import ENVIRONMENT, IN_ADDRESS, found_in, kept_below
from tests.security.commands import Command, check_silence, told

QUESTION = "주차장은 어디에 있습니까?"


async def repeats_the_key(request: web.Request) -> web.StreamResponse:
    """Refuse as a careless server does, with what it was sent."""
    said = {"error": {"message": f"Incorrect key {request.headers.get('Authorization')}", "code": 401}}
    return web.json_response(said, status=401)


async def breaks_over_the_key(request: web.Request) -> web.StreamResponse:
    """Fail as a server with its debugger on does."""
    return web.Response(status=500, text=f"<pre>{dict(request.headers)}</pre>", content_type="text/html")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a release and an index, made with all canaries in the environment."""
    folder = prepared(tmp_path_factory.mktemp("home"))
    said = told(
        folder,
        [
            Command(["curate", "run", "recipe.yaml", "--data", "data", "--out", "releases/small", "--json"]),
            Command(["curate", "plan", "recipe.yaml", "--data", "data"]),
            Command(["rag", "index", "releases/small", "--out", "indexes/small", "--embedder", "none"]),
            Command(["rag", "backup", "small.tar.gz", "--index", "indexes/small"]),
            Command(["doctor"]),
            Command(["slack", "manifest"]),
        ],
    )
    assert [one for one in said if one.code] == []
    check_silence(said, folder)
    return folder


def test_a_key_goes_to_its_server_and_nowhere_else(home: Path) -> None:
    behaviours = {
        0: streams(START, event("주차장은 지하 2층에 있습니다. [1]"), END, DONE),
        2: repeats_the_key,
        1: breaks_over_the_key,
    }
    with contextlib.ExitStack() as stack:
        servers = {code: stack.enter_context(ScriptedServer()) for code in behaviours}
        commands = []
        for code, server in servers.items():
            server.behaviours = [behaviours[code]]
            ask = ["ask", QUESTION, "--model", f"openai:m@{server.url}"]
            commands += [Command([*ask, "--trace"]), Command([*ask, "--json"])]
        said = told(home, commands)
    assert [one.code for one in said] == [0, 0, 2, 2, 1, 1], said
    check_silence(said, home)
    # The canary was there to be told.
    for server in servers.values():
        assert all(found_in(str(headers)) for headers in server.headers)
        assert server.headers


SERVED = f"m@http://bada:{IN_ADDRESS}@127.0.0.1:9/v1"
INDEXING = ["rag", "index", "releases/small", "--out", "other", "--embedder"]
MOVING = ["rag", "migrate", "--index", "indexes/small", "--to"]
ADDRESSES = [
    ["ask", QUESTION, "--model", f"openai:{SERVED}"],
    ["ask", QUESTION, "--model", f"openai:m@http://127.0.0.1:9/v1?key={IN_ADDRESS}"],
    ["ask", QUESTION, "--model", f"opnai:{SERVED}"],
    ["ask", QUESTION, "--model", f"smollm2:{SERVED}", "--json"],
    ["ask", QUESTION, "--model", f"m@https://127.0.0.1:9/v1?api-key={IN_ADDRESS}"],
    ["ask", QUESTION, "--reranker", f"openai:{SERVED}"],
    [*INDEXING, f"openai:{SERVED}"],
    [*INDEXING, f"served:{SERVED}", "--json"],
    [*MOVING, f"milvus://root:{IN_ADDRESS}@127.0.0.1:9/small"],
    [*MOVING, f"http://root:{IN_ADDRESS}@127.0.0.1:9/small"],
    [*MOVING, f"milvus://127.0.0.1:9/small?token={IN_ADDRESS}", "--json"],
]
SOURCES = [
    f"https://bada:{IN_ADDRESS}@127.0.0.1:9/notes.jsonl",
    f"https://127.0.0.1:9/notes.jsonl?token={IN_ADDRESS}",
    f"s3://key:{IN_ADDRESS}@bucket/notes.jsonl",
    f"ftp://bada:{IN_ADDRESS}@127.0.0.1:9/notes.jsonl",
    f"hf://datasets/x/y/notes.jsonl?token={IN_ADDRESS}",
]


def test_an_address_with_a_password_is_refused_without_it(home: Path, tmp_path: Path) -> None:
    """Of a model, an embedder, a store, a source."""
    commands = [Command(arguments) for arguments in ADDRESSES]
    for number, address in enumerate(SOURCES):
        # A person's own file may hold what it will; it lies outside of what is searched.
        source = {**RECIPE["sources"][0], "path": address}
        write_recipe(tmp_path, RECIPE | {"sources": [source]}, f"{number}.yaml")
        recipe = [str(tmp_path / f"{number}.yaml"), "--data", "data"]
        commands.append(Command(["curate", "run", *recipe, "--out", f"releases/{number}", "--json"]))
        commands.append(Command(["curate", "plan", *recipe]))
    said = told(home, commands)
    check_silence(said, home)
    assert [one for one in said if one.code != 2] == []


@pytest.fixture(scope="module")
def careless_slack() -> Iterator[str]:
    """The address of a Slack that takes no token, and says which ones it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            said = {
                "ok": False,
                "error": "invalid_auth",
                "token": self.headers["Authorization"],
                "sent": sent,
            }
            tokens.append(str(said["token"]))
            answer = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    tokens: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/"
    server.shutdown()
    server.server_close()
    thread.join()
    # The canaries were there to be told.
    assert tokens
    assert all(map(found_in, tokens))


def test_settings_with_a_password_are_refused_without_it(
    home: Path, tmp_path: Path, careless_slack: str
) -> None:
    settings = f'[answer]\nindex = "{home}/indexes/small"\nmodel = "openai:{SERVED}"\n'
    (tmp_path / "malmoi.toml").write_text(settings, encoding="utf-8")
    slack = {"SLACK_API_URL": careless_slack}
    commands = [Command(["ask", QUESTION]), Command(["slack", "doctor"], slack)]
    said = told(tmp_path, [*commands, Command(["slack", "run", "--json-logs"], slack)])
    (tmp_path / "malmoi.toml").unlink()
    check_silence(said, tmp_path)
    assert [one for one in said if not one.code] == []
    # It is the address that is refused, and nothing else.
    assert [one for one in said if "<model>@<base url>" not in one.out + one.err] == []


NOWHERE = "http://127.0.0.1:9/api/"
DATABASES = [
    f"postgresql+psycopg://bada:{IN_ADDRESS}@127.0.0.1:9/malmoi",
    f"postgresql://bada:{IN_ADDRESS}@127.0.0.1:9/malmoi",
    f"mysql://bada:{IN_ADDRESS}@127.0.0.1:9/malmoi",
    f"postgresql+psycopg://127.0.0.1:9/malmoi?password={IN_ADDRESS}",
    f"postgresql+psycopg://bada:{IN_ADDRESS}@[127.0.0.1/malmoi",
]
CONFIGURATIONS = [
    {"SLACK_API_URL": f"http://bada:{IN_ADDRESS}@slack.invalid/api/"},
    {"SLACK_API_URL": f"https://bada:{IN_ADDRESS}@127.0.0.1:9/api/"},
    {"SLACK_API_URL": f"https://127.0.0.1:9/api/?token={IN_ADDRESS}"},
    {"SLACK_BOT_TOKEN": f"bot {IN_ADDRESS}", "SLACK_APP_TOKEN": f"app-{IN_ADDRESS}"},
]


def test_the_bot_s_configuration_is_told_without_its_secrets(
    home: Path, tmp_path: Path, careless_slack: str
) -> None:
    index = ["--index", str(home / "indexes/small")]
    http = ["--http", "--port", "0", "--json-logs"]
    several = {"SLACK_CLIENT_ID": "1.2", "SLACK_ENCRYPTION_KEY": IN_ADDRESS, "SLACK_BOT_TOKEN": ""}
    commands = [
        # Everything in its place, and no Slack there: the one command that asks again for seconds.
        Command(["slack", "run", *index], {"SLACK_API_URL": NOWHERE}),
        # One that refuses, and says what it was sent.
        Command(["slack", "run", *index], {"SLACK_API_URL": careless_slack}),
        Command(["slack", "doctor", *index], {"SLACK_API_URL": careless_slack}),
        Command(["slack", "doctor", *index, "--json"], {"SLACK_API_URL": careless_slack}),
        Command(["slack", "run", *index, *http], {"SLACK_API_URL": NOWHERE, **several}),
        Command(["slack", "run", *index], {"SLACK_API_URL": NOWHERE, "SLACK_DATABASE_URL": DATABASES[0]}),
    ]
    for wrong in CONFIGURATIONS:
        environment = {"SLACK_API_URL": NOWHERE, **wrong}
        commands.append(Command(["slack", "run", *index], environment))
        commands.append(Command(["slack", "doctor", *index], environment))
    for database in DATABASES:
        environment = {"SLACK_API_URL": NOWHERE, "SLACK_DATABASE_URL": database}
        commands.append(Command(["slack", "status"], environment))
        commands.append(Command(["slack", "forget", "--user", "U0HANEUL", "--yes"], environment))
    said = told(tmp_path, commands)
    check_silence(said, tmp_path)
    assert [one for one in said if not one.code] == []


def test_a_bot_at_work_keeps_its_tokens_to_itself(home: Path, tmp_path: Path) -> None:
    """Through an answer, a call that fails, a connection that is lost, and the end."""
    names = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
    options = ["--bot-token", ENVIRONMENT[names[0]], "--app-token", ENVIRONMENT[names[1]]]
    run = ["slack", "run", "--index", home / "indexes/small", "--json", "--json-logs"]
    with running("--post-interval", "0", *options) as slack:
        client = slack.client
        answered = []

        def ask() -> None:
            client.wait_for_bot(timeout=60)
            for kind in ("unavailable", "reset"):
                client.fail("chat.postMessage", kind)
            client.disconnect()
            asked = client.say("general", f"@malmoi {QUESTION}")
            answered.extend(client.wait_for_replies(asked, timeout=120))

        with ended_after(ask):
            said = told(tmp_path, [Command(run, {"SLACK_API_URL": slack.api_url})])
    assert [reply["text"] for reply in answered if "지하 2층" in reply["text"]] != []
    assert [one.code for one in said] == [0], said
    assert '"event"' in said[0].err
    assert (tmp_path / "slack.sqlite").is_file()
    check_silence(said, tmp_path)


@contextlib.contextmanager
def ended_after(work: Callable[[], None]) -> Iterator[None]:
    """Do ``work`` beside the block, which must run a command that ends at SIGTERM; then send that."""
    over = threading.Event()

    def do() -> None:
        try:
            work()
        finally:
            if not over.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    def missed(*_: object) -> None:
        raise TimeoutError("the command did not come so far that it listens to signals")

    thread = threading.Thread(target=do, daemon=True)
    before = signal.signal(signal.SIGTERM, missed)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(180)
        signal.signal(signal.SIGTERM, before)


def test_canaries_are_found_however_they_are_kept(tmp_path: Path) -> None:
    token = ENVIRONMENT["HF_TOKEN"]
    (tmp_path / "plain.log").write_text(f"… {token} …", encoding="utf-8")
    (tmp_path / "packed.gz").write_bytes(gzip.compress(token.encode()))
    pq.write_table(pa.table({"text": [token] * 100}), tmp_path / "rows.parquet", compression="zstd")
    with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite")) as store:
        store.execute("CREATE TABLE kept (value)")
        store.execute("INSERT INTO kept VALUES (?)", (token.encode(),))
        store.execute("INSERT INTO kept VALUES (?)", (token,))
        store.commit()
    (tmp_path / "basic.txt").write_bytes(base64.b64encode(f"bada:{token}".encode()))
    (tmp_path / "clean.txt").write_text("kanarie", encoding="utf-8")
    assert set(kept_below(tmp_path)) == {
        "plain.log",
        "packed.gz",
        "rows.parquet",
        "store.sqlite",
        "basic.txt",
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://bada:geheim@host/x", "https://…@host/x"),
        ("https://geheim@host", "https://…@host"),
        ("https:/bada:geheim@host/x", "https:/…@host/x"),  # as a path it has one slash
        ("C:/haneul@example.com/x", "C:/haneul@example.com/x"),
        ("https://bada:ge@heim@host:80/x@y", "https://…@host:80/x@y"),
        ("openai:m@http://bada:geheim@host/v1", "openai:m@http://…@host/v1"),
        ("postgresql+psycopg://b:geheim@host/x?password=geheim", "postgresql+psycopg://…@host/x?password=…"),
        ("s3://x/y?a=1&key=geheim#z", "s3://x/y?a=…&key=…#z"),
        ("two: http://a:geheim@b and http://c:geheim@d.", "two: http://…@b and http://…@d."),
        ("https://github.com/name/path@v1", "https://github.com/name/path@v1"),
        ("haneul@example.com", "haneul@example.com"),
        ("data/?=.jsonl", "data/?=.jsonl"),
    ],
)
def test_what_an_error_tells_holds_no_secret(given: str, shown: str) -> None:
    error = UserError(given, where=given, fix=given)
    assert (error.what, error.where, error.fix, error.args) == (shown, shown, shown, (shown,))
    assert "geheim" not in str(error)
