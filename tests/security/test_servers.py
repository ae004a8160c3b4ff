"""What listens on this machine answers nobody who comes under another name (DNS rebinding).

The page's server, the local Slack and the console have tests of the same beside their own.
"""

from pathlib import Path

import httpx

from slackbot.metrics import Metrics, serving
from slackbot.store import open_store

NAMES = [
    ("127.0.0.1:{port}", 200),
    ("localhost:{port}", 200),
    ("localhost", 200),
    ("evil.test", 400),
    ("evil.test:{port}", 400),
    ("127.0.0.1.evil.test", 400),
    ("localhost.evil.test:{port}", 400),
    ("192.168.0.7:{port}", 400),
    ("0.0.0.0:{port}", 400),
]


async def test_the_figures_of_the_bot_are_for_this_machine(tmp_path: Path) -> None:
    store = open_store(tmp_path / "slack.sqlite")
    async with serving(Metrics(store), 0) as port, httpx.AsyncClient(trust_env=False) as client:
        answered = {
            name: (
                await client.get(f"http://127.0.0.1:{port}/metrics", headers={"Host": name.format(port=port)})
            ).status_code
            for name, _ in NAMES
        }
    await store.close()
    assert answered == dict(NAMES)
