"""One request to the emulator's control endpoints over loopback."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from curation.errors import UserError


class ControlConnection:
    """A blocking way to ``/_emulator/``; ``url`` is any address of the emulator."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80

    def post(self, verb: str, body: Mapping[str, Any], *, timeout: float = 30.0) -> dict[str, Any]:
        """Do something; raises `UserError` with the reason when it is refused."""
        return self._request("POST", f"/_emulator/{verb}", json.dumps(body), timeout)

    def get(self, verb: str, query: Mapping[str, Any], *, timeout: float = 30.0) -> dict[str, Any]:
        """Look at something."""
        return self._request("GET", f"/_emulator/{verb}?{urlencode(query)}", None, timeout)

    def _request(self, method: str, path: str, body: str | None, timeout: float) -> dict[str, Any]:
        # http.client takes no proxy from the environment: loopback must never go through one.
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UserError(
                f"the Slack emulator does not answer: {error}", where=f"http://{self._host}:{self._port}"
            ) from error
        finally:
            connection.close()
        if response.status != 200:
            raise UserError(f"the Slack emulator refused: {answer.get('error')}", where=path)
        return answer
