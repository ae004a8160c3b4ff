"""What is personal data and what only looks like it. All data here is made up."""

import itertools

import pytest

from curation.personal_data import DEFAULT_KINDS, find
from curation.personal_data.checksums import corporation_fits
from curation.personal_data.kinds import Found
from tests.curation.personal_data.generator import MAKERS, planted_text

RESIDENT, FOREIGNER = "resident_registration_number", "foreigner_registration_number"
BUSINESS, CORPORATION = "business_registration_number", "corporation_registration_number"
LICENCE, PHONE, EMAIL = "driver_licence_number", "phone_number", "email_address"


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text, DEFAULT_KINDS)]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_every_made_up_datum_is_found_in_every_spelling(maker: object) -> None:
    place = MAKERS.index(maker)  # type: ignore[arg-type]
    missed = []
    for seed in range(place, 300 * len(MAKERS), len(MAKERS)):
        text, planted = planted_text(seed)
        if [(one.kind, one.value) for one in find(text, DEFAULT_KINDS)] != [(planted.kind, planted.value)]:
            missed.append((text, planted))
    assert missed == []


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        # The check digit fits, also of somebody who is not yet born.
        ("주민 991231-3000002를", RESIDENT, "991231-3000002"),
        # Given out since October 2020: the check digit says nothing.
        ("210105-3000000", RESIDENT, "210105-3000000"),
        ("850505-6123450 (외국인, 최근 등록)", FOREIGNER, "850505-6123450"),
        ("주민등록번호 2101053000000", RESIDENT, "2101053000000"),
        ("주민번호가 210105 3000000", RESIDENT, "210105 3000000"),
        ("0 3 0 1 0 1 - 3 0 0 0 0 0 8", RESIDENT, "0 3 0 1 0 1 - 3 0 0 0 0 0 8"),
        ("전화는 ０１０－００００－１２３４", PHONE, "０１０－００００－１２３４"),
        ("0\u200b10-0000\u200b-1234", PHONE, "0\u200b10-0000\u200b-1234"),
        ("공일공 공공공공 일이삼사", PHONE, "공일공 공공공공 일이삼사"),
        ("공일공-공공공공-일이삼사로", PHONE, "공일공-공공공공-일이삼사"),
        ("010-공공공공-일이삼사", PHONE, "010-공공공공-일이삼사"),
        ("02) 0000-7715", PHONE, "02) 0000-7715"),
        ("(02)0000-7715~6", PHONE, "(02)0000-7715"),
        ("(031-000-7715)", PHONE, "031-000-7715"),
        ("관리과(0200007715)로", PHONE, "0200007715"),
        ("☎0310007715", PHONE, "0310007715"),
        ("전화 2000-0715 / 전송", PHONE, "2000-0715"),
        ("tel01000001234", PHONE, "01000001234"),
        ("1.010-0000-1234", PHONE, "010-0000-1234"),
        ("0505-000-1234", PHONE, "0505-000-1234"),
        ("대표번호 1588 0000", PHONE, "1588 0000"),
        ("010 0000 1234\u200b010-0000-5678", PHONE, "010 0000 1234"),
        ("4111·1111·1111·1111", "card_number", "4111·1111·1111·1111"),
        ("카드 3782-822463-10005", "card_number", "3782-822463-10005"),
        ("농협 999-0000-0000-12 예금주", "account_number", "999-0000-0000-12"),
        ("99900000012345 (신한은행)", "account_number", "99900000012345"),
        ("여권 M000A0001입니다", "passport_number", "M000A0001"),
        ("여권번호 s00000001", "passport_number", "s00000001"),
        ("11-00-000000-12", LICENCE, "11-00-000000-12"),
        ("서울 00-000000-12", LICENCE, "서울 00-000000-12"),
        ("면허번호는 110000000012", LICENCE, "110000000012"),
        ("999-99-00005", BUSINESS, "999-99-00005"),
        ("사업자등록번호 999-99-12340", BUSINESS, "999-99-12340"),  # one digit mistaken
        ("130111-0006246", CORPORATION, "130111-0006246"),  # begins with a date, and is no birth
        ("법인등록번호 1301110006246", CORPORATION, "1301110006246"),
        ("user (at) example.com으로", EMAIL, "user (at) example.com"),
        ("user골뱅이naver.com", EMAIL, "user골뱅이naver.com"),
        ("user 골뱅이 네이버 닷컴", EMAIL, "user 골뱅이 네이버 닷컴"),
        ("user@naver 로", EMAIL, "user@naver"),
        ("user@naver점com", EMAIL, "user@naver점com"),
        ("user＠example．com", EMAIL, "user＠example．com"),
        ("01000001234@example.com", EMAIL, "01000001234@example.com"),
        ("주소는 나래로 18길 34입니다", "address", "나래로 18길 34"),
        ("충남 부여군 부여읍 나래로12번길 21-1 1층", "address", "충남 부여군 부여읍 나래로12번길 21-1 1층"),
        ("(서울시 강남구 나래로 152 다온타워 7층)", "address", "서울시 강남구 나래로 152 다온타워 7층"),
        ("서울 성북구 여울동 5가 99-9에", "address", "서울 성북구 여울동 5가 99-9"),
        ("강릉시 여울동 산 12-3번지", "address", "강릉시 여울동 산 12-3번지"),
        ("다온아파트 101동 1203호로", "address", "다온아파트 101동 1203호"),
    ],
)  # fmt: skip
def test_personal_data(text: str, kind: str, written: str) -> None:
    assert (kind, written) in found(text)


