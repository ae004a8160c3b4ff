"""Which model on which server: ``<model>@<base url>``."""

import ipaddress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from curation.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A model and the address below which its server answers, such as ``http://localhost:8000/v1``."""

    model: str
    url: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take ``<model>@<base url>`` apart.

        Raises
        ------
        ConfigurationError
            When a part is missing, or the address holds a key: specs stand in settings and logs.
        """
        import httpx  # noqa: PLC0415 - who asks no server need not wait for it

        model, _, rest = text.partition("@http")
        url = f"http{rest}".rstrip("/")
        try:
            _ = httpx.URL(url).host  # it takes fewer names than the standard library, and looks when asked
            parts = urlsplit(url)
            whole = bool(model and parts.hostname and parts.scheme in ("http", "https")) and parts.port != 0
        except (ValueError, httpx.InvalidURL):
            whole = False
        if not whole or "@" in rest or parts.query or parts.fragment or any(map(str.isspace, url)):
            raise ConfigurationError(
                "A server's model is written <model>@<base url>, without keys and blanks in the address.",
                where="model spec",
                fix="For example openai:my-model@http://localhost:8000/v1. A key belongs in the environment: "
                "MALMOI_OPENAI_API_KEY or OPENAI_API_KEY.",
            )
        return cls(model, url)

    @property
    def is_private(self) -> bool:
        """Whether the server is this machine, or has an address of a private network.

        Names other than localhost count as public: nobody looked them up.
        """
        host = urlsplit(self.url).hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        # Python 3.11 takes every IPv4 address that is written as IPv6 for private.
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            return address.ipv4_mapped.is_private
        return address.is_private

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is encrypted."""
        return self.url.startswith("https:")
