"""Registries whose entries are imported when they are used: a run pays for what its recipe names."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

EntryT = TypeVar("EntryT")


class Registry(Mapping[str, EntryT]):
    """Entries by name, from the places where they stand, as ``"package.module:ATTRIBUTE"``.

    Names, their order and membership are known without an import. ``of`` is what every entry is.

    Examples
    --------
    >>> shapes = Registry(type, {"counter": "collections:Counter"})
    >>> list(shapes), shapes["counter"].__name__
    (['counter'], 'Counter')
    """

    def __init__(self, of: type[EntryT], places: Mapping[str, str]) -> None:
        self._of = of
        self._places = dict(places)

    def __getitem__(self, name: str) -> EntryT:
        """Import the entry.

        Raises
        ------
        KeyError
            When no entry has that name.
        """
        module, _, attribute = self._places[name].partition(":")
        entry = getattr(import_module(module), attribute)
        if not isinstance(entry, self._of):
            raise TypeError(f"{self._places[name]} is no {self._of.__name__}")
        return entry

    def __contains__(self, name: object) -> bool:
        """Whether there is an entry of that name."""
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        """Give the names, in the order in which they are listed."""
        return iter(self._places)

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._places)
