"""Harmful records, told by words and by a trained classifier: tagged, dropped, or the only ones kept."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from curation.data_paths import inside_data
from curation.errors import ConfigurationError
from curation.steps.base import BatchJudge, Drop, Given, Keep, Needs, Outcome, Params, Step

if TYPE_CHECKING:
    from curation.safety.keywords import Found
    from curation.safety.model import SafetyModel

Layer = Literal["keywords", "classifier"]
WORD_CATEGORIES = (
    "profanity", "sexual", "slur.age", "slur.disability", "slur.gender", "slur.occupation", "slur.origin",
    "slur.other", "slur.politics", "slur.religion", "slur.sexuality",
)  # fmt: skip
"""What the keyword layer finds by itself; a recipe's own words may add categories."""

_OWN_WORDS = "profanity"
_SHOWN = 5  # words in the detail of a dropped row


class SafetyParams(Params):
    """Which layers look, for what, and what happens to a record that they flag.

    ``layers``
        ``keywords``, ``classifier`` or both; by default keywords, and the classifier when ``model``
        names one;
    ``model``
        a file of ``malmoi safety train``, relative to the data folder;
    ``categories``
        those that count, all by default: a list, or a mapping to thresholds (``null``: the model's
        own). A name stands for those below it: ``slur`` for ``slur.gender``;
    ``action``
        ``tag`` keeps every record, ``drop`` drops those flagged, ``only`` drops all others;
    ``allow``
        phrases in which a word is innocent; ``^`` at the front stands for the start of a word;
    ``words``
        more words by category (a list: profanity), with ``^`` and ``$`` for a word's borders.
    """

    layers: tuple[Layer, ...] | None = Field(default=None, min_length=1)
    model: str | None = None
    categories: dict[str, float | None] = Field(default_factory=dict)
    action: Literal["tag", "drop", "only"] = "tag"
    allow: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("categories", mode="before")
    @classmethod
    def _thresholds(cls, value: object) -> object:
        return dict.fromkeys(value) if isinstance(value, list) else value

    @field_validator("words", mode="before")
    @classmethod
    def _by_category(cls, value: object) -> object:
        named = {_OWN_WORDS: value} if isinstance(value, list) else value
        if not isinstance(named, dict):
            return named
        return {name: tuple(words) if isinstance(words, list) else words for name, words in named.items()}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "classifier" in self.used_layers and self.model is None:
            raise ValueError("the classifier needs a model: `malmoi safety train` makes one")
        if self.model is not None and "classifier" not in self.used_layers:
            raise ValueError("a model is named, but the classifier is not among the layers")
        if self.model is not None:
            inside_data(self.model)
        outside = [
            name for name, least in self.categories.items() if least is not None and not 0 <= least <= 1
        ]
        if outside:
            raise ValueError(f"the threshold of '{outside[0]}' must lie between 0 and 1")
        if any(not text.strip(" ^$") for texts in (self.allow, *self.words.values()) for text in texts):
            raise ValueError("an empty word would be found everywhere")
        if self.model is None:
            fault = _unknown(self.categories, (*WORD_CATEGORIES, *self.words))
            if fault:
                raise ValueError(fault)
        return self

    @property
    def used_layers(self) -> tuple[Layer, ...]:
        """The layers that look, with the default spelled out."""
        if self.layers is not None:
            return self.layers
        return ("keywords",) if self.model is None else ("keywords", "classifier")


@dataclass(slots=True)
class _Flags:
    """What was found in one text: the score by category, how often each layer found it, the words."""

    scores: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def detail(self) -> str:
        """Say what was found, for a person who looks at a dropped row."""
        parts = [f"{category} {score:g}" for category, score in sorted(self.scores.items())]
        words = list(dict.fromkeys(self.words))[:_SHOWN]
        return "; ".join(parts) + (f" ({', '.join(words)})" if words else "")


def _unknown(wanted: Mapping[str, float | None], known: Sequence[str]) -> str:
    """Say what is wrong with the categories that a recipe names; empty when nothing is."""
    for name in wanted:
        if not any(_covers(name, category) for category in known):
            near = difflib.get_close_matches(name, known, n=1)
            meant = f", did you mean '{near[0]}'?" if near else ""
            return f"unknown category '{name}'{meant} (known: {', '.join(sorted(set(known)))})"
    return ""


def _covers(name: str, category: str) -> bool:
    return category == name or category.startswith(f"{name}.")


