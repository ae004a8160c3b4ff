"""Stand-ins: the same for the same datum, of the same shape, nobody's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.personal_data import DEFAULT_KINDS, find
from curation.personal_data.checksums import business_fits, corporation_fits, luhn_fits, resident_fits
from curation.personal_data.kinds import KINDS, Found, Kind
from curation.personal_data.pseudonyms import Pseudonyms
from tests.curation.personal_data.generator import planted_text

SECRET = "a secret only for tests"
PSEUDONYMS = Pseudonyms(SECRET)


def stand_in(kind: Kind, value: str, written: str = "", secret: str = SECRET) -> str:
    return Pseudonyms(secret).of(Found(kind, 0, 1, value), written or value)


@pytest.mark.parametrize(
    ("kind", "value", "written", "shape"),
    [
        ("phone_number", "01000001234", "010-0000-1234", r"010-0\d{3}-\d{4}"),
        ("phone_number", "01000001234", "(010) 0000.1234", r"\(010\) 0\d{3}\.\d{4}"),
        ("phone_number", "01000001234", "０１０－００００－１２３４", r"010－0\d{3}－\d{4}"),
        ("phone_number", "01000001234", "+82 10 0000 1234", r"010-0\d{3}-\d{4}"),
        ("phone_number", "01000001234", "공일공 공공공공 일이삼사", r"010-0\d{3}-\d{4}"),
        ("phone_number", "0200007715", "02-0000-7715", r"02-0\d{3}-\d{4}"),
        ("phone_number", "05050001234", "0505-000-1234", r"0505-0\d{2}-\d{4}"),
        ("phone_number", "15880000", "1588-0000", r"10\d{2}-\d{4}"),
        ("phone_number", "20000715", "2000-0715", r"0\d{3}-\d{4}"),
        ("resident_registration_number", "9912313000002", "991231-3000002", r"\d{2}[2-9]\d{3}-[1-4]\d{6}"),
        ("foreigner_registration_number", "9912317000002", "991231-7000002", r"\d{2}[2-9]\d{3}-[5-8]\d{6}"),
        ("card_number", "4111111111111111", "4111 1111 1111 1111", r"00\d{2} \d{4} \d{4} \d{4}"),
        ("business_registration_number", "9999900005", "999-99-00005", r"0\d{2}-\d{2}-\d{5}"),
        ("corporation_registration_number", "9900110000001", "990011-0000001", r"0000\d{2}-\d{7}"),
        ("driver_licence_number", "110000000012", "11-00-000000-12", r"00-00-\d{6}-\d{2}"),
        ("driver_licence_number", "110000000012", "서울 00-000000-12", r"00-00-\d{6}-\d{2}"),
        ("passport_number", "M00000001", "M00000001", r"X\d{8}"),
        ("passport_number", "M000A0001", "m000a0001", r"X\d{3}[A-Z]\d{4}"),
        ("account_number", "99900000012345", "999-000000-12345", r"000-0\d{5}-\d{5}"),
        ("email_address", "user@example.org", "user@example.org", r"user[0-9a-f]{12}@example\.com"),
        ("address", "서울강남구나래로12", "서울 강남구 나래로 12", r"가상시 가상구 가상로\d+번길 \d+"),
        ("person", "홍길동", "홍길동", r"가명\d{8}"),
    ],
)
def test_shape(kind: Kind, value: str, written: str, shape: str) -> None:
    assert re.fullmatch(shape, stand_in(kind, value, written))


def test_all_kinds_have_stand_ins() -> None:
    assert len({stand_in(kind, "9900110000001") for kind in KINDS}) == len(KINDS)


def test_the_same_datum_has_one_stand_in_under_one_secret() -> None:
    spellings = ("010-0000-1234", "01000001234", "010 0000 1234", "+82-10-0000-1234")
    digits = {re.sub(r"\D", "", stand_in("phone_number", "01000001234", spelling)) for spelling in spellings}
    assert len(digits) == 1
    assert stand_in("phone_number", "01000001234", secret="another secret here") not in digits
    assert stand_in("phone_number", "01000001235") not in digits


def test_a_stand_in_is_what_it_was_in_earlier_releases() -> None:
    assert stand_in("phone_number", "01000001234", "010-0000-1234") == "010-0703-4597"


@given(st.text("0123456789", min_size=13, max_size=13))
def test_no_stand_in_is_a_number_that_somebody_may_have(digits: str) -> None:
    resident = stand_in("resident_registration_number", digits)
    assert not resident_fits(resident)
    assert int(resident[2:4]) > 12
    assert not corporation_fits(stand_in("corporation_registration_number", digits))
    assert not business_fits(stand_in("business_registration_number", digits[:10]))
    assert not luhn_fits(stand_in("card_number", digits + "000"))


@given(st.integers(0, 10**6))
def test_stand_ins_of_registration_numbers_are_not_found_again(seed: int) -> None:
    text, _ = planted_text(seed)
    for one in find(text, DEFAULT_KINDS):
        written = PSEUDONYMS.of(one, text[one.start : one.end])
        if one.kind not in ("phone_number", "email_address"):
            assert find(written, DEFAULT_KINDS) == []
