"""Every planted number and name is found, and nothing is said against sentences that keep to their table."""

from typing import NamedTuple

import pytest

from curation.table_text.faithfulness import supporting_texts, unsupported
from curation.table_text.model import Cell, Table
from tests.curation.table_text.cells import cell, head, table


class Case(NamedTuple):
    """Marked cells with their headers above, a sentence that keeps to them, and one that does not.

    ``planted`` is the number that the second sentence makes up.
    """

    page: str
    headers: tuple[str, ...]
    cells: tuple[str, ...]
    gold: str
    hallucinated: str
    planted: str

    def table(self) -> Table:
        rows = [[head(one) for one in self.headers], [cell(one) for one in self.cells]]
        return table(rows, [(1, index) for index in range(len(self.cells))], self.page)


KOREAN = [
    Case(
        "지점별 매출",
        ("지점", "3월 (만 원)"),
        ("부산점", "1,240"),
        "부산점의 3월 매출은 1,240만 원이다.",
        "부산점의 3월 매출은 1,420만 원이다.",
        "1,420만",
    ),
    Case(
        "한라산", ("높이",), ("1947m",), "한라산의 높이는 1,947m이다.", "한라산의 높이는 1,950m이다.", "1,950"
    ),
    Case(
        "세종도서관 이용자",
        ("이용자",),
        ("1천2백 명",),
        "세종도서관의 이용자는 1,200명이다.",
        "세종도서관의 이용자는 1,300명이다.",
        "1,300",
    ),
    Case(
        "수원시",
        ("인구",),
        ("1,190,000",),
        "수원시의 인구는 119만 명이다.",
        "수원시의 인구는 129만 명이다.",
        "129만",
    ),
    Case(
        "김하늘",
        ("출생",),
        ("1993-10-09",),
        "김하늘은 1993년 10월 9일에 태어났다.",
        "김하늘은 1993년 10월 19일에 태어났다.",
        "19",
    ),
    Case(
        "설문 조사",
        ("찬성",),
        ("45%",),
        "설문 조사에서 45퍼센트가 찬성했다.",
        "설문 조사에서 54퍼센트가 찬성했다.",
        "54",
    ),
    Case(
        "청룡 야구단",
        ("우승",),
        ("3회",),
        "청룡 야구단은 세 번 우승했다.",
        "청룡 야구단은 다섯 번 우승했다.",
        "다섯",
    ),
    Case("이한결", ("나이",), ("23",), "이한결은 스물세 살이다.", "이한결은 스물네 살이다.", "스물네"),
    Case(
        "전국 대회",
        ("참가자",),
        ("325",),
        "전국 대회에는 삼백이십오 명이 참가했다.",
        "전국 대회에는 삼백오십이 명이 참가했다.",
        "삼백오십이",
    ),
    Case(
        "하루시 예산",
        ("예산 (백만 원)",),
        ("5,300",),
        "하루시의 예산은 53억 원이다.",
        "하루시의 예산은 530억 원이다.",
        "530억",
    ),
    Case(
        "제1회 시 낭송회",
        ("관객",),
        ("약 1만 2천 명",),
        "낭송회의 관객은 약 12,000명이었다.",
        "낭송회의 관객은 약 20,000명이었다.",
        "20,000",
    ),
]
ENGLISH = [
    Case(
        "Harbour Lights (band)",
        ("Year", "Album"),
        ("2011", "Low Tide"),
        "Harbour Lights released Low Tide in 2011.",
        "Harbour Lights released Low Tide in 2012.",
        "2012",
    ),
    Case(
        "Millbrook",
        ("2020",),
        ("4,310",),
        "In 2020, Millbrook had a population of 4310.",
        "In 2020, Millbrook had a population of 4130.",
        "4130",
    ),
    Case(
        "Northern Star (TV series)",
        ("Viewers (million)", "Aired"),
        ("8.93", "October 10, 2012"),
        "The Northern Star premiered on 10 October 2012 with 8.93 million viewers.",
        "The Northern Star premiered on 10 October 2012 with 9.38 million viewers.",
        "9.38 million",
    ),
    Case(
        "Ada Rowan",
        ("Goals",),
        ("23",),
        "Ada Rowan scored twenty-three goals.",
        "Ada Rowan scored thirty-two goals.",
        "thirty-two",
    ),
    Case(
        "Foxes season",
        ("Season", "Finish"),
        ("1999–03", "4th"),
        "From 1999 to 2003, the Foxes finished fourth.",
        "From 1999 to 2004, the Foxes finished fourth.",
        "2004",
    ),
    Case(
        "Election",
        ("Votes", "Share"),
        ("12,405", "45.2%"),
        "The party won 12,405 votes, 45.2 percent.",
        "The party won 12,405 votes, 54.2 percent.",
        "54.2",
    ),
    Case(
        "Old Mill",
        ("Cost",),
        ("$1,500,000",),
        "The Old Mill cost $1.5 million.",
        "The Old Mill cost $2.5 million.",
        "2.5 million",
    ),
    Case(
        "United Rowing Club",
        ("Titles",),
        ("7",),
        "URC has won seven titles.",
        "URC has won nine titles.",
        "nine",
    ),
    Case("Jon Hale", ("Change",), ("-3.2",), "Jon Hale lost 3.2 points.", "Jon Hale lost 2.3 points.", "2.3"),
    Case(
        "Flight 12",
        ("Aircraft", "Seats"),
        ("F-16", "2"),
        "Flight 12 used an F-16 with two seats.",
        "Flight 12 used an F-16 with three seats.",
        "three",
    ),
]
CASES = [*KOREAN, *ENGLISH]


