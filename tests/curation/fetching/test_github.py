"""GitHub: files and folders at a ref, checked against git's ids; over a site in its form."""

import hashlib
import json

import pytest

from curation.errors import ConfigurationError, UserError
from curation.fetching import github
from curation.fetching.github import fetch_place, place_of
from curation.progress import Quiet

FILES = {
    "README.md": b"# corpus\n",
    "raw/1.json": b'[{"review": "x"}]',
    "raw/2.json": b'[{"review": "y"}]',
    "raw/.hidden": b"no",
    "rawer/3.json": b"[]",
}


def blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.fixture
def repository(site, other_site, monkeypatch):
    """Serve a repository: its tree at ``site``, its files at ``other_site``."""
    entries = [{"path": "raw", "type": "tree", "sha": "0"}]
    entries += [{"path": path, "type": "blob", "sha": blob(content)} for path, content in FILES.items()]
    for ref in ("HEAD", "v1.0", "data%2Fnew"):
        site.files[f"/repos/e9t/nsmc/git/trees/{ref}?recursive=1"] = json.dumps(
            {"sha": "1", "truncated": False, "tree": entries}
        ).encode()
    for ref in ("HEAD", "v1.0", "data/new"):
        other_site.files |= {f"/e9t/nsmc/{ref}/{path}": content for path, content in FILES.items()}
    monkeypatch.setattr(github, "API", site.address)
    monkeypatch.setattr(github, "RAW", other_site.address)
    return site, other_site


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("github:e9t/nsmc/raw", {"HEAD/raw/1.json", "HEAD/raw/2.json"}),
        ("github:e9t/nsmc/raw/1.json@v1.0", {"v1.0/raw/1.json"}),
        ("github:e9t/nsmc/raw/1.json@data/new", {"data/new/raw/1.json"}),
        ("github:e9t/nsmc", {"HEAD/README.md", "HEAD/raw/1.json", "HEAD/raw/2.json", "HEAD/rawer/3.json"}),
    ],
)
def test_files_and_folders(repository, tmp_path, address, expected):
    paths = fetch_place(address, tmp_path, Quiet())
    found = {path.relative_to(tmp_path / "github/e9t/nsmc").as_posix(): path.read_bytes() for path in paths}
    ref = address.partition("@")[2] or "HEAD"
    assert found == {name: FILES[name.removeprefix(f"{ref}/")] for name in expected}
    kept = tmp_path / place_of(address).pattern
    assert (kept.is_file(), kept.is_dir()) == (len(expected) == 1, len(expected) > 1)


def test_what_git_says_is_the_same_is_not_fetched_again(repository, tmp_path):
    api, raw = repository
    fetch_place("github:e9t/nsmc/raw", tmp_path, Quiet())
    fetch_place("github:e9t/nsmc/raw", tmp_path, Quiet())
    assert (len(api.asked), len(raw.asked)) == (2, 2)


def test_a_file_that_is_not_what_git_lists(repository, tmp_path):
    _, raw = repository
    raw.files["/e9t/nsmc/HEAD/raw/1.json"] = b"changed"
    with pytest.raises(UserError, match="not what git lists") as refused:
        fetch_place("github:e9t/nsmc/raw/1.json", tmp_path, Quiet())
    assert blob(b"changed") in refused.value.what
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_pointer_of_git_lfs_is_no_data(repository, tmp_path):
    api, raw = repository
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    raw.files["/e9t/nsmc/HEAD/a.json"] = pointer
    tree = {"tree": [{"path": "a.json", "type": "blob", "sha": blob(pointer)}]}
    api.files["/repos/e9t/nsmc/git/trees/HEAD?recursive=1"] = json.dumps(tree).encode()
    with pytest.raises(UserError, match="Git LFS pointer"):
        fetch_place("github:e9t/nsmc/a.json", tmp_path, Quiet())


def test_the_token_goes_to_github_and_nowhere_else(repository, tmp_path, monkeypatch):
    api, raw = repository
    monkeypatch.setenv("GITHUB_TOKEN", "secret-token")
    # Another host: the same site by its other name.
    elsewhere = raw.address.replace("127.0.0.1", "localhost")
    raw.moved["/e9t/nsmc/HEAD/raw/1.json"] = f"{elsewhere}/storage"
    raw.files["/storage"] = FILES["raw/1.json"]
    fetch_place("github:e9t/nsmc/raw/1.json", tmp_path, Quiet())
    assert api.header("Authorization") == ["Bearer secret-token"]
    assert raw.paths == ["/e9t/nsmc/HEAD/raw/1.json", "/storage"]
    assert raw.header("Authorization") == ["Bearer secret-token", None]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    api.refusals = [(403, {})]
    with pytest.raises(UserError) as refused:
        fetch_place("github:e9t/nsmc/raw/1.json", tmp_path, Quiet())
    assert "secret" not in str(refused.value)


def test_the_hourly_limit_is_said(repository, tmp_path):
    api, _ = repository
    api.refusals = [(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"})]
    with pytest.raises(UserError, match="no more requests") as refused:
        fetch_place("github:e9t/nsmc/raw", tmp_path, Quiet())
    assert "GITHUB_TOKEN" in refused.value.fix


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (b"[]", "does not list this repository whole"),
        (b'{"tree": [], "truncated": true}', "does not list this repository whole"),
        (b'{"tree": []}', "holds no file"),
        (b'{"tree": [{"path": "../../x", "type": "blob", "sha": "1"}]}', "holds no file"),
        (b'{"tree": [{"path": "/etc/x", "type": "blob", "sha": "1"}]}', "holds no file"),
        (b"{", "cannot be read"),
    ],
)
def test_listings_that_cannot_be_used(repository, tmp_path, tree, message):
    api, _ = repository
    api.files["/repos/e9t/nsmc/git/trees/HEAD?recursive=1"] = tree
    with pytest.raises(UserError, match=message):
        fetch_place("github:e9t/nsmc", tmp_path, Quiet())


@pytest.mark.parametrize(
    "address",
    [
        "github:e9t",
        "github:e9t/",
        "github:../nsmc/x",
        "github:e9t/nsmc@../..",
        "github:e9t/nsmc@/x",
        "github:a b/c",
    ],
)
def test_what_is_no_address(address):
    with pytest.raises(ConfigurationError) as refused:
        place_of(address)
    assert refused.value.where == address
