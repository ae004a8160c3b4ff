"""KoWiki dumps by their format: export XML, packed or not, and MediaWiki's markup as plain text."""

import bz2
import contextlib
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.errors import UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.readers.wikitext import plain_text
from tests.curation.readers.survey import at_most

FILE = Path(__file__).parent / "by_format" / "kowiki-pages-articles.xml"
NAMESPACE = "http://www.mediawiki.org/xml/export-0.11/"


def dump(*pages: str) -> bytes:
    return f'<mediawiki xmlns="{NAMESPACE}">{"".join(pages)}</mediawiki>'.encode()


def page(text: str, ns: int = 0, rest: str = "") -> str:
    return f"<page><title>가</title><ns>{ns}</ns>{rest}<revision><text>{text}</text></revision></page>"


def test_articles(read):
    outcome = read("kowiki", FILE)
    first, last = outcome.rows
    assert first.record.text == (
        "느티나무 마을(Zelkova Village)은 어느 책에 나오는 마을이다.\n\n행사\n\n봄 잔치\n가을 장터"
    )
    assert first.record.title == "느티나무 마을"
    assert first.record.attributes == {"id": "5", "revision": "1001", "timestamp": "2024-03-01T00:00:00Z"}
    assert (last.record.text, last.record.attributes["id"], last.where.line) == (
        "말모이는 사전의 원고이다.",
        "8",
        4,
    )
    assert outcome.notes == {
        "kowiki-pages-articles.xml: redirects": "1",
        "kowiki-pages-articles.xml: pages outside the article namespace": "1",
    }


def test_packed_in_one_stream_or_many(read, read_bytes):
    content = FILE.read_bytes()
    half = len(content) // 2
    for packed in (bz2.compress(content), bz2.compress(content[:half]) + bz2.compress(content[half:])):
        outcome = read_bytes("kowiki", packed, name="a.xml.bz2")
        assert [row.record for row in outcome.rows] == [row.record for row in read("kowiki", FILE).rows]


def test_redirects_without_the_element_and_articles_without_text(read_bytes):
    outcome = read_bytes(
        "kowiki", dump(page("#REDIRECT [[나]]"), page(" #넘겨주기 [[나]]"), page("{{틀}}"), page("글"))
    )
    assert (outcome.texts, outcome.rows[0].where.line) == (["글"], 4)
    assert outcome.notes == {"input: redirects": "2", "input: articles without text": "1"}


def test_the_last_of_several_revisions(read_bytes):
    whole = page("옛글").replace("</page>", "<revision><text>새 글</text></revision></page>")
    assert read_bytes("kowiki", dump(whole)).texts == ["새 글"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no element found"),
        (b"<html><body/></html>", "it is no export of MediaWiki"),
        (FILE.read_bytes()[:-20], "no element found|unclosed token"),
        (bz2.compress(FILE.read_bytes())[:-20], "it ends in the middle"),
        (b"BZh9 no archive", "Invalid data stream"),
        (b'<!DOCTYPE m [<!ENTITY a "b">]>' + dump(page("&a;")), "it declares a document type"),
        (b'<!DOCTYPE m SYSTEM "file:///etc/passwd">' + dump(page("x")), "it declares a document type"),
        (dump(page("&a;")), "undefined entity"),
    ],
)
def test_what_is_no_dump_is_refused(read_bytes, content, reason):
    with pytest.raises(UserError, match=reason) as refused:
        read_bytes("kowiki", content, name="a.xml")
    assert refused.value.where == "a.xml"


def test_a_large_dump_is_never_held_whole(tmp_path):
    path = tmp_path / "large.xml"
    with path.open("wb") as stream:
        head, tail = dump("|").split(b"|")
        stream.write(head)
        for _ in range(4000):
            stream.write(page("틀의 글 " * 1000, ns=10).encode())
        stream.write(page("글").encode() + tail)
    assert path.stat().st_size > 40_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader = READERS["kowiki"]
    row, note = reader.read(SourceFile(path, path.name), reader.options())
    assert (row.where.line, note.value) == (4001, "4000")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''굵은''' 글과 ''기운'' 글, '''''둘 다'''''", "굵은 글과 기운 글, 둘 다"),
        ("'''닫지 않은 글", "닫지 않은 글"),
        ("[[서울]]과 [[수도 (행정)|수도]]", "서울과 수도"),
        ("[[파일:가.jpg|섬네일|[[나]]의 사진]]글[[분류:도시]][[Category:City]][[en:Seoul]]", "글"),
        ("[[:분류:도시]]를 보라", "분류:도시를 보라"),
        ("[[대한민국: 어느 책]]", "대한민국: 어느 책"),
        ('글<ref>주</ref><ref name="a" />이다.', "글이다."),
        ("글{{각주|{{안}}}}이다.<!-- 주석 -->", "글이다."),
        ("서울({{llang|en|Seoul}}, {{문화어|서울}})은", "서울(Seoul)은"),
        ("서울({{출처}}, {{문화어|서울}})은", "서울은"),
        ('{| class="wikitable"\n! 가\n|-\n| 나\n|}\n글', "글"),
        ("{{정보\n| 이름 = 가\n}}\n글", "글"),
        ("* 하나\n** 둘\n# 셋\n: 넷", "하나\n둘\n셋\n넷"),
        ("== 빈 절 ==\n== 절 ==\n=== 아래 ===\n글\n== 각주 ==\n{{각주}}", "절\n\n아래\n\n글"),
        ("첫 문단\n\n\n\n둘째 문단", "첫 문단\n\n둘째 문단"),
        ("[http://a.kr 누리집] [http://b.kr] http://c.kr", "누리집 http://c.kr"),
        ("<math>x^2</math>과 H<sub>2</sub>O&nbsp;&amp; 물", "x^2과 H2O & 물"),
        ("한 줄<br />두 줄<gallery>파일:가.jpg</gallery>", "한 줄\n두 줄"),
        ("<nowiki>[[그대로]]</nowiki> __목차없음__ &#99999999999;", "[[그대로]] &#99999999999;"),
        ("{{닫지 않은 틀 [[링크", "{{닫지 않은 틀 [[링크"),
        ("\x00글\x01", "글"),
        ("main()을 부르는 글(, )", "main()을 부르는 글(, )"),
    ],
)
def test_markup(wikitext, text):
    assert plain_text(wikitext) == text


@pytest.mark.parametrize("opened", ["{|\n|-\n", "<ref>", "[[a|{{b|<div>"])
def test_what_is_never_closed_is_given_up_at_once(opened):
    with pytest.raises(ValueError, match="never closed"):
        plain_text(opened * 20_000)


@pytest.mark.parametrize("text", ["{{", "[[", "(", "(,", "{{a}},", " ", "''", "== a ==\n", "({{a}}"])
def test_pages_of_one_sign_take_no_time(text):
    with at_most(5):
        plain_text(f"({text * 50_000}")


@settings(derandomize=True, max_examples=200)
@given(
    st.lists(
        st.sampled_from(("{{", "}}", "[[", "]]", "{|", "|}", "==", "<ref>", "</ref>", "''", "\n", "|", "가")),
        max_size=40,
    )
)
def test_any_markup_gives_a_text_or_a_reason(parts):
    with contextlib.suppress(ValueError):
        assert isinstance(plain_text("".join(parts)), str)
