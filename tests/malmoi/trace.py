"""Reads an strace log: where did the traced processes connect, send or listen?"""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path

# What strace has to record for this.
CALLS = "connect,sendto,sendmsg,sendmmsg,bind"

NAMES_PORT = 53  # of name servers; one on this machine passes questions on

_V4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)')
_V6 = re.compile(r'sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"')
_BOUND = re.compile(r"\bbind\(")
_FAMILY = re.compile(r"sa_family=(AF_\w+)")
# They stay in the kernel of this machine; AF_UNSPEC undoes a connection.
_LOCAL_FAMILIES = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC", "AF_INET", "AF_INET6"}
# Local sockets behind which a service asks name servers for whoever connects.
_RESOLVERS = re.compile(r'sun_path="([^"]*(?:systemd/resolve/|avahi-daemon/)[^"]*)"')


def destinations(log: Path) -> Iterator[tuple[str, int]]:
    """Every address and port that was called over IPv4 or IPv6; local sockets have none."""
    return (place for line in _lines(log) if not _BOUND.search(line) for place in _places(line))


def beyond_loopback(log: Path) -> set[tuple[str, int]]:
    """What was called and is not on this machine's loopback; questions to a name server always count."""
    found = {
        (address, port)
        for address, port in destinations(log)
        if port == NAMES_PORT or not _is_loopback(address)
    }
    for line in _lines(log):
        found |= {(family, 0) for family in _FAMILY.findall(line) if family not in _LOCAL_FAMILIES}
        found |= {(socket, 0) for socket in _RESOLVERS.findall(line)}
    return found


def offered(log: Path) -> set[tuple[str, int]]:
    """Addresses and ports beyond loopback to which something was bound, so that others could call it."""
    return {
        (address, port)
        for line in _lines(log)
        if _BOUND.search(line)
        for address, port in _places(line)
        if not _is_loopback(address)
    }


def _lines(log: Path) -> Iterator[str]:
    with log.open(encoding="utf-8", errors="replace") as lines:
        yield from lines


def _places(line: str) -> Iterator[tuple[str, int]]:
    for pattern in (_V4, _V6):
        for port, address in pattern.findall(line):
            yield address, int(port)


def _is_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback
