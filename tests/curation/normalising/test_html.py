"""HTML that was left over: entities and tags, and what only looks like them."""

import pytest

from curation.normalising.entities import decode_entities
from curation.normalising.tags import strip_tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&quot;가&quot; &amp; 나", '"가" & 나'),
        ("3&#44;000원 &#xAC00;", "3,000원 가"),
        ("&amp;amp;quot;", '"'),
        ("가&nbsp;나", "가\u00a0나"),
        ("안녕<br>&nbsp;하세요", "안녕<br>\u00a0하세요"),
        # no references
        ("R&D, AT&T; ?a=1&copy=2&lt 가&나;", "R&D, AT&T; ?a=1&copy=2&lt 가&나;"),
        ("&unknown; &; &#; &#x; &#0; &#xD800;", "&unknown; &; &#; &#x; &#0; &#xD800;"),
        # meant as they stand
        ("`&lt;`는 <를 뜻합니다", "`&lt;`는 <를 뜻합니다"),
        ("```\n&amp;\n``` &amp;", "```\n&amp;\n``` &"),
        ("<p>a &lt; b</p>", "<p>a &lt; b</p>"),
    ],
)
def test_entities(text: str, expected: str) -> None:
    decoded, count = decode_entities(text)
    assert decoded == expected
    assert (count == 0) == (decoded == text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>굵게</b>", "굵게"),
        ("<B>굵게</B>", "굵게"),
        ("가<br>나<br/>다<BR />라", "가\n나\n다\n라"),
        ("<p>하나</p><p>둘</p>", "\n하나\n\n둘\n"),
        ("<p>하나<p>둘</div>", "\n하나\n둘\n"),
        ('<a href="https://example.com/?a>b" target=_blank>누리집</a>', "누리집"),
        ("<td>가</td><td>나</td>", " 가  나 "),
        ('그림 <img src="a.png" alt="가"> 뒤', "그림  뒤"),
        ("남은 </p> 꼬리", "남은 \n 꼬리"),
        ("앞<!-- 숨은 말 -->뒤", "앞뒤"),
        ("앞<script>var a = '<b>';</script>뒤<STYLE>p {}</style>", "앞뒤"),
        ("<!DOCTYPE html><html><body>가</body></html>", "\n\n가\n\n"),
        # not tags
        ("a < b, x<y && z>w, 1<2>0", "a < b, x<y && z>w, 1<2>0"),
        ("사랑해 <3 <3333", "사랑해 <3 <3333"),
        ("<<기생충>>과 <올드보이>, <Parasite>", "<<기생충>>과 <올드보이>, <Parasite>"),
        ("List<String> Map<K, V> vector<int>", "List<String> Map<K, V> vector<int>"),
        ("<b> 태그와 <p> 태그를 배웁니다", "<b> 태그와 <p> 태그를 배웁니다"),
        ("a <b c> d", "a <b c> d"),
        ("`<b>가</b>`처럼 씁니다", "`<b>가</b>`처럼 씁니다"),
        ("<!-- 닫지 않은 말", "<!-- 닫지 않은 말"),
        ("<script> 라고 씀", "<script> 라고 씀"),
        ("<_< >_> <(^^)>", "<_< >_> <(^^)>"),
    ],
)
def test_tags(text: str, expected: str) -> None:
    stripped, count = strip_tags(text)
    assert stripped == expected
    assert (count == 0) == (stripped == text)


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<script>", "`<b>`", "&amp", "<", "&aaaaaaaaaaaa", "``` "])
def test_broken_markup_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert strip_tags(text) == (text, 0)
    assert decode_entities(text) == (text, 0)
