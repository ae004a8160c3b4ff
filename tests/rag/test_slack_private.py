"""What a Slack export holds of private channels is found by their members alone."""

import json
import unicodedata
from contextlib import closing

import pytest

from rag.acl import Rules, read_rules
from rag.index import index_paths
from rag.search import open_index
from rag.sources import open_sources
from rag.types import Document, Filter

CHANNELS = {
    "channels.json": [{"id": "C1", "name": "공지"}, {"id": "C9", "name": "임원", "is_private": True}],
    "groups.json": [{"id": "G1", "name": "인사방"}],
    "mpims.json": [{"id": "G2", "name": "mpdm-haneul--bada-1"}],
    "dms.json": [{"id": "D1"}],
}
FOLDERS = {
    "공지": (),
    "임원": ("slack-channel:C9",),
    "인사방": ("slack-channel:G1",),
    "mpdm-haneul--bada-1": ("slack-channel:G2",),
    "D1": ("slack-channel:D1",),
    # In no list: nobody says that it is public.
    "옛-방": ("slack-channel:옛-방",),
}


@pytest.fixture
def export(tmp_path):
    root = tmp_path / "export"
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
        message = {"type": "message", "user": "U1", "ts": "1700000000.000100", "text": f"연봉 협상 {folder}"}
        (root / folder / "2026-01-31.json").write_text(json.dumps([message]), "utf-8")
    for name, channels in CHANNELS.items():
        (root / name).write_text(json.dumps(channels), "utf-8")
    (root / "users.json").write_text("[]", "utf-8")
    return root


def groups(export, rules=None):
    items = [item for one in open_sources([export], rules=rules or Rules()).inputs for item in one.read()]
    assert all(isinstance(item, Document) for item in items)
    return {item.attributes["channel"]: item.acl for item in items}


def test_each_kind_of_channel_has_its_group(export):
    assert groups(export) == FOLDERS


def test_a_public_channel_is_known_by_a_name_that_unpacking_took_apart(export):
    (export / "공지").rename(export / unicodedata.normalize("NFD", "공지"))
    assert {unicodedata.normalize("NFC", name): acl for name, acl in groups(export).items()} == FOLDERS


def test_a_rule_names_other_groups_and_everyone_opens_nothing_private(tmp_path, export):
    rules = tmp_path / "acl.yaml"
    rules.write_text('"*": everyone\n"#인사방*": [hr]\n"#공지*": [staff]\n', "utf-8")
    assert groups(export, read_rules(rules)) == FOLDERS | {"인사방": ("hr",), "공지": ("staff",)}


def test_an_index_that_was_open_is_closed_by_the_next_run(tmp_path, export, monkeypatch):
    index = tmp_path / "index"
    with monkeypatch.context() as before:
        before.setattr("rag.acl._of_private_channel", lambda _: ())
        before.setattr("rag.settings_hash._READING", "1")
        index_paths([export], index, embedder="none")
    assert index_paths([export], index).updated == len(FOLDERS) - 1

    def asked(*groups):
        with closing(open_index(index)) as opened:
            hits = opened.search("연봉 협상", among=Filter(frozenset(groups)))
        return {hit.passage.source.split()[0] for hit in hits}

    assert asked() == {"#공지"}
    assert asked("slack-channel:G1") == {"#공지", "#인사방"}
