import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.quality.boilerplate import boilerplate, share, without

BODY = "오늘 회의에서는 예산을 다루었다.\n{}\n다음 회의는 금요일이다."
CREDITS = [
    "저작권자 ⓒ 말모이일보, 무단전재 및 재배포 금지",
    "<저작권자(c) 말모이뉴스, 무단 전재-재배포 금지>",
    "ⓒ 말모이타임즈. 무단전재-재배포금지",
    "Copyright © 2024 Malmoi. All rights reserved.",
    "Copyright 2023. 말모이 All Rights Reserved",
    "[ⓒ 말모이경제 & malmoi.kr, 무단전재 및 재배포 금지]",
    "※ 본 기사의 무단 전재 및 배포를 금지합니다",
    "홍길동 기자 hong@malmoi.kr",
    "(서울=말모이) 홍길동 기자",
    "hong@malmoi.kr 홍길동 기자",
    "/홍길동 기자 gildong@news.malmoi.kr",
    "홍길동 기자",
    "hong@malmoi.kr",
]
NAVIGATION = [
    "Q&A 댓글 0",
    "댓글 12개",
    "조회수 1,234",
    "추천 4",
    "이전글 | 다음글 | 목록",
    "목록으로",
    "로그인 | 회원가입 | 고객센터 | 사이트맵",
    "홈 > 뉴스 > 정치",
    "HOME > 커뮤니티 > 공지사항",
    "더보기",
    "맨 위로",
    "TOP",
    "페이스북 공유하기",
    "글자 크기",
    "구독과 좋아요, 알림설정 부탁드립니다!",
    "구독, 좋아요 꾹 눌러주세요~",
    "카카오톡 채널 추가하세요",
    "관련기사",
    "많이 본 뉴스",
    "입력 2024.05.01 10:20",
    "등록일: 2024-05-01",
    "로그인 후 이용하실 수 있습니다",
    "앱에서 보기",
    "제보하기 : 카카오톡 @malmoi",
    "회사소개 | 이용약관 | 개인정보처리방침 | 청소년보호정책",
    "정치 · 경제 · 사회 · 문화 · 국제",
    "본문 바로가기",
    "[광고]",
]
PROSE = [
    "무단 전재와 재배포를 금지하는 조항은 저작권법에 근거가 있다.",
    "기자는 현장에 늦게 도착했다.",
    "홍길동 기자가 취재했다.",
    "구독자가 늘었다는 소식을 들었다.",
    "댓글 문화가 달라져야 한다는 의견이 많다.",
    "회원가입을 하면 할인 쿠폰을 준다.",
    "저작권자는 자신의 이름을 표시할 권리를 가진다.",
    "ⓒ 기호는 저작권을 나타낸다.",
    "사과, 배, 감, 귤",
    "서울 · 부산",
    "| 이름 | 나이 | 성별 | 주소 |",
    "로그인 오류가 나면 비밀번호를 바꾸세요.",
    "이 목록에 없는 물건은 팔지 않습니다.",
    "추천해 주신 책을 잘 읽었습니다.",
    "이전 글에서 밝힌 대로 비용이 문제다.",
    "문의는 help@malmoi.kr로 보내 주세요.",
    "좋아요.",
    "좋아요 좋아요 좋아요!",
    "추천..",
    "기대->몰입->지루->체념",
]


@pytest.mark.parametrize("line", CREDITS + NAVIGATION)
def test_a_line_of_boilerplate_is_found_and_cut(line):
    text = BODY.format(line)
    spans = boilerplate(text)

    assert [text[start:end] for start, end in spans] == [line]
    assert without(text, spans) == BODY.replace("{}\n", "")


@pytest.mark.parametrize("line", PROSE)
def test_a_line_about_such_things_stays(line):
    assert boilerplate(BODY.format(line)) == []


@pytest.mark.parametrize("line", CREDITS)
def test_a_credit_may_be_the_whole_text(line):
    assert boilerplate(line) == [(0, len(line))]


@pytest.mark.parametrize("line", NAVIGATION)
def test_a_menu_is_no_menu_by_itself(line):
    assert boilerplate(line) == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("비가 많이 내렸다. 홍길동 기자 hong@malmoi.kr", "비가 많이 내렸다."),
        ("회의는 끝났다. <저작권자 ⓒ 말모이일보, 무단전재 및 재배포 금지>", "회의는 끝났다."),
        ("결과가 나왔다고 밝혔다. ⓒ 말모이뉴스 무단전재 및 재배포 금지", "결과가 나왔다고 밝혔다."),
        ("문의는 여기로 하세요. help@malmoi.kr", "문의는 여기로 하세요. help@malmoi.kr"),
        ("가\n\n홍길동 기자\n\n나", "가\n\n\n나"),
    ],
)
def test_tails_are_cut_and_blank_lines_stay(text, rest):
    assert without(text, boilerplate(text)) == rest


def test_share_is_of_the_visible_characters():
    text = "가나 다라\n홍길동 기자"

    assert share(text, boilerplate(text)) == pytest.approx(5 / 9)
    assert share(text, []) == 0


@given(st.lists(st.sampled_from([*CREDITS, *NAVIGATION, *PROSE, "", "  ", "가 ⓒ"]), max_size=10))
def test_spans_lie_in_order_within_lines_and_cutting_is_final(lines):
    text = "\n".join(lines)
    spans = boilerplate(text)

    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all("\n" not in text[start:end] and start < end for start, end in spans)
    kept = without(text, spans)
    assert all(line in text for line in kept.split("\n"))


@pytest.mark.parametrize("piece", ["무단", "ⓒ ", "구독 ", "a@", "홍길동", " · ", "<", "댓글 1"])
def test_long_lines_take_no_long_time(piece):
    # Anything quadratic would take minutes here.
    assert isinstance(boilerplate(f"제목\n{piece * 40_000}\n끝 댓글"), list)
