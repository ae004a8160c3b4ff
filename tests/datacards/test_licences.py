"""One licence, many spellings."""

import pytest

from datacards.licences import licence


@pytest.mark.parametrize(
    ("name", "spdx", "hub"),
    [
        ("CC0-1.0", "CC0-1.0", "cc0-1.0"),
        ("CC0 1.0", "CC0-1.0", "cc0-1.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0", "cc-by-sa-4.0"),
        (" MIT ", "MIT", "mit"),
        ("Apache 2.0", "Apache-2.0", "apache-2.0"),
        ("ODbL-1.0", "ODbL-1.0", "odbl"),
        ("GPL-3.0-or-later", "GPL-3.0", "gpl-3.0"),
        ("free for any purpose", "", "other"),
        ("", "", "other"),
    ],
)
def test_licence(name: str, spdx: str, hub: str) -> None:
    found = licence(name)
    assert (found.given, found.spdx, found.hub) == (name, spdx, hub)
    assert found.url == (f"https://spdx.org/licenses/{spdx}.html" if spdx else name)
