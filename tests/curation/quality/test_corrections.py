import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.korean import analyses
from curation.quality.corrections import Corrected, Wanted, corrected, pieces, spacing_errors

SPACES = Wanted(spacing=True, typos=False, compounds=False, most=0.5)
EVERYTHING = Wanted(spacing=True, typos=True, compounds=True, most=1.0)


def analysis(text: str, *, typos: bool = False):
    return next(iter(analyses([text], typos=typos)))


def correct(text: str, wanted: Wanted) -> Corrected:
    return corrected(text, analysis(text, typos=wanted.typos), wanted)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("이것은 할수있는 일 입니다.", Corrected("이것은 할 수 있는 일입니다.", spacing=3)),
        ("그렇게 됬다고 할수없다.", Corrected("그렇게 됬다고 할 수 없다.", spacing=2)),
        ("고칠 것이 없다.", Corrected("고칠 것이 없다.")),
        # One line has too many edits for its words, the other has not.
        (
            "나는학교에서밥을먹고집에가서잠을잤다\n그럴수있다",
            Corrected("나는학교에서밥을먹고집에가서잠을잤다\n그럴 수 있다", spacing=2, refused=1),
        ),
        # A short line may change in most of its words.
        ("나는학교에 갔다", Corrected("나는 학교에 갔다", spacing=1)),
        ("", Corrected("")),
    ],
)
def test_spaces_are_corrected_and_counted(text, expected):
    assert correct(text, SPACES) == expected


def test_spaces_and_spelling_are_corrected_in_one_word():
    assert correct("그렇게될수잇다고 했다", EVERYTHING).text == "그렇게 될 수 있다고 했다"


@pytest.mark.parametrize(
    "kept",
    [
        "https://malmoi.kr/할수있다?q=나는학교에",
        "help@malmoi.kr",
        "#할수있는날",
        "`할수있다()`",
        "《할수있는날》",
        "『나는학교에간다』",
        "[할수있음]",
        "하하하하하",
        "ㅋㅋㅋㅋ ㅠㅠ",
        "v1.2.3 2024.05.01 3,000원 10:30",
        "Hello World  two  spaces",
        "😀😀 👨‍👩‍👧",
        "| 표 | 칸 |",
        "\tif x:\n\t\treturn  1",
    ],
)
def test_what_is_not_prose_stays_beside_what_is_corrected(kept):
    found = correct(f"할수있다.\n{kept}\n할수있다.", Wanted(True, True, True, 1.0))

    assert found.text == f"할 수 있다.\n{kept}\n할 수 있다."


def test_a_particle_is_not_joined_to_a_hashtag():
    assert correct("#오늘의날씨 는 맑다.", SPACES).text == "#오늘의날씨 는 맑다."


_TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "할수있다",
                " 는 ",
                "나는학교에",
                "\n",
                "  ",
                "\t",
                "일 입니다",
                ".그래서",
                "됬다",
                "ㅋㅋㅋ",
                "😀",
                "𠮷",
                "#태그",
                "a.kr",
            ]
        ),
        st.text("가는을었다 것수있ㅏㄱ .,!\n12a", max_size=8),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=150)
@given(_TEXTS, st.booleans())
def test_nothing_but_blanks_changes_without_typos(text, compounds):
    found = correct(text, Wanted(True, False, compounds, 1.0)).text

    assert "".join(found.split()) == "".join(text.split())
    assert found.count("\n") == text.count("\n")
    assert [line.split() == [] for line in found.split("\n")] == [
        line.split() == [] for line in text.split("\n")
    ]


@settings(max_examples=80)
@given(_TEXTS)
def test_only_hangul_changes_with_typos(text):
    found = correct(text, EVERYTHING).text

    def rest(version: str) -> str:
        return "".join(char for char in version if not ("가" <= char <= "힣" or char == " "))

    assert rest(found) == rest(text)
    assert len("".join(found.split())) == len("".join(text.split()))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("나는 학교에 갔다.", 0),
        ("나는학교에 갔다.", 1 / 3),
        ("나 는 학교 에 갔다.", 2 / 3),
        ("", 0),
        ("hello", 0),
    ],
)
def test_spacing_errors_are_counted_for_each_word(text, rate):
    assert spacing_errors(text, analysis(text)) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("가나", 4, ["가나"]),
        ("가나\n다라\n마바", 4, ["가나\n", "다라\n", "마바"]),
        ("가나 다라 마바", 4, ["가나 ", "다라 ", "마바"]),
        ("가나다라마바 사", 4, ["가나다라마바 ", "사"]),
        ("가나다라마바사", 4, ["가나다라마바사"]),
    ],
)
def test_pieces_end_where_lines_or_words_do(text, most, expected):
    assert pieces(text, most) == expected


@given(st.text("가 \n", max_size=60), st.integers(1, 20))
def test_pieces_make_up_the_text(text, most):
    cut = pieces(text, most)

    assert "".join(cut) == text
    assert all(cut) or cut == [""]
