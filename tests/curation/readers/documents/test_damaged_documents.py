"""Damaged documents of every format: a document or a reason, whatever the damage."""

import random

import pytest

from tests.curation.readers.containers import damaged_member
from tests.curation.readers.documents.writers import all_formats
from tests.curation.readers.mutations import ANY_FILE, TEXT_FILE

FORMATS = all_formats()
ZIPPED = sorted({".docx", ".pptx", ".xlsx", ".epub"})


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_damaged_copies(surveyed, suffix):
    lost = set()
    for name, damage in (TEXT_FILE if suffix in (".html", ".eml", ".mbox") else ANY_FILE).items():
        kept = 0
        for seed in range(6):
            chance = random.Random(f"{suffix} {name} {seed}")
            found = surveyed(damage(FORMATS[suffix], chance), suffix)
            assert found.rows or found.bad, f"{name}, seed {seed}"
            assert suffix == ".mbox" or len(found.rows) + len(found.bad) == 1, f"{name}, seed {seed}"
            kept += len(found.rows)
        if not kept:
            lost.add(name)
    # Blanks hold no document; a ZIP file's table of contents is at its end.
    assert lost >= ({"blanks_only", "cut"} if suffix in ZIPPED else {"blanks_only"})


@pytest.mark.parametrize("suffix", ZIPPED)
def test_damaged_members_with_sound_checksums(surveyed, suffix):
    for seed in range(60):
        found = surveyed(damaged_member(FORMATS[suffix], random.Random(seed)), suffix)
        assert len(found.rows) + len(found.bad) == 1, f"seed {seed}"


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_one_format_under_the_name_of_another(surveyed, suffix):
    for other, content in FORMATS.items():
        found = surveyed(content, suffix)
        assert found.rows or found.bad, other
        assert suffix == ".mbox" or len(found.rows) + len(found.bad) == 1, other
        assert other != suffix or (found.rows and not found.bad)
