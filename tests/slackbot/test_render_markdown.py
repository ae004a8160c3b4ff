import pytest

from slackbot import render
from slackbot.render.tables import aligned
from tests.slackbot.rendered import codes, seen


def shown(text):
    [message] = render.notice(text)
    return seen(message.blocks)


@pytest.mark.parametrize(
    ("written", "as_seen"),
    [
        ("**굵게** *기울임* ~~지움~~ `코드`", "*굵게* _기울임_ ~지움~ `코드`"),
        ("***둘 다***", "*_둘 다_*"),
        ("**굵게**은 *기울임*이", "*굵게*은 _기울임_이"),
        ("**휴가(연차)**는 열닷새", "*휴가(연차)*는 열닷새"),
        ("그는**“연차”**를 썼다", "그는*“연차”*를 썼다"),
        ("제목은 **「규정」**입니다.", "제목은 *「규정」*입니다."),
        ("**마감(3월 1일)**까지", "*마감(3월 1일)*까지"),
        ("~~폐지(구법)~~된", "~폐지(구법)~된"),
        ("**注意(重要)**です", "*注意(重要)*です"),
        ("snake_case_name 과 2*3*4", "snake_case_name 과 2_3_4"),
        ("별표 * 하나와 ** 둘", "별표 * 하나와 ** 둘"),
        ("1~2일, 3~4일", "1~2일, 3~4일"),
        ("`**그대로**`", "`**그대로**`"),
        ("# 큰 제목\n본문", "*큰 제목*\n본문"),
        ("### 휴가 **규정**", "*휴가 규정*"),
        ("### 휴가 **규정** 끝", "*휴가 규정 끝*"),
        ("**밖 __안__ 밖** 보통", "*밖 안 밖* 보통"),
        ("> 1. 하나\n> 2. 둘\n>    - 안쪽", "> 1. 하나\n> 2. 둘\n> • 안쪽"),
        ("#태그 #2", "#태그 #2"),
        ("첫 줄\n둘째 줄", "첫 줄\n둘째 줄"),
        ("첫 문단\n\n둘째 문단", "첫 문단\n\n둘째 문단"),
        ("위\n\n---\n\n아래", "위\n\n———\n\n아래"),
        ("제목 아래 줄\n---", "제목 아래 줄\n\n———"),
        ("> 인용\n> 둘째\n\n본문", "> 인용\n> 둘째\n본문"),
        ("<b>굵게</b><br>", "<b>굵게</b><br>"),
        ("<div>\n본문\n</div>", "<div>\n본문\n</div>"),
        ("A&amp;B &nbsp;", "A&amp;B &nbsp;"),
        ("\\*별표\\*", "*별표*"),
        ("    들여쓴 줄", "들여쓴 줄"),
        ("[1]: 각주처럼 쓴 줄", "[1]: 각주처럼 쓴 줄"),
    ],
)
def test_markdown_is_shown(written, as_seen):
    assert shown(written) == as_seen


@pytest.mark.parametrize(
    ("written", "as_seen"),
    [
        ("[사규](https://a.test/rule)를 보세요", "사규 (<https://a.test/rule>)를 보세요"),
        ("[https://slack.com](https://evil.test/)", "https://slack.com (<https://evil.test/>)"),
        ("[https://a.test/x](https://a.test/x)", "<https://a.test/x>"),
        ("[a.test/x](https://a.test/x)", "<https://a.test/x>"),
        ("<https://a.test/x>", "<https://a.test/x>"),
        (
            "https://a.test/x?y=1입니다. (https://a.test/z).",
            "<https://a.test/x?y=1>입니다. (<https://a.test/z>).",
        ),
        ("https://ko.test/wiki/한국_(나라)", "<https://ko.test/wiki/한국_(나라)>"),
        ("https://slack.com@evil.test/", "https://slack.com@evil.test/"),
        ("[열기](javascript:alert)", "[열기](javascript:alert)"),
        ("[조문](#제5조)", "[조문](#제5조)"),
        ("열닷새 [1](연차)", "열닷새 [1](연차)"),
        ("열닷새 [1](https://a.test/p)", "열닷새 [1] (<https://a.test/p>)"),
        ('[사규](https://a.test/ "제목")', '사규 (<https://a.test/> "제목")'),
        ("![조직도](https://a.test/o.png)", "조직도 (<https://a.test/o.png>)"),
        ("![조직도](data:image/png;base64,AAAA)", "조직도"),
        (
            "[![로고](https://a.test/l.png)](https://b.test/)",
            "로고 (<https://a.test/l.png>) (<https://b.test/>)",
        ),
        ("`https://a.test/x`", "`https://a.test/x`"),
        ("<kim@a.test>", "<kim@a.test>"),
    ],
)
def test_a_link_shows_its_own_address(written, as_seen):
    assert shown(written) == as_seen


