"""The step `normalise`: what it changes, what it leaves, what it counts."""

import unicodedata
from itertools import chain
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.normalising.rules import rules_of
from curation.normalising.ruleset import Rule, changes
from curation.steps import STEPS
from curation.steps.base import Drop, Given, Keep, Outcome
from curation.steps.normalise import NormaliseParams

CORPORA = Path(__file__).parents[2].parent / "shared/corpora"


def judge(text: str, **params: object) -> Outcome:
    step = STEPS["normalise"]
    assert step.make is not None
    return step.make(step.params(**params), Given())([text])[0]


def text_of(outcome: Outcome) -> str:
    assert not isinstance(outcome, Drop)
    return outcome.text if isinstance(outcome, Keep) else outcome


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("그대로", "그대로"),
        (unicodedata.normalize("NFD", "한글 맞춤법"), "한글 맞춤법"),
        ("ᄒ\u200bᅡᆫ", "한"),  # what stood between letters that compose
        ("  두  칸\t탭 ", "두 칸 탭"),
        ("전각\u3000공백\u00a0줄", "전각 공백 줄"),
        ("채움\u3164\u3164문자", "채움 문자"),
        ("\ufeff머리\u200b표\u00ad시", "머리표시"),
        ("a\x00b\x07c", "abc"),
        ("한 줄\r\n두 줄\r세 줄\u2028네 줄", "한 줄\n두 줄\n세 줄\n네 줄"),
        ("\n\n앞\n \n\t\n\n뒤\n\n", "앞\n\n뒤"),
        ("  들여쓴 줄  \n  또  ", "들여쓴 줄\n또"),
        ("가족 👨\u200d👩\u200d👧", "가족 👨\u200d👩\u200d👧"),
        ("글\u200d자", "글자"),
        ("\u202e거꾸로\u202c", "거꾸로"),
        ("웨일스 🏴\U000e0067\U000e0062\U000e007f", "웨일스 🏴\U000e0067\U000e0062\U000e007f"),
        ("숨은 \U000e0068\U000e0069말", "숨은 말"),
        ("반각\uffa0채움, 자모 \u115f\u1160채움, 점자\u2800칸", "반각 채움, 자모 채움, 점자 칸"),
    ],
)
def test_what_a_text_becomes_by_default(text: str, expected: str) -> None:
    assert text_of(judge(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "㈜말모이, ①번 문항, ½컵, 84㎡, 36.5℃, ™, ﬁ, Ⅲ급",  # what NFKC would fold
        "5′ 3″ “따옴표” ‘작은’ 가운뎃점·과 줄임표… – — 《책》 「글」 〈노래〉 10〜20",
        "ㅋㅋㅋㅋㅋㅋ ㅠㅠㅠㅠ ㅇㅇ ㄱㅅ ㅇㅈ? ㅎㅎ;; ㅇㅅㅇ ㅡㅡ ㅠㅡㅠ",
        "a < b && c > d, x <3 y, <<기생충>>, <올드보이>, List<String>, <b>태그</b>, <br>",
        "https://example.com/?a=1&copy=2&b=3 R&D",
        "ᄒᆞᆫ글 ᄂᆞ랏말ᄊᆞ미",  # old Hangul has no other spelling
        "漢字 李舜臣, 女子, 大韓民國",
        "café naïve Ångström Müller ¿Qué? «oui» 가격 £20, ±5°C, 3×4",
        "-----\n| 가 | 나 |\n=====",
        "1000000 2222222 010-0000-0000",
    ],
)
def test_what_stays_as_it_is(text: str) -> None:
    assert judge(text) == text


@pytest.mark.parametrize(
    ("text", "params", "expected", "counts"),
    [
        ("그대로", {}, "그대로", None),
        (unicodedata.normalize("NFD", "한글"), {}, "한글", {"nfc": 1}),
        ("가\u200b나\u200b다", {}, "가나다", {"invisible": 2}),
        (" 가  나 \n다", {}, "가 나\n다", {"white_space": 1}),
        ("ㅎㅏㄴㄱㅡㄹ ㅎㅐㅇ", {}, "한글 행", {"jamo": 2}),
        ("ＫＢＳ１！", {}, "KBS1!", {"full_width": 5}),
        ("ＫＢＳ１！", {"full_width": "letters"}, "KBS1！", {"full_width": 4}),
        ("ＫＢＳ１！", {"full_width": "keep"}, "ＫＢＳ１！", None),
        ("¾È³çÇÏ¼¼¿ä", {}, "안녕하세요", {"mojibake": 1}),
        ("¾È³çÇÏ¼¼¿ä", {"mojibake": False}, "¾È³çÇÏ¼¼¿ä", None),
        ("가 &amp;&#44; 나", {}, "가 &, 나", {"html_entities": 2}),
        ("<b>가</b><br>나", {"html_tags": True}, "가\n나", {"html_tags": 3}),
        ("ㅋㅋㅋㅋㅋ!!!!", {"repeats": 3}, "ㅋㅋㅋ!!!", {"repeats": 2}),
        ("大學", {"hanja": "hangul"}, "대학", {"hanja": 1}),
        ("&lt;b&gt;가&lt;/b&gt;", {"html_tags": True}, "가", {"html_tags": 2, "html_entities": 4}),
        ("가\u200b나", {"invisible": False}, "가\u200b나", None),
        (" 가 ", {"white_space": False}, " 가 ", None),
        ("ㅎㅏㄴ", {"jamo": False}, "ㅎㅏㄴ", None),
        ("&amp;", {"html_entities": False}, "&amp;", None),
        (unicodedata.normalize("NFD", "한"), {"nfc": False}, unicodedata.normalize("NFD", "한"), None),
    ],
)
def test_every_change_is_counted_under_its_rule(
    text: str, params: dict[str, object], expected: str, counts: dict[str, int] | None
) -> None:
    assert judge(text, **params) == (expected if counts is None else Keep(expected, counts=counts))


