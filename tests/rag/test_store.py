from datetime import timedelta

import pytest

from rag.store import PassageStore
from rag.types import Passage


def passage(name, text="본문", doc_id="d"):
    return Passage(name, doc_id, "제목", "출처", text, 0, len(text))


def store_of(folder, tokens, *, doc_id="d"):
    store = PassageStore(folder)
    store.add([passage(name, doc_id=doc_id) for name in tokens], list(tokens.values()))
    return store


def test_scores_are_positive_and_larger_is_better(tmp_path):
    store = store_of(tmp_path, {"both": "휴가 규정", "one": "휴가 출장", "none": "출장 장비"})

    scores = store.lexical_scores("휴가 규정", 10)

    assert list(scores) == ["both", "one"]
    assert scores["both"] > scores["one"] > 0


@pytest.mark.parametrize("settled", [False, True])
def test_a_fresh_exact_match_beats_an_older_one_term_match(tmp_path, settled):
    # Where document frequencies are local to a segment, a fresh segment of one passage makes every
    # term of it look common: the exact match ranked below a passage that shares one word.
    store = store_of(tmp_path, {f"old{n}": f"출장 규정 장비{n}" for n in range(300)} | {"leave": "휴가 장비"})
    store.settle()

    store.add([passage("fresh")], ["휴가 규정 개정"])
    if settled:
        store.settle()

    assert next(iter(store.lexical_scores("휴가 규정 개정", 5))) == "fresh"


def test_what_was_written_is_found_at_once_by_this_and_by_an_open_reader(tmp_path):
    writer = store_of(tmp_path, {"a": "휴가"})
    reader = PassageStore(tmp_path)
    assert set(reader.lexical_scores("출장 휴가", 5)) == {"a"}

    writer.add([passage("b", doc_id="e")], ["출장"])
    writer.remove_documents(["d"])

    for store in (writer, reader, PassageStore(tmp_path)):
        assert set(store.lexical_scores("출장 휴가", 5)) == {"b"}
        assert list(store.ids()) == [("b", "e")]
        assert store.count() == 1


@pytest.mark.parametrize(
    ("stored", "asked", "found"),
    [
        ("c++", "c++", True),
        ("vpn", "vpn", True),
        ("Vpn", "vpn", False),
        ("running", "runs", False),
        ("the", "the", True),
        ("café", "cafe", False),
        ("https://a.kr/" + "b" * 80, "https://a.kr/" + "b" * 80, True),
        ('"휴가"', "휴가", False),
        ("휴가", "휴가 AND -출장 (~*", True),
        ("휴가", "휴", False),
    ],
)
def test_tokens_are_matched_as_they_stand(tmp_path, stored, asked, found):
    store = store_of(tmp_path, {"a": stored})
    store.settle()

    assert ("a" in store.lexical_scores(asked, 5)) is found


def test_no_tokens_find_nothing(tmp_path):
    assert store_of(tmp_path, {"a": "휴가", "empty": ""}).lexical_scores("", 5) == {}
    assert PassageStore(tmp_path / "new").lexical_scores("휴가", 5) == {}


def test_old_versions_are_dropped(tmp_path):
    store = store_of(tmp_path, {"p": "휴가"})
    for n in range(30):
        store.add([passage(f"p{n}")], ["휴가"])
    files = len(list(tmp_path.rglob("*")))

    with pytest.warns(UserWarning, match="removes every version except the latest"):
        store.settle(keep_versions=timedelta(0))

    assert len(list(tmp_path.rglob("*"))) < files / 3
    assert len(store.lexical_scores("휴가", 50)) == 31


def test_ids_with_quotes_are_taken_literally(tmp_path):
    store = store_of(tmp_path, {"p'1": "휴가"}, doc_id="o'brien') OR ('1'='1")
    store.add([passage("other", doc_id="e")], ["휴가"])

    assert list(store.fetch(["p'1"])) == ["p'1"]
    store.remove_documents(["o'brien') OR ('1'='1"])
    assert list(store.ids()) == [("other", "e")]
