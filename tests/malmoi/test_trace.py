from pathlib import Path

import pytest

from tests.malmoi.trace import beyond_loopback, destinations

LOOPBACK = '10 connect(3, {sa_family=AF_INET, sin_port=htons(8065), sin_addr=inet_addr("127.0.0.1")}, 16) = 0'
OUTSIDE = '10 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1'
NAMES = (
    '10 sendto(5, "\\1", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16)'
)
SIX = (
    "10 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), "
    'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1'
)
LOCAL = '10 connect(3, {sa_family=AF_UNIX, sun_path="/run/socket"}, 110) = 0'


@pytest.mark.parametrize(
    ("line", "outside"),
    [
        (LOOPBACK, set()),
        (LOCAL, set()),
        (OUTSIDE, {("192.0.2.7", 443)}),
        (NAMES, {("192.0.2.1", 53)}),
        (SIX, {("2001:db8::1", 443)}),
    ],
)
def test_calls_beyond_loopback_are_seen(tmp_path: Path, line: str, outside: set[tuple[str, int]]) -> None:
    log = tmp_path / "trace"
    log.write_text(line + "\n", encoding="utf-8")
    assert beyond_loopback(log) == outside


def test_loopback_is_seen_too(tmp_path: Path) -> None:
    log = tmp_path / "trace"
    log.write_text(LOOPBACK, encoding="utf-8")
    assert list(destinations(log)) == [("127.0.0.1", 8065)]
