"""Reads an strace log: where did the traced processes connect or send to?"""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path

_V4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)')
_V6 = re.compile(r'sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"')


def destinations(log: Path) -> Iterator[tuple[str, int]]:
    """Every address and port of an IPv4 or IPv6 call; local sockets have none."""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        for pattern in (_V4, _V6):
            for port, address in pattern.findall(line):
                yield address, int(port)


def beyond_loopback(log: Path) -> set[tuple[str, int]]:
    """Those that are not on this machine's loopback."""
    return {
        (address, port)
        for address, port in destinations(log)
        if not ipaddress.ip_address(address).is_loopback
    }