def test_twenty_of_twenty_planted_numbers_are_found_and_golds_raise_no_alarm() -> None:
    tables = [case.table() for case in CASES]
    golds = unsupported([case.gold for case in CASES], tables)
    assert [(case.gold, found) for case, found in zip(CASES, golds, strict=True) if found] == []
    hallucinated = unsupported([case.hallucinated for case in CASES], tables)
    assert [[one.text for one in found] for found in hallucinated] == [[case.planted] for case in CASES]
    assert all(one.kind == "number" for found in hallucinated for one in found)
    assert len(CASES) >= 20


PLAYER = table([[head("선수"), head("팀")], [cell("이한결"), cell("청룡")]], [(1, 0), (1, 1)], "하루컵")
TOWN = table(
    [[head("Town"), head("State")], [cell("New Harbour"), cell("Québec")]], [(1, 0), (1, 1)], "Fair of 1921"
)


@pytest.mark.parametrize(
    ("sentence", "held", "names"),
    [
        ("이한결은 하루컵에서 청룡의 선수로 뛰었다.", PLAYER, []),
        ("이한결은 하루컵에서 서울의 선수로 뛰었다.", PLAYER, ["서울"]),
        ("하루컵에서 박지성과 이한결이 뛰었다.", PLAYER, ["박지성"]),
        ("이한결은 KIA에서 뛰었다.", PLAYER, ["KIA"]),
        ("The fair was held in New Harbour, Quebec.", TOWN, []),
        ("New Harbour's fair was held in 1921.", TOWN, []),
        ("The fair of Old Harbour was in Quebec.", TOWN, ["Old"]),
        ("In Ohio, the fair of New Harbour was held.", TOWN, ["Ohio"]),
        ("Paris hosted the fair.", TOWN, ["Paris"]),
        ("Although New Harbour is small, I went there.", TOWN, []),
        ("It was in NH.", TOWN, []),
        ("It was in NY.", TOWN, ["NY"]),
    ],
)
def test_names_that_the_table_does_not_hold(sentence: str, held: Table, names: list[str]) -> None:
    (found,) = unsupported([sentence], [held])
    assert [one.text for one in found] == names
    assert all(one.kind == "name" and sentence[one.start : one.end] == one.text for one in found)


def test_only_marked_cells_their_headers_and_titles_support() -> None:
    rows = [[head("Year"), head("Goals")], [head("2019"), cell("4")], [head("2020"), cell("6")]]
    marked = table(rows, [(1, 1)], "Ada Rowan", "League")
    assert supporting_texts(marked) == ["4", "Goals", "2019", "Ada Rowan", "League"]
    (found,) = unsupported(["Ada Rowan scored 4 goals in 2019 and 6 in 2020."], [marked])
    assert [one.text for one in found] == ["6", "2020"]


def test_without_marks_the_whole_table_supports() -> None:
    whole = Table(((Cell("4"), Cell("6")),), "Ada", section_text="Born in 1990.")
    assert unsupported(["Ada, born in 1990, scored 4 and 6."], [whole]) == [[]]


def test_what_follows_from_the_table_but_does_not_stand_there_is_flagged() -> None:
    held = table([[cell("4"), cell("6")]], [(0, 0), (0, 1)])
    (found,) = unsupported(["She scored 10 goals."], [held])
    assert [one.text for one in found] == ["10"]


def test_sentences_about_one_table_are_each_checked_against_it() -> None:
    sentences = [case.gold for case in KOREAN] + [case.hallucinated for case in KOREAN]
    tables = [case.table() for case in KOREAN]
    assert unsupported(sentences, tables * 2) == unsupported(sentences, [case.table() for case in KOREAN * 2])
    of_one = unsupported(sentences[:2], tables[:1] * 2)
    assert of_one == [[], *unsupported(sentences[1:2], tables[:1])]
    assert of_one[1]


def test_nothing_to_check() -> None:
    assert unsupported([], []) == []
    assert unsupported([""], [table([])]) == [[]]