def _make(params: SafetyParams, given: Given) -> BatchJudge:
    model = _model(params, given)
    known = [*WORD_CATEGORIES, *params.words, *(model.thresholds if model else ())]
    fault = _unknown(params.categories, known)
    if fault:
        raise ConfigurationError(fault, where=f"step safety, model {params.model}")
    by_words = _keyword_layer(params) if "keywords" in params.used_layers else None
    by_model = _classifier_layer(model, params) if model else None

    def judge(texts: Sequence[str]) -> list[Outcome]:
        flagged: dict[int, _Flags] = {}
        highest: Sequence[float] | None = None
        if by_words is not None:
            by_words(texts, flagged)
        if by_model is not None:
            highest = by_model(texts, flagged)
        return [
            _outcome(text, flagged.get(row), None if highest is None else highest[row], params.action)
            for row, text in enumerate(texts)
        ]

    return judge


def _outcome(text: str, flags: _Flags | None, score: float | None, action: str) -> Outcome:
    if flags is None:
        if action == "only":
            return Drop("not_flagged", score)
        return text if score is None else Keep(text, score=score)
    category, highest = max(flags.scores.items(), key=lambda pair: (pair[1], pair[0]))
    if action == "drop":
        return Drop(category, highest, flags.detail())
    tags = {f"safety.{name}": value for name, value in sorted(flags.scores.items())}
    return Keep(text, score=max(highest, score or 0.0), counts=flags.counts, tags=tags)


def _keyword_layer(params: SafetyParams) -> Callable[[Sequence[str], dict[int, _Flags]], None]:
    from curation.safety.keywords import Keywords  # noqa: PLC0415 - not on the path of `--help`
    from curation.safety.lexicon import lexicon, own_entry  # noqa: PLC0415

    entries = [own_entry(word, name) for name, words in params.words.items() for word in words]
    keywords = Keywords(lexicon(), params.allow, entries)

    def look(texts: Sequence[str], flagged: dict[int, _Flags]) -> None:
        for row, found in keywords.find(texts).items():
            for one in found:
                if _wanted(one, params.categories):
                    flags = flagged.setdefault(row, _Flags())
                    flags.scores[one.category] = 1.0
                    name = f"keywords/{one.category}"
                    flags.counts[name] = flags.counts.get(name, 0) + 1
                    flags.words.append(one.word)

    return look


def _wanted(found: "Found", categories: Mapping[str, float | None]) -> bool:
    return not categories or any(_covers(name, found.category) for name in categories)


def _classifier_layer(
    model: "SafetyModel", params: SafetyParams
) -> Callable[[Sequence[str], dict[int, _Flags]], Sequence[float]]:
    thresholds = _used_thresholds(model, params)
    least = {
        column: (category, thresholds[category])
        for column, category in enumerate(model.thresholds)
        if category in thresholds
    }

    def look(texts: Sequence[str], flagged: dict[int, _Flags]) -> Sequence[float]:
        if not least:
            return [0.0] * len(texts)
        scores = model.scores(texts).round(4)
        for column, (category, threshold) in least.items():
            for row in (scores[:, column] >= threshold).nonzero()[0].tolist():
                flags = flagged.setdefault(row, _Flags())
                flags.scores[category] = max(float(scores[row, column]), flags.scores.get(category, 0.0))
                flags.counts[f"classifier/{category}"] = 1
        highest: list[float] = scores[:, list(least)].max(axis=1).tolist()
        return highest

    return look


def _used_thresholds(model: "SafetyModel", params: SafetyParams) -> dict[str, float]:
    """Give the threshold of each category of the model that counts: the recipe's, or the model's own."""
    used: dict[str, float] = {}
    for category, threshold in model.thresholds.items():
        names = [name for name in params.categories if _covers(name, category)]
        named = params.categories[max(names, key=len)] if names else None
        if names or not params.categories:
            used[category] = threshold if named is None else named
    return used


def _model(params: SafetyParams, given: Given) -> "SafetyModel | None":
    if params.model is None:
        return None
    from curation.safety.model import load  # noqa: PLC0415 - not on the path of `--help`

    return load(given.files[params.model])


def _needs(params: SafetyParams) -> Needs:
    return Needs(files=() if params.model is None else (params.model,))


def _about(params: SafetyParams, given: Given) -> Mapping[str, Any]:
    """Say what the classifier is made of and how well it judges; nothing without one."""
    model = _model(params, given)
    if model is None:
        return {}
    return {
        "model": model.sha256,
        "thresholds": _used_thresholds(model, params),
        "categories": model.metadata.report["categories"],
        "trained_on": list(model.metadata.trained_on),
    }


SAFETY = Step(
    name="safety",
    summary="tags, drops or alone keeps harmful records: hate, bias, slurs, profanity, each with a score",
    params=SafetyParams,
    sees="record",
    make=_make,
    needs=_needs,
    threads=True,
    about=_about,
)
