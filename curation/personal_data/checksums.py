"""Check digits of Korean registration numbers and of payment cards.

Every function takes ASCII digits of the right length and tells whether the last digit fits.
"""

_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def resident_fits(digits: str) -> bool:
    """Tell whether the 13 digits of a resident registration number fit together.

    Numbers that were given out since October 2020 are random behind the digit for sex and
    century: they fit by chance only.
    """
    return (11 - _resident_sum(digits) % 11) % 10 == int(digits[12])


def foreigner_fits(digits: str) -> bool:
    """Tell whether the 13 digits of a foreigner registration number fit together."""
    return (13 - _resident_sum(digits) % 11) % 10 == int(digits[12])


def corporation_fits(digits: str) -> bool:
    """Tell whether the 13 digits of a corporation registration number fit together."""
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(digits[:12]))
    return -total % 10 == int(digits[12])


def business_fits(digits: str) -> bool:
    """Tell whether the 10 digits of a business registration number fit together."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _BUSINESS_WEIGHTS, strict=False))
    return -(total + int(digits[8]) * 5 // 10) % 10 == int(digits[9])


def luhn_fits(digits: str) -> bool:
    """Tell whether a card number of any length fits together (ISO/IEC 7812-1, annex B)."""
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def _resident_sum(digits: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, _RESIDENT_WEIGHTS, strict=False))
