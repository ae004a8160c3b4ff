"""Which card is meant on the command line, and what is wrong with it."""

from difflib import get_close_matches
from pathlib import Path

from curation.errors import ConfigurationError
from curation.inspection.card_faults import check_release
from curation.manifest import NAME
from curation.readers import READERS
from curation.yaml_lines import nearest
from datacards.catalogue import UNKNOWN, card_files, read
from datacards.checks import Fault, check_card, checked
from datacards.readme_checks import check_readme


def check_all() -> tuple[int, list[Fault]]:
    """Check every card of the catalogue; give how many there are."""
    files = list(card_files())
    return len(files), [
        fault for file in files for fault in _check(file.read_text(encoding="utf-8"), file.name)
    ]


def check_target(target: str) -> list[Fault]:
    """Check a release, a card in a file, or a card of the catalogue by its id.

    Raises
    ------
    ConfigurationError
        When it is none of these.
    """
    path = Path(target)
    if path.is_dir() or (path / NAME).is_file():
        return check_release(path)
    if path.is_file():
        text = path.read_text(encoding="utf-8", errors="replace")
        return check_readme(text, target) if path.name == "README.md" else check_card(text, target)
    (file,) = [file for file in card_files() if file.name == f"{find_card(target)}.md"]
    return _check(file.read_text(encoding="utf-8"), file.name)


def find_card(wanted: str) -> str:
    """Give the id of the card of that id or name, in any case.

    Raises
    ------
    ConfigurationError
        When there is none; it names the nearest.
    """
    names = {file.name.removesuffix(".md"): file for file in card_files()}
    if wanted.casefold() in names:
        return wanted.casefold()
    for name, file in names.items():
        card = read(file.read_text(encoding="utf-8"), file.name)
        names_of_it = {card.name.casefold(), card.korean_name.casefold()} - {UNKNOWN}
        if wanted.casefold() in names_of_it:
            return name
    close = get_close_matches(wanted.casefold(), names, n=3)
    fix = f"did you mean {' or '.join(close)}?" if close else "the ids of all cards: malmoi cards list"
    raise ConfigurationError(f"no card is called '{wanted}'", fix=fix)


def _check(text: str, name: str) -> list[Fault]:
    """Check a card of the catalogue, and whether the readers that it names are there."""
    card, found = checked(text, name)
    if found or card is None:
        return found
    return [
        Fault(name, "readers", f"malformed: there is no reader '{reader}'", nearest(reader, READERS))
        for reader in card.readers
        if reader not in READERS
    ]
