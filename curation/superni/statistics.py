"""Figures about a collection of tasks, as the paper's table of statistics has them (arXiv 2204.07705)."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from curation.superni.schema import Task

_UNSTATED = "unstated"


@dataclass(slots=True)
class Statistics:
    """Counts over tasks, which are added one at a time.

    Categories and domains are counted at their highest level ("Reviews" of "Reviews -> Movies"), a task
    once in each. Definitions are measured in words between blanks. A task that states no language, as
    in files of 2021, is neither English nor non-English.
    """

    tasks: int = 0
    instances: int = 0
    non_english_tasks: int = 0
    definition_words: int = 0
    positive_examples: int = 0
    negative_examples: int = 0
    contributors: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    instances_by_category: Counter[str] = field(default_factory=Counter)

    def add(self, task: Task) -> None:
        """Count a task."""
        self.tasks += 1
        self.instances += len(task.instances)
        languages = {*task.input_language, *task.output_language}
        self.non_english_tasks += bool(languages - {"English"})
        self.definition_words += len(task.definition[0].split())
        self.positive_examples += len(task.positive)
        self.negative_examples += len(task.negative)
        self.contributors.update(task.contributors)
        self.sources.update(task.source[:1])
        self.languages.update(languages or {_UNSTATED})
        categories = {_highest(one) for one in task.categories} or {_UNSTATED}
        self.categories.update(categories)
        self.instances_by_category.update(dict.fromkeys(categories, len(task.instances)))
        self.domains.update({_highest(one) for one in task.domains} or {_UNSTATED})
        self.licences.update(set(task.instance_licence) or {_UNSTATED})

    def as_json(self) -> dict[str, Any]:
        """Give the figures; averages are over tasks, and counts by value are of tasks, highest first."""
        tasks = self.tasks or 1
        counted = ("languages", "categories", "domains", "licences")
        return {
            "tasks": self.tasks,
            "instances": self.instances,
            "instances_per_task": round(self.instances / tasks, 1),
            "non_english_tasks": self.non_english_tasks,
            "words_per_definition": round(self.definition_words / tasks, 1),
            "positive_examples_per_task": round(self.positive_examples / tasks, 1),
            "negative_examples_per_task": round(self.negative_examples / tasks, 1),
            "contributors": len(self.contributors),
            "sources": len(self.sources),
            **{name: _by_count(getattr(self, name)) for name in counted},
            "instances_by_category": _by_count(self.instances_by_category),
        }


def _highest(category: str) -> str:
    return category.split("->", maxsplit=1)[0].strip()


def _by_count(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
