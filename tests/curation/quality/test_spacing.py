import pytest

from curation.korean import analyses
from curation.quality.spacing import misplaced_spaces


def respaced(text: str, *, compounds: bool = False) -> str:
    edits = misplaced_spaces(text, next(iter(analyses([text]))), compounds=compounds)
    for place, insert in reversed(edits):
        text = text[:place] + " " + text[place:] if insert else text[:place] + text[place + 1 :]
    return text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("나는학교에 갔다.", "나는 학교에 갔다."),
        ("할수있는 일이다.", "할 수 있는 일이다."),
        ("그럴리없다.", "그럴 리 없다."),
        ("비가 올것같다.", "비가 올 것 같다."),
        ("집에 가고싶다.", "집에 가고 싶다."),
        ("그렇지않다.", "그렇지 않다."),
        ("왜냐하면 바빴기때문이다.", "왜냐하면 바빴기 때문이다."),
        ("끝났다.그래서 집에 갔다.", "끝났다. 그래서 집에 갔다."),
        ("학교 에서 공부했다.", "학교에서 공부했다."),
        ("밥을 먹 었다.", "밥을 먹었다."),
        ("좋은 일 입니다.", "좋은 일입니다."),
        ("좋은 일 입니다.그래서 좋다.", "좋은 일입니다. 그래서 좋다."),
        ("함께 공부 합니다.", "함께 공부합니다."),
        ("친구 들과 놀았다.", "친구들과 놀았다."),
        ("갈 수 밖에 없다.", "갈 수밖에 없다."),
    ],
)
def test_words_stand_apart_and_particles_do_not(text, expected):
    assert respaced(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "연차휴가 신청서를 인사팀에 제출했다.",  # compound nouns
        "책을 읽어보았다. 도와주었다. 도와 주었다.",  # 본용언 + 보조용언: both are right
        "값은 3만원이고 15일에 1시간쯤 걸린다.",  # units
        "그는 이 사람 저 사람에게 물었다.",
        "덜 하고 더 하는 것은 없다.",
        "비가 올 듯 하다.",
        "홍길동 님께 드립니다.",
        "버전은 v1.2.3이고 파일은 a.txt입니다.",
        "가까운데 사는 친구가 왔다.",
        "밥을 먹을 만큼만 먹었다.",
        "",
        " \n ",
    ],
)
def test_what_the_orthography_leaves_open_stays(text):
    assert respaced(text) == text


def test_compounds_are_separated_on_demand():
    assert respaced("형태소분석결과", compounds=True) == "형태소 분석 결과"
    assert respaced("형태소분석결과") == "형태소분석결과"


def test_nonsense_stays():
    text = "쫢뿕슭이뷁꽯을갉뷁꽯는"

    assert respaced(text) == text
