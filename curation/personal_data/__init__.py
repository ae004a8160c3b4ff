"""Personal data in Korean texts: kinds, exact detectors, a quick look before them, replacements."""

from curation.personal_data.detection import find
from curation.personal_data.kinds import DEFAULT_KINDS, KINDS, MASKS, Found, Kind

__all__ = ["DEFAULT_KINDS", "KINDS", "MASKS", "Found", "Kind", "find"]
