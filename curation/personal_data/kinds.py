"""The kinds of personal data, and what is found of them."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "email_address",
    "resident_registration_number",
    "foreigner_registration_number",
    "card_number",
    "corporation_registration_number",
    "business_registration_number",
    "driver_licence_number",
    "passport_number",
    "phone_number",
    "account_number",
    "address",
    "person",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""All kinds; where two findings overlap, the kind that comes first here has its way."""

DEFAULT_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "person")
"""All kinds but names of persons, which rules find far too often."""

MASKS: dict[Kind, str] = {
    "email_address": "[이메일]",
    "resident_registration_number": "[주민등록번호]",
    "foreigner_registration_number": "[외국인등록번호]",
    "card_number": "[카드번호]",
    "corporation_registration_number": "[법인등록번호]",
    "business_registration_number": "[사업자등록번호]",
    "driver_licence_number": "[운전면허번호]",
    "passport_number": "[여권번호]",
    "phone_number": "[전화번호]",
    "account_number": "[계좌번호]",
    "address": "[주소]",
    "person": "[이름]",
}
"""What stands in a masked text, by kind; stable, so that a model may learn or skip it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data in a text.

    ``start`` and ``end`` count code points. ``value`` is the datum without the accidents of its
    spelling (digits only, lower case): all spellings of one number have the same value.
    """

    kind: Kind
    start: int
    end: int
    value: str
