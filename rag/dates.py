"""Dates of documents as ISO 8601 that sorts as text: ``2026-11-22`` or ``2026-11-22T09:30``.

A time that says its zone is told in Korean time, which has no summer time; one that does not stays.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

_SEOUL: Final = timezone(timedelta(hours=9))
# Where readers put a date: mail and front matter, Slack, petitions.
_DATES: Final = ("date", "begin")
_EPOCH: Final = "ts"


def date_of(attributes: Mapping[str, str]) -> str:
    """The date that a document's attributes tell, or nothing."""
    for name in _DATES:
        if found := iso_date(attributes.get(name, "")):
            return found
    try:
        moment = datetime.fromtimestamp(float(attributes.get(_EPOCH, "")), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return _told(moment)


def iso_date(value: str) -> str:
    """The date or time that ``value`` spells in ISO 8601, or nothing.

    Examples
    --------
    >>> iso_date("2026-11-22 01:30+00:00"), iso_date("2026-11-22"), iso_date("22 Nov")
    ('2026-11-22T10:30', '2026-11-22', '')
    """
    value = value.strip()
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    try:
        return _told(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return ""


def _told(moment: datetime) -> str:
    local = moment if moment.tzinfo is None else moment.astimezone(_SEOUL)
    return local.replace(tzinfo=None).isoformat(timespec="minutes")
