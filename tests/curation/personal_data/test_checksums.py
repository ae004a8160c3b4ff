"""Check digits, held by numbers that are known to be right and by what one wrong digit does."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.personal_data.checksums import (
    business_fits,
    corporation_fits,
    foreigner_fits,
    luhn_fits,
    resident_fits,
)


@pytest.mark.parametrize(
    ("fits", "digits"),
    [
        (resident_fits, "9912313000002"),  # invented, in the samples
        (resident_fits, "9901014000000"),
        (corporation_fits, "1301110006246"),  # a listed company, in every public register
        (business_fits, "9999900005"),  # invented, in the samples
        (luhn_fits, "4111111111111111"),  # numbers that payment services publish for tests
        (luhn_fits, "378282246310005"),
        (luhn_fits, "30569309025904"),
    ],
)
def test_a_right_number_fits(fits: Callable[[str], bool], digits: str) -> None:
    assert fits(digits)


@pytest.mark.parametrize(
    ("fits", "length"),
    [(resident_fits, 13), (foreigner_fits, 13), (corporation_fits, 13), (business_fits, 10), (luhn_fits, 16)],
)
@given(st.data())
def test_one_last_digit_fits(fits: Callable[[str], bool], length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    assert sum(fits(digits + str(last)) for last in range(10)) == 1


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_foreigners_check_digit_is_a_residents_and_two(digits: str) -> None:
    resident = next(last for last in range(10) if resident_fits(digits + str(last)))
    assert foreigner_fits(digits + str((resident + 2) % 10))
