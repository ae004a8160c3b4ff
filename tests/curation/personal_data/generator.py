"""Personal data made up for tests: every kind in many spellings, from a seed.

Nothing here belongs to anybody: people are born in the 2030s, telephone exchanges begin with 0,
tax offices with 9, cards come from the ranges for tests, places are real but houses are not.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from curation.personal_data.checksums import (
    business_fits,
    corporation_fits,
    foreigner_fits,
    luhn_fits,
    resident_fits,
)

HYPHENS = ("-", "‐", "–", "—", "－", "−")
DOTS = (".", "·", "・", "．")
INVISIBLE = ("\u200b", "\u2060", "\u00ad", "\ufeff")
FULL_WIDTH = {ord(str(digit)): 0xFF10 + digit for digit in range(10)}


@dataclass(frozen=True)
class Planted:
    """A made-up datum: its kind, its value in one spelling, and one way to write it."""

    kind: str
    value: str
    written: str
    before: str = ""


def _digits(rng: random.Random, count: int) -> str:
    return "".join(str(rng.randrange(10)) for _ in range(count))


def _last(digits: str, fits: Callable[[str], bool]) -> str:
    return next(digits + str(last) for last in range(10) if fits(digits + str(last)))


def _spell(rng: random.Random, groups: list[str], separators: tuple[str, ...]) -> str:
    written = rng.choice(separators).join(groups)
    match rng.randrange(6):
        case 0:
            return written.translate(FULL_WIDTH)
        case 1:
            place = rng.randrange(1, len(written))
            return written[:place] + rng.choice(INVISIBLE) + written[place:]
        case 2:
            return " ".join(written) if " " not in written and separators == HYPHENS else written
    return written


def _born_in_the_2030s(rng: random.Random) -> str:
    return f"3{rng.randrange(10)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"


def resident(rng: random.Random) -> Planted:
    digits = _born_in_the_2030s(rng) + rng.choice("34") + _digits(rng, 5)
    fits = rng.random() < 0.7
    value = _last(digits, resident_fits) if fits else digits + str(rng.randrange(10))
    groups = [value[:6], value[6:]]
    kind = "resident_registration_number"
    if fits:
        return Planted(kind, value, _spell(rng, groups, (*HYPHENS, " - ", "", " ", *DOTS)))
    if rng.random() < 0.5:
        return Planted(kind, value, _spell(rng, groups, ("", " ")), "주민등록번호: ")
    return Planted(kind, value, _spell(rng, groups, ("-",)), "주민번호 ")


def foreigner(rng: random.Random) -> Planted:
    digits = _born_in_the_2030s(rng) + rng.choice("78") + _digits(rng, 5)
    value = _last(digits, foreigner_fits)
    return Planted("foreigner_registration_number", value, _spell(rng, [value[:6], value[6:]], HYPHENS))


def mobile(rng: random.Random) -> Planted:
    value = "0100" + _digits(rng, 7)
    groups = [value[:3], value[3:7], value[7:]]
    if rng.random() < 0.15:
        syllables = rng.choice(("공일이삼사오육칠팔구", "영일이삼사오육칠팔구"))
        written = rng.choice((" ", "-", "")).join(
            "".join(syllables[int(d)] for d in group) for group in groups
        )
        return Planted("phone_number", value, written)
    if rng.random() < 0.2:
        prefix = rng.choice(("+82 ", "+82-", "+82", "82-", "0082 ", "+82)", "+82 (0)"))
        return Planted(
            "phone_number", value, prefix + rng.choice(("-", " ", ".")).join([value[1:3], *groups[1:]])
        )
    if rng.random() < 0.1:
        return Planted("phone_number", value, f"({groups[0]}) {groups[1]}-{groups[2]}")
    return Planted("phone_number", value, _spell(rng, groups, (*HYPHENS, *DOTS, " ", "", ") ", " - ", "/")))


def landline(rng: random.Random) -> Planted:
    code = rng.choice(("02", "031", "032", "043", "051", "064", "070", "0502", "0505", "080"))
    value = code + "0" + _digits(rng, rng.choice((6, 7)))
    groups = [code, value[len(code) : -4], value[-4:]]
    match rng.randrange(4):
        case 0:
            return Planted("phone_number", value, f"({code}){groups[1]}-{groups[2]}")
        case 1:
            return Planted("phone_number", value, _spell(rng, groups, (" ", "")), "전화번호 ")
    return Planted("phone_number", value, _spell(rng, groups, (*HYPHENS, *DOTS)))


def company(rng: random.Random) -> Planted:
    value = (
        rng.choice(("1544", "1588", "1577", "1600", "1644", "1666", "1800", "1899")) + "0" + _digits(rng, 3)
    )
    return Planted("phone_number", value, _spell(rng, [value[:4], value[4:]], HYPHENS))


def card(rng: random.Random) -> Planted:
    prefix, length = rng.choice(
        (("4111", 16), ("5105", 16), ("3530", 16), ("9410", 16), ("6011", 16), ("3782", 15))
    )
    value = _last(prefix + _digits(rng, length - 5), luhn_fits)
    groups = (
        [value[:4], value[4:8], value[8:12], value[12:]]
        if length == 16
        else [value[:4], value[4:10], value[10:]]
    )
    return Planted("card_number", value, _spell(rng, groups, (*HYPHENS, " ", "", *DOTS)), "카드 ")


def account(rng: random.Random) -> Planted:
    layout = rng.choice(
        ((6, 2, 6), (3, 3, 6), (4, 3, 6), (3, 6, 5), (3, 4, 4, 2), (3, 6, 2, 3), (4, 2, 7), (4, 4, 4))
    )
    groups = [_digits(rng, size) for size in layout]
    groups[0] = "9" * layout[0]
    before = rng.choice(("계좌번호: ", "국민은행 ", "농협 ", "신한 ", "카카오뱅크 ", "입금 계좌는 "))
    separators = HYPHENS if before == "신한 " else (*HYPHENS, "")
    return Planted("account_number", "".join(groups), _spell(rng, groups, separators), before)


def passport(rng: random.Random) -> Planted:
    value = "M" + (
        _digits(rng, 8) if rng.random() < 0.5 else _digits(rng, 3) + rng.choice("ABCD") + _digits(rng, 4)
    )
    if rng.random() < 0.3:
        return Planted("passport_number", "S" + value[1:], "s" + value[1:].lower(), "여권번호는 ")
    return Planted("passport_number", value, value)


def licence(rng: random.Random) -> Planted:
    name, code = rng.choice((("서울", "11"), ("부산", "12"), ("경기", "13"), ("제주", "21"), ("대구", "22")))
    groups = [_digits(rng, 2), _digits(rng, 6), _digits(rng, 2)]
    value = code + "".join(groups)
    if rng.random() < 0.4:
        return Planted("driver_licence_number", value, f"{name} {'-'.join(groups)}")
    if rng.random() < 0.4:
        return Planted("driver_licence_number", value, _spell(rng, [code, *groups], ("", " ")), "운전면허 ")
    return Planted("driver_licence_number", value, _spell(rng, [code, *groups], HYPHENS))


def business(rng: random.Random) -> Planted:
    value = _last("9" + _digits(rng, 2) + f"{rng.randrange(1, 100):02}" + _digits(rng, 4), business_fits)
    groups = [value[:3], value[3:5], value[5:]]
    if rng.random() < 0.4:
        return Planted("business_registration_number", value, _spell(rng, groups, ("", " ")), "사업자번호 ")
    return Planted("business_registration_number", value, _spell(rng, groups, HYPHENS))


def corporation(rng: random.Random) -> Planted:
    value = _last("9900" + rng.choice(("11", "14", "22")) + _digits(rng, 6), corporation_fits)
    return Planted("corporation_registration_number", value, _spell(rng, [value[:6], value[6:]], HYPHENS))


def email(rng: random.Random) -> Planted:
    local = rng.choice(("maru", "haneul.k", "user_01", "a-b", "ga2024")) + _digits(rng, rng.randrange(4))
    domain = rng.choice(("example.com", "mail.example.org", "example.co.kr"))
    sign = rng.choice(("@", "@", "@", " @ ", "(at)", " [at] ", " (AT) ", "골뱅이", " 골뱅이 ", "＠", "{at}"))
    dotted = domain.replace(".", rng.choice((".", ".", ".", "[dot]", "(점)")))
    return Planted("email_address", f"{local}@{domain}", local + sign + dotted)


def address(rng: random.Random) -> Planted:
    place = rng.choice(
        (
            "서울특별시 종로구",
            "서울 강남구",
            "경기도 성남시 분당구",
            "부산 해운대구",
            "충남 부여군 부여읍",
            "강릉시",
        )
    )
    number = rng.choice((str(rng.randrange(100, 999)), f"{rng.randrange(10, 99)}-{rng.randrange(1, 99)}"))
    road = rng.choice(("나래로", "솔빛대로", "느티나무길", "나래로12번길", "솔빛로 3길", "여울동", "샛별리"))
    lot = "번지" if road[-1] in "동리" and rng.random() < 0.5 else ""
    detail = rng.choice(("", "", " 101동 1203호", ", 3층", " 다온빌딩 5층", " (여울동)"))
    written = f"{place} {road} {number}{lot}{detail}"
    return Planted("address", "".join(written.split()), written)


MAKERS: tuple[Callable[[random.Random], Planted], ...] = (
    resident,
    foreigner,
    mobile,
    landline,
    company,
    card,
    account,
    passport,
    licence,
    business,
    corporation,
    email,
    address,
)

_BEFORE = ("", "연락은 ", "제 것은 ", "(", "확인해 주세요: ", "어제 보낸 글에 ", "- ", "가. ")
_AFTER = ("", "입니다.", "로 해 주세요", " 그리고 고맙습니다", ")", ", 끝", "\n다음 줄", "으로")


def planted_text(seed: int) -> tuple[str, Planted]:
    """Give a text with one made-up datum in it."""
    rng = random.Random(seed)
    planted = MAKERS[seed % len(MAKERS)](rng)
    before = planted.before or rng.choice(_BEFORE)
    after = rng.choice(_AFTER)
    if planted.kind == "address" and after not in ("", ")", ", 끝", "\n다음 줄"):
        after = "에 삽니다"
    return before + planted.written + after, planted
