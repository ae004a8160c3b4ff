"""The key of a model server: from the environment only, and never to where anybody could read it."""

import os
from typing import Final

from chat.server_address import ServerAddress

VARIABLES: Final = ("MALMOI_OPENAI_API_KEY", "OPENAI_API_KEY")


def key_headers(address: ServerAddress) -> dict[str, str]:
    """The header with the key, if there is one and the way to the server is encrypted or private."""
    key = _key()
    return {"Authorization": f"Bearer {key}"} if key and _may_travel(address) else {}


def key_advice(address: ServerAddress) -> str:
    """What to do when the server wants another key, or one at all."""
    if not _key():
        return f"Set {' or '.join(VARIABLES)} to the server's key."
    if not _may_travel(address):
        return "The key was not sent, since the connection is not encrypted: use an https address."
    return f"Look whether the key in {' or '.join(VARIABLES)} is right."


def without_key(text: str) -> str:
    """A text of the server's, which may repeat the key."""
    key = _key()
    return text.replace(key, "<key>") if key else text


def _key() -> str:
    return next((key for name in VARIABLES if (key := os.environ.get(name, "").strip())), "")


def _may_travel(address: ServerAddress) -> bool:
    return address.is_encrypted or address.is_private
