from pathlib import Path

import pytest

from tests.malmoi.trace import beyond_loopback, destinations, offered

LOOPBACK = '10 connect(3, {sa_family=AF_INET, sin_port=htons(8065), sin_addr=inet_addr("127.0.0.1")}, 16) = 0'
OUTSIDE = '10 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1'
UNFINISHED = (
    '10 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16 '
    "<unfinished ...>"
)
NAMES = (
    '10 sendto(5, "\\1", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16)'
)
STUB = LOOPBACK.replace("8065", "53").replace("127.0.0.1", "127.0.0.53")
MESSAGE = (
    '10 sendmsg(4, {msg_name={sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, '
    "msg_namelen=16, msg_iov=[], msg_iovlen=0, msg_controllen=0, msg_flags=0}, 0) = -1"
)
SIX = (
    "10 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), "
    'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1'
)
SIX_LOOPBACK = SIX.replace("2001:db8::1", "::1")
MAPPED = SIX.replace("2001:db8::1", "::ffff:127.0.0.1")
MAPPED_OUTSIDE = SIX.replace("2001:db8::1", "::ffff:192.0.2.7")
LOCAL = '10 connect(3, {sa_family=AF_UNIX, sun_path="/run/socket"}, 110) = 0'
RESOLVER = LOCAL.replace("/run/socket", "/run/systemd/resolve/io.systemd.Resolve")
PACKET = '10 sendto(3, "", 0, 0, {sa_family=AF_PACKET, sll_protocol=htons(ETH_P_IP)}, 20) = 0'
KERNEL = "10 sendto(3, [], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20"
BOUND = '10 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = 0'


@pytest.mark.parametrize(
    ("line", "outside"),
    [
        (LOOPBACK, set()),
        (SIX_LOOPBACK, set()),
        (MAPPED, set()),
        (LOCAL, set()),
        (KERNEL, set()),
        (BOUND, set()),
        (OUTSIDE, {("192.0.2.7", 443)}),
        (UNFINISHED, {("192.0.2.7", 443)}),
        (MESSAGE, {("192.0.2.7", 443)}),
        (NAMES, {("192.0.2.1", 53)}),
        (STUB, {("127.0.0.53", 53)}),
        (RESOLVER, {("/run/systemd/resolve/io.systemd.Resolve", 0)}),
        (SIX, {("2001:db8::1", 443)}),
        (MAPPED_OUTSIDE, {("::ffff:192.0.2.7", 443)}),
        (PACKET, {("AF_PACKET", 0)}),
    ],
)
def test_calls_beyond_loopback_are_seen(tmp_path: Path, line: str, outside: set[tuple[str, int]]) -> None:
    log = tmp_path / "trace"
    log.write_text(line + "\n", encoding="utf-8")
    assert beyond_loopback(log) == outside


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (BOUND, {("0.0.0.0", 8080)}),
        (BOUND.replace("0.0.0.0", "127.0.0.1"), set()),
        (SIX.replace("connect", "bind").replace("2001:db8::1", "::"), {("::", 443)}),
        (OUTSIDE, set()),
    ],
)
def test_what_others_could_call_is_seen(tmp_path: Path, line: str, seen: set[tuple[str, int]]) -> None:
    log = tmp_path / "trace"
    log.write_text(line + "\n", encoding="utf-8")
    assert offered(log) == seen


def test_loopback_is_seen_too(tmp_path: Path) -> None:
    log = tmp_path / "trace"
    log.write_text(f"{LOOPBACK}\n{BOUND}\n", encoding="utf-8")
    assert list(destinations(log)) == [("127.0.0.1", 8065)]
