"""Words that are harmful as such: found when written or broken up, left alone where they are innocent."""

import re
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from curation.safety.automaton import alternatives
from curation.safety.keywords import Keywords
from curation.safety.lexicon import Lexicon, korcen_lists, lexicon, own_entry

KEYWORDS = Keywords(lexicon())


def found(text: str, keywords: Keywords = KEYWORDS) -> list[tuple[str, str]]:
    return [(one.category, one.word) for one in keywords.find([text]).get(0, [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("이런 씨발 진짜", [("profanity", "씨발")]),
        ("시1발 이게 뭐야", [("profanity", "시1발")]),  # korcen turns the 1 into a letter and misses it
        ("시@발", [("profanity", "시@발")]),
        ("병.신", [("profanity", "병.신")]),
        ("아 ㅅㅂ", [("profanity", "ㅅㅂ")]),
        ("ㅋㅋㅅㅂㅋㅋ", [("profanity", "ㅅㅂ")]),
        ("ㅅㅂㄹㅁ", [("profanity", "ㅅㅂㄹㅁ")]),
        ("진짜ㅗㅗ", [("profanity", "ㅗㅗ")]),
        ("거지새끼들", [("profanity", "거지새끼")]),  # '지 새끼' in it is no innocent phrase
        ("틀딱들이 또", [("slur.age", "틀딱")]),
        ("짱깨 나라", [("slur.origin", "짱깨")]),
        ("Sex 이야기", [("sexual", "sex")]),
        ("한남충과 김치녀", [("slur.gender", "한남충"), ("slur.gender", "김치녀")]),
        ("꺼져라 좀", [("profanity", "꺼져라")]),
        ("엿 🖕", [("profanity", "🖕")]),
    ],
)
def test_what_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "강아지 새끼가 태어났다",
        "어미와 새끼 고양이",
        "새끼손가락을 걸고 약속했다",
        "새끼 손가락",
        "[새끼]를 꼬았다",
        "이 사건이 개혁의 시발점이었다",
        "도시발전 계획",
        "택시발전법이 통과됐다",
        "9시-발표 시작",
        "1시~발표",
        "십자가를 지다",
        "경제개발 5개년 계획",
        "영화 보지 마세요",
        "잠을 자지 못했다",
        "얼마나 추운지 알려줘",
        "전염병이 퍼졌다",
        "김밥을 싸가지고 갔다",
        "위기가 닥쳐도 담담하게",
        "거실 불이 꺼져 있다",
        "게놈 지도",
        "치발기를 샀다",
        "Essex에서 왔다",
        "ㅂㅅㅎ, ㅇㅅㄱ",  # initials of names
        "ㅗㅜㅑㅗㅜㅑ",  # an exclamation in vowels
        "로ㅗㅗㅗ",
        "동시·발표",
        "이 옷은 나시 발매 중이다",  # korcen compares without blanks
        "정치발언",
        "오즈 야스지로 감독",
        "알자지라 방송",
        "가트너 애널리스트",
        "8등신 미녀",
    ],
)
def test_what_is_innocent(text: str) -> None:
    assert found(text) == []


@given(st.lists(st.text(alphabet="시발새끼ㅅㅂㅗ1@. \x1e가A씨", max_size=12), max_size=6))
def test_a_batch_finds_what_each_text_does(texts: list[str]) -> None:
    together = KEYWORDS.find(texts)
    alone = {row: KEYWORDS.find([text])[0] for row, text in enumerate(texts) if KEYWORDS.find([text])}
    assert together == alone


def test_a_recipe_allows_and_adds() -> None:
    added = own_entry("^멍텅구리", "rude")
    keywords = Keywords(lexicon(), allow=["씨발 수영장"], entries=[added])
    assert found("씨발수영장에서 씨발", keywords) == [("profanity", "씨발")]
    assert found("멍텅구리야", keywords) == [("rude", "멍텅구리")]
    assert found("왕멍텅구리야", keywords) == []


def test_a_short_word_is_found_where_a_longer_one_must_stand_alone() -> None:
    small = Lexicon((own_entry("가나", "one"), own_entry("가나다$", "two")), (), ())
    assert found("가나다 가나다라", Keywords(small)) == [("two", "가나다"), ("one", "가나")]


def test_a_word_is_found_behind_one_that_must_begin_its_word() -> None:
    small = Lexicon((own_entry("^가나", "one"), own_entry("나다", "two")), (), ())
    assert found("라가나다", Keywords(small)) == [("two", "나다")]


def test_no_words_find_nothing() -> None:
    assert Keywords(Lexicon((), (), ())).find(["아무 말", ""]) == {}


@given(
    st.sets(st.text(alphabet="가나다*", min_size=1, max_size=4), max_size=8), st.text(alphabet="가나다*라")
)
def test_the_automaton_begins_where_a_word_does(words: set[str], text: str) -> None:
    begins = {match.start() for match in re.finditer(f"(?={alternatives(words)})", text)}
    assert begins == {at for at in range(len(text)) if any(text.startswith(word, at) for word in words)}


def test_reading_korcen_runs_none_of_it() -> None:
    lists = korcen_lists()
    assert len(lists["GENERAL"]) > 400
    assert "korcen" not in sys.modules


def test_every_unused_or_moved_entry_is_one_of_korcen(project: Path) -> None:
    """A newer korcen that drops or renames an entry must not leave ours behind unseen."""
    source = project / "curation/safety/words.yaml"
    words = yaml.safe_load(source.read_text(encoding="utf-8"))
    entries = {word.lower() for name in words["korcen"]["lists"] for word in korcen_lists()[name]}
    named = {
        *words["korcen"]["unused"],
        *(word for moved in words["korcen"]["moved"].values() for word in moved),
    }
    assert named - entries == set()