def test_a_run_of_repeats_is_at_least_two() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 2"):
        NormaliseParams(repeats=1)


_NASTY = (
    " \t\r\n\x00\x0b\x1c\x85\xa0\u200b\u200d\u2028\u3000\u3164\u1160\u115f\uffa0\u2800\ufeff\ufe0f"
    "한각가뷁ㅋㅎㅏㅣㄱㅠㅡ\u1100\u1112\u1161\u11a8\u11ab\u11a2\u119e\uffa1\uffbeᄒᆞᆫ"
    "女李不樂金六年\uf9e1\uf914你あ（）！＜＞＆；Ａ１～&;<>/=\"'`!.-~?#abrscriptlgmp1234567890x"
    "\xc0\xc1\xb0\xa1\xc7\xd1\xed\x95\x9c\xec\x88\xbe\xc8\u0152\u20ac\u2026\ufffd媛湲븳글"
    "👩♂♥🇰🇷🏴\U000e0067\U000e007f\u0301\u0308é\u0338"
)
_PIECES = st.sampled_from(
    [
        "&lt;", "&amp;", "&#60;", "&nbsp;", "<b>", "</b>", "<br/>", "<!--", "-->", "<p>", "```", "¾È³ç",
        "ì•ˆë…•", "�븳湲��쓣", "ㅎㅏㄴ", "ㅋㅋㅋㅋ", "ㅋㅎㅋㅎㅋㅎ", "하하하하", "\n\n\n", "  ", "大學(대학)",
        "<script>", "</script>", "＆ｌｔ；", "＜ｂ＞", "&amp;amp;lt;", "\r\n",
    ]
)  # fmt: skip
_TEXTS = st.lists(
    st.one_of(st.sampled_from(_NASTY), _PIECES, st.characters(), st.sampled_from("가나다 ab1.")), max_size=30
).map("".join)
_PARAMS = st.builds(
    NormaliseParams,
    nfc=st.booleans(),
    invisible=st.booleans(),
    white_space=st.booleans(),
    jamo=st.booleans(),
    full_width=st.sampled_from(["all", "letters", "keep"]),
    mojibake=st.booleans(),
    html_entities=st.booleans(),
    html_tags=st.booleans(),
    repeats=st.sampled_from([None, 2, 3, 5]),
    hanja=st.sampled_from(["keep", "hangul"]),
)


@given(_TEXTS)
@settings(max_examples=300)
def test_what_a_normalised_text_looks_like(text: str) -> None:
    once = text_of(judge(text))
    assert judge(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert "\n\n\n" not in once
    assert "  " not in once


@given(_TEXTS, _PARAMS)
@settings(max_examples=600)
def test_normalising_twice_changes_nothing_whatever_the_rules(text: str, params: NormaliseParams) -> None:
    rules = rules_of(**params.model_dump())
    for _, once, counts in changes([text], rules):
        assert counts
        assert list(changes([once], rules)) == []


def tried(text: str, rules: list[Rule]) -> tuple[str, dict[str, int]]:
    """Every rule, again and again, with no first look."""
    counts: dict[str, int] = {}
    before = None
    while text != before:
        before = text
        for rule in rules:
            text, count = rule.change(text)
            if count:
                counts[rule.name] = counts.get(rule.name, 0) + count
    return text, counts


@given(st.lists(_TEXTS, max_size=8), _PARAMS)
@settings(max_examples=400)
def test_the_first_look_overlooks_nothing(texts: list[str], params: NormaliseParams) -> None:
    rules = rules_of(**params.model_dump())
    found = {place: (text, counts) for place, text, counts in changes(texts, rules)}
    assert [found.get(place, (text, {})) for place, text in enumerate(texts)] == [
        tried(text, rules) for text in texts
    ]


@pytest.mark.parametrize("length", [1 << 16, (1 << 20) + 1])
def test_long_texts_are_looked_at_apart(length: int) -> None:
    long = "가" * length
    texts = ["짧은 글", long, " 앞뒤 ", long + " ", "끝"]
    found = {place: text for place, text, _ in changes(texts, rules_of(**NormaliseParams().model_dump()))}
    assert found == {2: "앞뒤", 3: long}


def _reviews() -> list[str]:
    folder = CORPORA / "nsmc/raw"
    if not folder.is_dir():
        pytest.skip("the corpus nsmc is not here")
    files = sorted(folder.glob("*.json"))[:40]
    return [row["review"] for row in chain.from_iterable(orjson.loads(file.read_bytes()) for file in files)]


def test_real_reviews_change_in_blanks_and_jamo_alone() -> None:
    reviews = _reviews()
    changed = list(changes(reviews, rules_of(**NormaliseParams().model_dump())))
    assert changed
    for place, text, counts in changed:
        assert set(counts) <= {"white_space", "jamo"}
        if "jamo" not in counts:
            assert text == " ".join(reviews[place].split())