NOT_PERSONAL = """
2024년 1월 5일부터 2024년 12월 31일까지 1,234,567명이 방문했다.
2017-08-25 12:30:45에 시작해서 2017. 9. 24.에 끝났다
제12조 제3항 및 제15조의2 제1항 제4호, 법률 제12345호
개인정보 보호법 제24조의2, 대통령령 제2017-1234호, 조례 제02-2017-0001호
ISBN 978-89-954321-0-7, ISBN 9788995432107, ISBN 89-954321-0-7, ISSN 1588-0000
주문번호 2023081512345678, 주문번호 20230815-1234567, 관리번호 123456-1234567
송장번호 123456789012, 운송장 6123-4567-8901, 등기번호 11056-1234-5678
모델명 SM-G991N, 모델 1588-2024, M1, S21, D-100, m4a1
서울시 앞으로 21 더, 서울 을지로3가에서, 서울 안암동 5 가 볼까
임진왜란(1592-1598), 1588-1592년, 1544-1600, 1998-1234
3.14159265358979, 0.01012345678, 버전 10.0.19041.1234, 192.168.10.254
1,234,567,890원, 총 12345678901234원, 계좌 잔액 12345678900원
http://news.example.com/2012/12/13/2012121301234.html
https://news.example.com/article/108/0001234567?oid=4111111111111111
naver-15881234 facebook-101234567890123 kakao-123456789
ed01012345678df999f ab82101234567812cd
서울 37.5665, 126.9780
서울시 강남구 인구는 54만 명, 서울시 강남구에서 3시간, 강남구 다온동 3명
다시 앞으로 3년, 서울에서 부산으로 3월, 반드시 행동 1개, 경기도 제3로
다시보기로 12회부터, 한국시각으로 29일, 제주도 올레길 7코스
화성시 능동 1초등학교, 을지로3가, 서울 안암동 5가, 성남시 분당구 판교동 2단지
경계가 12번지 쪽으로 옮겨졌다
1번 2번 3번 4번 5번 6번 7번 8번
1 2 3 4 5 6 7 8 9 10 11 12
1 2 3 4 5 6 7 8차 회의
10 20 30 40 50 60 70 80
우리 2020-12-12 만났다, 하나 둘 셋 1234567890, 국민 1234567890명
기업 12-34 부산 5678901234
영일만, 공일 구경, 영일이삼, 일이 삼사일
@친구 좋아요@@, image@2x.png, 12@34, 저녁 골뱅이 무침
카드번호 1234-5678-9012-3456, 4111-1111-1111-1112
바코드 8801234567890, 8801019999999
전화 113, 국번 없이 112, 123-45-67890, 999-00-00005
990231-3000002, 991331-1234567
"""


@pytest.mark.parametrize("text", NOT_PERSONAL.strip().splitlines())
def test_what_only_looks_like_personal_data(text: str) -> None:
    assert found(text) == []


def test_what_is_found_tells_its_value() -> None:
    text = "공일공 0000 1234, +82-10-0000-1234, 010.0000.1234"
    assert {one.value for one in find(text, DEFAULT_KINDS)} == {"01000001234"}


def test_a_corporation_whose_number_begins_like_a_birth() -> None:
    digits = next(f"991211100000{last}" for last in range(10) if corporation_fits(f"991211100000{last}"))
    written = f"{digits[:6]}-{digits[6:]}"
    assert found(written) == [(CORPORATION, written)]
    assert found(f"주민등록번호 {written}") == [(RESIDENT, written)]


def test_where_findings_overlap_the_first_kind_wins() -> None:
    assert found("면허 11-00-000000-12, 농협 010-0000-1234") == [
        (LICENCE, "11-00-000000-12"),
        (PHONE, "010-0000-1234"),
    ]


def test_only_the_kinds_asked_for() -> None:
    text = "010-0000-1234, user@example.com"
    assert find(text, ("email_address",)) == [Found("email_address", 15, 31, "user@example.com")]


def test_persons_are_found_only_on_request() -> None:
    text = "담당자: 홍길동 과장"
    assert find(text, DEFAULT_KINDS) == []
    assert [text[one.start : one.end] for one in find(text, ("person",))] == ["홍길동"]


def test_findings_stand_in_order_and_apart() -> None:
    text = "서울 강남구 나래로 12, 010-0000-1234, 01000005678@example.com, 농협 999-0000-0000-12"
    spans = [(one.start, one.end) for one in find(text, DEFAULT_KINDS)]
    assert len(spans) == 4
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