@pytest.mark.parametrize(
    ("written", "as_seen"),
    [
        ("- 하나\n- 둘\n  - 안쪽\n    1. 더\n- 셋", "• 하나\n• 둘\n  • 안쪽\n    1. 더\n• 셋"),
        ("1. 하나\n2. 둘\n\n   둘째 문단\n3. 셋", "1. 하나\n2. 둘\n둘째 문단\n3. 셋"),
        ("1. 하나\n1. 둘\n1. 셋", "1. 하나\n2. 둘\n3. 셋"),
        ("3. 셋\n5. 다섯", "3. 셋\n5. 다섯"),
        ("1. 하나\n   ```\n   코드\n   ```\n2. 둘", "1. 하나\n```\n코드\n```\n2. 둘"),
        ("1.\n2. 둘", "1.\n2. 둘"),
        ("- - 안쪽만", "  • 안쪽만"),
        ("2024. 3. 1. 시행", "2024. 3. 1. 시행"),
        ("1. 연혁\n\n2024. 3. 1. 제정\n2024. 9. 1. 개정", "1. 연혁\n2024. 3. 1. 제정\n2024. 9. 1. 개정"),
        ("1. 연혁\n\n2024. 3. 1. 제정\n\n2024. 9. 1. 개정", "1. 연혁\n2024. 3. 1. 제정\n\n2024. 9. 1. 개정"),
        ("3. 1. 삼일절", "3. 1. 삼일절"),
        ("2024. 시행", "2024. 시행"),
        ("1. 2.5배로 한다", "1. 2.5배로 한다"),
        ("0. 준비", "0. 준비"),
        ("- [1] 근거 [2]", "• [1] 근거 [2]"),
    ],
)
def test_lists_keep_their_order_and_depth(written, as_seen):
    assert shown(written) == as_seen


@pytest.mark.parametrize(
    ("written", "as_seen"),
    [
        ("```python\nx = 1\n\n  y = 2\n```", "```python\nx = 1\n\n  y = 2\n```"),
        ("```py\nx\n```", "```python\nx\n```"),
        ("```\n<!channel> & **x**\n```", "```\n<!channel> & **x**\n```"),
        ("```mermaid\na --> b\n```", "```\nmermaid\na --> b\n```"),
        ("```닫히지 않은 울타리\n코드", "```\n닫히지 않은 울타리\n코드\n```"),
        ("~~~sql\nselect 1\n~~~", "```sql\nselect 1\n```"),
    ],
)
def test_code_is_kept_as_it_is(written, as_seen):
    assert shown(written) == as_seen


def test_a_table_is_aligned_by_the_width_of_its_letters():
    [message] = render.notice(
        "| 이름 | days | 비고 |\n|:--|--:|:-:|\n| **연차** | 15 | 해마다 |\n"
        "| sick | 60 | a\\|b | 남는 칸 |\n| 하나"
    )
    [code] = codes(message.blocks)
    assert code["elements"][0]["text"].split("\n") == [
        "이름 | days |  비고",
        "-----+------+--------+--------",
        "연차 |   15 | 해마다",
        "sick |   60 |  a|b   | 남는 칸",
        "하나",
    ]


def test_a_cell_that_is_far_too_wide_does_not_widen_the_others():
    long = "가" * 2_000
    lines = aligned([["a", "b"], [long, "c"], ["d", "e"]], ["left", "left"])
    assert lines[2] == f"{long} | c"
    assert lines[3] == f"d{' ' * 39} | e"
