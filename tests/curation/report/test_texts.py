"""Sample texts as HTML: nothing of them is markup, nothing stays unseen, differences are marked."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from curation.report.texts import CONTEXT, MAX_CHARACTERS, differences, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("가나\n다", "가나\n다"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("가\u200b나", '가<span class="unseen">U+200B</span>나'),
        ("\u202e거꾸로", '<span class="unseen">U+202E</span>거꾸로'),
        ("\u2028", '<span class="unseen">U+2028</span>'),
        ("\x00\ud800", '<span class="unseen">U+0000</span><span class="unseen">U+D800</span>'),
        ("👨\u200d👩", '👨<span class="unseen">U+200D</span>👩'),
        ("가" * (MAX_CHARACTERS + 2), "가" * MAX_CHARACTERS + ' <span class="more">… +2</span>'),
    ],
)
def test_a_text_is_shown(text: str, expected: str) -> None:
    assert shown(text) == Markup(expected)


@given(st.text(st.characters()))
def test_what_is_shown_holds_no_markup_of_the_text(text: str) -> None:
    html = str(shown(text))
    for element in ('<span class="unseen">', '<span class="more">', "</span>"):
        html = html.replace(element, "")
    assert not set("<>\"'\x00\u2028\u202e") & set(html)
    html.encode()  # half a surrogate pair would raise


@pytest.mark.parametrize(
    ("before", "after", "spaces", "left", "right"),
    [
        ("가 나 다", "가 나 다", False, "가 나 다", "가 나 다"),
        ("가 나 다", "가 라 다", False, "가 <del>나 </del>다", "가 <ins>라 </ins>다"),
        ("가 다", "가 나 다", False, "가 다", "가 <ins>나 </ins>다"),
        ("가  나", "가 나", False, "가  나", "가 나"),
        ("가  나", "가 나", True, "<del>가  </del>나", "<ins>가 </ins>나"),
        ("", "가", False, "", "<ins>가</ins>"),
        ("<i>가", "가", False, "<del>&lt;i&gt;가</del>", "<ins>가</ins>"),
    ],
)
def test_differing_words_are_marked(before: str, after: str, spaces: bool, left: str, right: str) -> None:
    assert differences(before, after, spaces=spaces) == (Markup(left), Markup(right))


def test_long_equal_parts_are_left_out() -> None:
    words = [f"w{number}" for number in range(100)]
    left, right = differences(" ".join(words), " ".join([*words[:50], "other", *words[51:]]))
    assert "<del>w50 </del>" in left
    assert "<ins>other </ins>" in right
    for side in (left, right):
        assert f"w{50 - CONTEXT} " in side
        assert f"w{49 - CONTEXT} " not in side
        assert side.count('<span class="more"> … </span>') == 2


@pytest.mark.timed
def test_differing_texts_of_any_length_take_bounded_work() -> None:
    began = time.process_time()
    left, right = differences("가 나 " * 100_000, "나 다 " * 100_000)
    assert time.process_time() - began < 3
    assert len(left) + len(right) < 100_000
