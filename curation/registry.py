"""Registries whose entries are imported when they are used: a run pays for what its recipe names."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TypeVar

EntryT = TypeVar("EntryT")


class Registry(MutableMapping[str, EntryT]):
    """Entries by name, from the places where they stand, as ``"package.module:ATTRIBUTE"``.

    Names, their order and membership are known without an import. ``of`` is what every entry is.
    Others may be added, as to any mapping.

    Examples
    --------
    >>> shapes = Registry(type, {"counter": "collections:Counter"})
    >>> list(shapes), shapes["counter"].__name__
    (['counter'], 'Counter')
    """

    def __init__(self, of: type[EntryT], places: Mapping[str, str]) -> None:
        self._of = of
        self._places: dict[str, str | None] = dict(places)
        self._entries: dict[str, EntryT] = {}

    def __getitem__(self, name: str) -> EntryT:
        """Give the entry, imported at first use.

        Raises
        ------
        KeyError
            When no entry has that name.
        """
        place = self._places[name]
        if place is not None and name not in self._entries:
            module, _, attribute = place.partition(":")
            entry = getattr(import_module(module), attribute)
            if not isinstance(entry, self._of):
                raise TypeError(f"{place} is no {self._of.__name__}")
            self._entries[name] = entry
        return self._entries[name]

    def __setitem__(self, name: str, entry: EntryT) -> None:
        """Add an entry, or put it in the place of another."""
        self._places[name] = None
        self._entries[name] = entry

    def __delitem__(self, name: str) -> None:
        """Take an entry out."""
        del self._places[name]
        self._entries.pop(name, None)

    def __contains__(self, name: object) -> bool:
        """Whether there is an entry of that name."""
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        """Give the names, in the order in which they are listed."""
        return iter(self._places)

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._places)
