"""Which tasks are wanted: by language, category, licence, part of a track, and name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from curation.superni.schema import LANGUAGES, Task
from curation.superni.splits import Part, Splits
from datacards.licences import licence


@dataclass(frozen=True, slots=True)
class Selection:
    """What a task must be: of each criterion that is not empty it meets at least one value.

    ``languages`` are names or codes, of the input or of the output; ``categories`` any level of a
    category such as "Text Modification -> Paraphrasing"; ``licences`` those of the instances, in any
    spelling; ``names`` patterns such as ``task77*``; ``part`` is a part of the track ``splits``.
    """

    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    splits: Splits | None = None
    part: Part | None = None

    def takes(self, task: Task) -> bool:
        """Tell whether the task is wanted."""
        categories = [level for category in task.categories for level in levels(category)]
        return (
            _meets(self.languages, (*task.input_language, *task.output_language), _language)
            and _meets(self.categories, categories, str.lower)
            and _meets(self.licences, task.instance_licence, _licence)
            and (not self.names or any(fnmatchcase(task.name, pattern) for pattern in self.names))
            and (self.splits is None or self.part is None or self.splits.part(task.name) == self.part)
        )


def levels(category: str) -> tuple[str, ...]:
    """Give a category or domain and the levels that it consists of.

    Examples
    --------
    >>> levels("Reviews -> Movies"), levels("News")
    (('Reviews -> Movies', 'Reviews', 'Movies'), ('News',))
    """
    parts = tuple(part.strip() for part in category.split("->"))
    return (category, *parts) if len(parts) > 1 else parts


def _meets(wanted: Iterable[str], given: Iterable[str], same: Callable[[str], str]) -> bool:
    folded = {same(one) for one in wanted}
    return not folded or any(same(one) in folded for one in given)


def _language(name: str) -> str:
    return LANGUAGES.get(name.lower(), name).lower()


def _licence(name: str) -> str:
    known = licence(name)
    return known.spdx or known.given.strip().lower()
