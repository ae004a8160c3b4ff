"""Long answers: everything arrives, in order, in messages that Slack takes."""

import json
import re
import time
from itertools import islice

import pytest

from slackbot import render
from tests.slackbot.rendered import codes, letters, seen
from tests.slackbot.test_render import answered, cited
from tests.slackbot.test_render_hostile import check, only_letters

PROSE = "연차 휴가는 {n}번째 해에 **열닷새**입니다. [{n}] 자세한 것은 `규정 {n}조`를 보세요.\n\n"
CODE = "```python\n" + "".join(f"def 함수_{n}():\n    return {n}\n\n" for n in range(400)) + "```\n\n"
TABLE = "| 이름 | 일수 |\n|:--|--:|\n" + "".join(f"| 직원{n} | {n} |\n" for n in range(600)) + "\n"
LIST = "".join(f"{n}. 항목 {n}\n   - 안쪽 {n}\n" for n in range(1, 300)) + "\n"


def long_text(characters):
    parts = []
    while sum(map(len, parts)) < characters:
        n = len(parts) + 1
        parts.append(CODE if n == 20 else TABLE if n == 40 else LIST if n == 60 else PROSE.format(n=n))
    return "".join(parts)


def test_sixty_thousand_characters_arrive_in_order():
    text = long_text(60_000)
    messages = render.answer(answered(text, cited(place="2쪽")))
    check(messages)
    assert 5 < len(messages) < 40
    seen_text = "\n".join(seen(message.blocks) for message in messages)
    numbers = [int(n) for n in re.findall(r"(\d+)번째 해에", seen_text)]
    assert numbers == [n for n in range(1, numbers[-1] + 1) if n not in (20, 40, 60)]
    assert [int(n) for n in re.findall(r"def 함수_(\d+)", seen_text)] == list(range(400))
    assert [int(n) for n in re.findall(r"직원(\d+)", seen_text)] == list(range(600))
    assert [(a, a) for a in map(str, range(1, 300))] == re.findall(r"(?m)^(\d+)\. 항목 (\d+)$", seen_text)
    assert re.findall(r"안쪽 (\d+)", seen_text) == [str(n) for n in range(1, 300)]
    assert [f"[{n}] 자세한" in seen_text for n in numbers] == [True] * len(numbers)
    last = seen(messages[-1].blocks)
    assert last.endswith("*출처*\n[1] handbook/휴가.md, 2쪽\n> 해마다 열닷새")
    assert sum("*출처*" in seen(message.blocks) for message in messages) == 1


def test_a_long_fence_is_code_of_its_language_in_every_part():
    messages = render.answer(answered(CODE))
    parts = [code for message in messages for code in codes(message.blocks)]
    assert len(parts) > 3
    assert {code["language"] for code in parts} == {"python"}
    texts = [code["elements"][0]["text"] for code in parts]
    assert "\n".join(texts).rstrip() == CODE.removeprefix("```python\n").removesuffix("\n```\n\n").rstrip()
    assert all(re.match(r"def|    return|\n", text) for text in texts)


def test_a_long_table_repeats_its_first_lines():
    parts = [code for message in render.answer(answered(TABLE)) for code in codes(message.blocks)]
    texts = [code["elements"][0]["text"].split("\n") for code in parts]
    assert len(texts) > 2
    assert all(lines[:2] == ["이름    | 일수", "--------+-----"] for lines in texts)
    assert [line.split(" ")[0] for lines in texts for line in lines[2:]] == [f"직원{n}" for n in range(600)]


@pytest.mark.parametrize(
    "text",
    [
        "가" * 60_000,
        "문장입니다. [1] " * 6_000,
        "**굵게** " * 8_000,
        "https://a.test/p " * 3_000,
        "👩‍👩‍👧" * 9_000,
        "```\n" + "가" * 60_000 + "\n```",
        "- " + "항목 " * 20_000,
        "> " + "인용 " * 20_000,
    ],
    ids=lambda text: text[:8],
)
def test_one_endless_paragraph_is_cut_and_whole(text):
    messages = render.answer(answered(text))
    check(messages)
    arrived = "".join(letters(message.blocks) for message in messages)
    plain = re.sub(r"\*\*|```|^[->] ", "", text)
    assert "".join(arrived.split()) == "".join(plain.split())
    assert not re.search(r"\[$|^\d\]", "\n".join(seen(message.blocks) for message in messages), re.MULTILINE)


@pytest.mark.timed
@pytest.mark.parametrize("make", [long_text, lambda n: "가" * n, lambda n: "열닷새입니다. " * (n // 8)])
def test_time_grows_with_the_length_alone(make):
    def seconds(text):
        started = time.process_time()
        render.answer(answered(text))
        return time.process_time() - started

    short, long = make(60_000), make(600_000)
    render.answer(answered(short))
    assert seconds(long) < 20 * max(min(seconds(short), seconds(short)), 0.02)


def test_what_people_really_write_arrives_whole(corpora):
    """Petitions quote laws, dates, lists and addresses, and none of their writers meant Markdown."""
    with (corpora / "petitions" / "petitions_2017-08").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["content"].replace("\\n", "\n") for line in islice(lines, 400)]
    assert sum(map(len, texts)) > 100_000
    for text in texts:
        messages = render.answer(answered(f"{text}\n\n끝"))
        check(messages)
        shown = "".join(letters(message.blocks) for message in messages)
        assert only_letters(shown) == only_letters(text + "끝")


@pytest.mark.parametrize("page", ["README.md", "README.ko.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_a_page_in_markdown_arrives_whole(project, page):
    text = (project / page).read_text(encoding="utf-8")
    messages = render.answer(answered(text))
    check(messages)
    arrived = "".join(letters(message.blocks) for message in messages)
    written = re.sub(r"(?m)^```(bash|sh|python|json|yaml|text)$", "```", text)
    assert "".join(only_letters(arrived)) == "".join(only_letters(written))
    shown = "\n".join(seen(message.blocks) for message in messages)
    headings = re.findall(r"(?m)^## ([^`*_\[\n]+)$", text)
    assert headings
    assert all(f"*{heading}*" in shown for heading in headings)
