"""Stand-ins for personal data: the same datum gets the same one, wherever and whenever it occurs.

A stand-in has the shape of what it replaces and can belong to nobody: no date has its month, no
check digit fits, no exchange begins with its digit, no mail reaches ``example.com`` (RFC 2606).
Which one it is, a secret decides (BLAKE2b with a key, RFC 7693). Without a secret it would hide
nothing: whoever has a stand-in could try all numbers there are until one gives it.
"""

import hashlib
import re
from collections.abc import Callable

from curation.personal_data.checksums import (
    business_fits,
    corporation_fits,
    foreigner_fits,
    luhn_fits,
    resident_fits,
)
from curation.personal_data.kinds import Found, Kind

_DIGIT = re.compile(r"[0-9０-９]")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Pseudonyms:
    """Stand-ins under one secret, which must be the same wherever stand-ins are to agree."""

    def __init__(self, secret: str) -> None:
        # Of any length; hashed to the length that a key may have.
        self._key = hashlib.blake2b(secret.encode(), digest_size=64, person=b"malmoi stand-in").digest()

    def of(self, found: Found, written: str) -> str:
        """Give the stand-in for ``found``, laid out as it is ``written`` in the text."""
        digest = hashlib.blake2b(f"{found.kind}\0{found.value}".encode(), key=self._key, digest_size=32)
        value, layout = _STAND_INS[found.kind](found.value, int.from_bytes(digest.digest()))
        if not layout:
            return value
        return _laid_out(value, written if len(_DIGIT.findall(written)) == len(value) else layout)


def _laid_out(digits: str, layout: str) -> str:
    """Put ``digits`` where ``layout`` has digits."""
    rest = iter(digits)
    return _DIGIT.sub(lambda _: next(rest), layout)


def _decimals(seed: int, count: int) -> str:
    return str(seed % 10**count).zfill(count)


def _unfit(digits: str, *checks: Callable[[str], bool]) -> str:
    """Turn the last digit until no check digit is right."""
    while any(fits(digits) for fits in checks):
        digits = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    return digits


def _resident(_: str, seed: int) -> tuple[str, str]:
    return _nobody(str(1 + seed // 10**14 % 4), seed)


def _foreigner(_: str, seed: int) -> tuple[str, str]:
    return _nobody(str(5 + seed // 10**14 % 4), seed)


def _nobody(sex_and_century: str, seed: int) -> tuple[str, str]:
    """Give a number of somebody who was born in a month beyond the twelfth."""
    digits, month = _decimals(seed, 10), str(20 + seed // 10**12 % 60)
    digits = digits[:2] + month + digits[2:4] + sex_and_century + digits[4:]
    return _unfit(digits, resident_fits, foreigner_fits, corporation_fits), "000000-0000000"


def _phone(value: str, seed: int) -> tuple[str, str]:
    if value[0] == "1":  # 15xx to 18xx; none begins with 10
        return "10" + _decimals(seed, 6), "0000-0000"
    if value[0] != "0":  # no area code
        return "0" + _decimals(seed, len(value) - 1), f"{'0' * (len(value) - 4)}-0000"
    code = 2 if value.startswith("02") else 4 if value.startswith(("050", "0303")) else 3
    rest = len(value) - code
    digits = value[:code] + "0" + _decimals(seed, rest - 1)
    return digits, f"{'0' * code}-{'0' * (rest - 4)}-0000"


def _card(value: str, seed: int) -> tuple[str, str]:
    digits = _unfit("00" + _decimals(seed, len(value) - 2), luhn_fits)
    return digits, "0" * len(value)


def _corporation(_: str, seed: int) -> tuple[str, str]:
    return _unfit("0000" + _decimals(seed, 9), corporation_fits), "000000-0000000"


def _business(_: str, seed: int) -> tuple[str, str]:
    return _unfit("0" + _decimals(seed, 9), business_fits), "000-00-00000"


def _licence(_: str, seed: int) -> tuple[str, str]:
    return "0000" + _decimals(seed, 8), "00-00-000000-00"


def _account(value: str, seed: int) -> tuple[str, str]:
    return "0000" + _decimals(seed, len(value) - 4), "0" * len(value)


def _passport(value: str, seed: int) -> tuple[str, str]:
    digits, letter = _decimals(seed, 8), _LETTERS[seed // 10**8 % len(_LETTERS)]
    modern = value[4].isalpha()
    return ("X" + digits[:3] + letter + digits[3:7] if modern else "X" + digits), ""


def _email(_: str, seed: int) -> tuple[str, str]:
    return f"user{seed % 16**12:012x}@example.com", ""


def _address(_: str, seed: int) -> tuple[str, str]:
    return f"가상시 가상구 가상로{1 + seed % 9999}번길 {1 + seed // 10**6 % 9999}", ""


def _person(_: str, seed: int) -> tuple[str, str]:
    return f"가명{_decimals(seed, 8)}", ""


# The stand-in's characters, and where they are digits the layout to fall back on.
_STAND_INS: dict[Kind, Callable[[str, int], tuple[str, str]]] = {
    "email_address": _email,
    "resident_registration_number": _resident,
    "foreigner_registration_number": _foreigner,
    "card_number": _card,
    "corporation_registration_number": _corporation,
    "business_registration_number": _business,
    "driver_licence_number": _licence,
    "passport_number": _passport,
    "phone_number": _phone,
    "account_number": _account,
    "address": _address,
    "person": _person,
}
