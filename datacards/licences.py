"""Licence ids: how SPDX, sources and the Hugging Face hub spell the same licence."""

import re
from dataclasses import dataclass

# Hub ids of the licences that datasets use; the SPDX id in lower case unless given.
# https://huggingface.co/docs/hub/repositories-licenses
_SAME_AS_SPDX = (
    *("Apache-2.0", "MIT", "CC0-1.0", "Unlicense", "ISC", "WTFPL", "BSD-2-Clause", "BSD-3-Clause"),
    *("CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-ND-4.0"),
    *("CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0"),
    *("CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"),
    *("GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0", "MPL-2.0", "GFDL-1.3", "AFL-3.0"),
    *("ODC-By", "ODbL-1.0", "PDDL-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0"),
)
_OTHER_SPELLING = {"odbl-1.0": "odbl", "pddl-1.0": "pddl", "gfdl-1.3": "gfdl"}
_HUB_ID = {spdx.lower(): _OTHER_SPELLING.get(spdx.lower(), spdx.lower()) for spdx in _SAME_AS_SPDX}
_SPDX_ID = {spdx.lower(): spdx for spdx in _SAME_AS_SPDX}
_NEWER_SPDX = re.compile(r"-(only|or-later)$")


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as it was named, with its SPDX and hub ids where it has them."""

    given: str
    spdx: str
    hub: str

    @property
    def url(self) -> str:
        """Page of the licence; the name itself when it is not in the SPDX list."""
        return f"https://spdx.org/licenses/{self.spdx}.html" if self.spdx else self.given


def licence(name: str) -> Licence:
    """Look a licence up by its name in any common spelling.

    Examples
    --------
    >>> licence("CC BY-SA 4.0").hub
    'cc-by-sa-4.0'
    >>> licence("free for any purpose").hub
    'other'
    """
    key = _NEWER_SPDX.sub("", re.sub(r"[\s_]+", "-", name.strip().lower()))
    key = {"apache-2": "apache-2.0", "apache2": "apache-2.0", "cc0": "cc0-1.0"}.get(key, key)
    return Licence(name, _SPDX_ID.get(key, ""), _HUB_ID.get(key, "other"))


def is_hub_id(name: str) -> bool:
    """Tell whether the Hugging Face hub takes ``name`` as a licence, of those that are known here."""
    return name in _HUB_ID.values() or name in ("other", "unknown")
