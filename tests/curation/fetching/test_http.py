"""One file over HTTP: whole or absent, taken up where it was cut, and not fetched twice."""

import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from curation.errors import ConfigurationError, UserError
from curation.fetching.http import fetch_url
from curation.fetching.kept import held
from curation.progress import Quiet

CONTENT = os.urandom(300_000)


class Counted(Quiet):
    """Adds up what is shown."""

    def __init__(self) -> None:
        self.totals: list[int | None] = []
        self.shown = 0

    def task(self, name, total, unit):
        self.totals.append(total)
        return super().task(name, total, unit)


@pytest.fixture
def bring(site, tmp_path):
    """Fetch the site's file a.bin below ``kept``; give its content."""

    def run(progress=None) -> bytes:
        target = tmp_path / "kept" / "a.bin"
        assert fetch_url(f"{site.address}/a.bin", target, progress or Quiet()) == target
        return target.read_bytes()

    site.files["/a.bin"] = CONTENT
    return run


def names(tmp_path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "kept").iterdir())


def test_a_file_is_fetched_once(bring, site, tmp_path):
    assert bring() == bring() == CONTENT
    assert site.header("If-None-Match")[0] is None
    assert site.header("If-None-Match")[1] == held(tmp_path / "kept/a.bin").version
    assert names(tmp_path) == [".a.bin.version", "a.bin"]


def test_a_file_that_changed_there_is_fetched_again(bring, site):
    bring()
    site.files["/a.bin"] = b"new"
    assert bring() == b"new"


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"x"])
def test_a_file_that_changed_here_is_fetched_again(bring, site, tmp_path, damage):
    bring()
    (tmp_path / "kept/a.bin").write_bytes(damage)
    assert bring() == CONTENT
    assert site.header("If-None-Match") == [None, None]


def test_a_cut_connection_goes_on_where_it_was(bring, site, tmp_path):
    site.cuts = [100_000, 50_000]
    assert bring() == CONTENT
    assert site.header("Range") == [None, "bytes=100000-", "bytes=150000-"]
    assert names(tmp_path) == [".a.bin.version", "a.bin"]


def test_a_part_of_an_earlier_run_goes_on(bring, site, tmp_path):
    site.cuts = [100_000, 0]
    with pytest.raises(UserError, match=r"the 100,000 bytes that came stay") as lost:
        bring()
    assert lost.value.where == f"{site.address}/a.bin"
    assert names(tmp_path) == [".a.bin.part", ".a.bin.part.version"]
    progress = Counted()
    assert bring(progress) == CONTENT
    assert site.header("Range")[-1] == "bytes=100000-"
    assert progress.totals == [300_000], "what is there already counts"


def test_a_part_of_what_changed_meanwhile_is_begun_again(bring, site):
    site.cuts = [100_000, 0]
    with pytest.raises(UserError):
        bring()
    site.files["/a.bin"] = b"new" * 70_000
    assert bring() == b"new" * 70_000
    assert site.header("Range")[-1] == "bytes=100000-", "asked for, and given whole instead"


def test_a_site_without_ranges_gives_the_file_whole(bring, site):
    site.cuts, site.ranges = [100_000], False
    assert bring() == CONTENT


def test_a_redirect_is_followed(bring, site, other_site):
    other_site.files["/b?signature=abc"] = CONTENT
    site.moved["/a.bin"] = f"{other_site.address}/b?signature=abc"
    assert bring() == CONTENT
    other_site.files.clear()
    with pytest.raises(ConfigurationError) as gone:
        bring()
    assert "abc" not in str(gone.value), "where a redirect leads may be signed"
    site.moved["/a.bin"] = "/a.bin"
    with pytest.raises(UserError, match="redirects"):
        bring()


@pytest.mark.parametrize("status", [429, 503, 403])
def test_asked_to_wait_a_little(bring, site, status):
    moment = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    site.refusals = [(status, {"Retry-After": "0"}), (status, {"Retry-After": moment})]
    assert bring() == CONTENT
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("status", "headers", "error", "message"),
    [
        (404, {}, ConfigurationError, "nothing is there"),
        (410, {}, ConfigurationError, "nothing is there"),
        (401, {}, ConfigurationError, r"may not be read \(status 401\)"),
        (403, {}, ConfigurationError, r"may not be read \(status 403\)"),
        (429, {"Retry-After": "3600"}, UserError, "no more requests for 3,600 s"),
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"},
            UserError,
            "no more requests",
        ),
        (500, {}, UserError, "status 500"),
        (304, {}, UserError, "status 304"),
    ],
)
def test_refusals(bring, site, tmp_path, status, headers, error, message):
    site.refusals = [(status, headers)]
    with pytest.raises(error, match=message) as refused:
        bring()
    assert refused.value.where == f"{site.address}/a.bin"
    assert refused.value.fix
    assert not (tmp_path / "kept").exists()


def test_a_site_that_never_stops_refusing(bring, site):
    site.refusals = [(429, {"Retry-After": "0"})] * 50
    with pytest.raises(UserError, match="tried often enough"):
        bring()
    assert len(site.asked) == 6


def test_a_full_disk_keeps_no_part(site, small_disk):
    site.files["/a.bin"] = CONTENT
    folder = small_disk(100)
    with pytest.raises(OSError, match="No space left"):
        fetch_url(f"{site.address}/a.bin", folder / "kept/a.bin", Quiet())
    assert list((folder / "kept").iterdir()) == []
