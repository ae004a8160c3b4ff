"""What a task file holds, and how a row of a corpus becomes an instruction record by it."""

import hashlib
import reprlib
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from string import Formatter
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from curation.readers.base import Options
from curation.records import InstructionRecord, Message

Text = Annotated[str, Field(min_length=1)]
_LEAST_WORDINGS = 3
_LONGEST_LIST = 46
_OF_NOTHING = hashlib.blake2b(digest_size=8)
# Between the labels of an output that names several.
SEPARATOR = ", "


class TaskOptions(Options):
    """How a reader of a labelled corpus words its records.

    ``template`` is the number of a wording, counted from 0, or ``mixed`` for one that the row's
    content decides.
    """

    template: Annotated[int, Field(ge=0, lt=_LEAST_WORDINGS)] | Literal["mixed"] = 0


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Example(_Strict):
    """A row's fields, an output, and why the output is right or wrong."""

    fields: dict[str, str]
    output: Text
    explanation: Text


class TaskSpec(_Strict):
    """A task over a labelled corpus.

    ``definition`` and ``input`` are wordings of the same: what is asked, and how a row's fields are
    set out (``{field}`` stands for a field). ``labels`` gives the corpus's labels their names in
    words; without it the outputs are free. With ``several`` an output names all labels of a row, in
    the order of ``labels``; the one that ``alone`` gives stands beside no other. ``groups`` is what
    names split groups: tasks over the same texts share it, so that none of these texts is on two
    sides of a split; by default it is the task. ``categories`` and ``domains`` are those of
    Super-NaturalInstructions. ``url`` and ``licence`` are the corpus's.
    """

    name: Text
    definition: Annotated[tuple[Text, ...], Field(min_length=_LEAST_WORDINGS, strict=False)]
    input: Annotated[tuple[Text, ...], Field(min_length=_LEAST_WORDINGS, strict=False)]
    labels: dict[str, Text] = Field(default_factory=dict)
    several: bool = False
    alone: str = ""
    groups: str = ""
    categories: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    domains: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    reasoning: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    input_language: Text = "Korean"
    output_language: Text = "Korean"
    positive: Annotated[tuple[Example, ...], Field(min_length=2, strict=False)]
    negative: Annotated[tuple[Example, ...], Field(min_length=1, strict=False)]
    source: Text
    url: Text
    licence: Text

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        fields = _fields(self.input[0])
        for template in self.input:
            if _fields(template) != fields:
                raise ValueError(f"{self.name}: the inputs name different fields: {template!r}")
        for example in (*self.positive, *self.negative):
            if set(example.fields) != fields:
                raise ValueError(f"{self.name}: an example has other fields than the input")
        if self.several and (not self.labels or any(SEPARATOR in word for word in self.labels.values())):
            raise ValueError(f"{self.name}: several labels need names without {SEPARATOR!r}")
        if self.alone and not (self.several and self.alone in self.labels):
            raise ValueError(f"{self.name}: {self.alone!r} is none of several labels")
        if self.labels:
            for example in self.positive:
                self._check_output(example.output)
        return self

    def _check_output(self, output: str) -> None:
        words = output.split(SEPARATOR) if self.several else [output]
        labels = {word: label for label, word in self.labels.items()}
        if not labels.keys() >= {*words}:
            raise ValueError(f"{self.name}: {output!r} is no label in words")
        if self.several and self.all_in_words(map(labels.__getitem__, words)) != output:
            raise ValueError(f"{self.name}: {output!r} names its labels in another order")

    @cached_property
    def label_space(self) -> tuple[str, ...]:
        """The labels in words, in the file's order.

        Empty when they are not the outputs: these are free, or name several labels.
        """
        return () if self.several else tuple(dict.fromkeys(self.labels.values()))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {label: place for place, label in enumerate(self.labels)}

    def in_words(self, label: str) -> str:
        """Name a label of the corpus.

        Raises
        ------
        ValueError
            When the corpus has no such label; the message is the reason for quarantine.
        """
        try:
            return self.labels[label]
        except KeyError:
            raise self._unknown(label) from None

    def all_in_words(self, labels: Iterable[str]) -> str:
        """Name all labels of a row: each once, in the order of the file.

        Raises
        ------
        ValueError
            When the corpus has no such label, a row has none, or one that stands alone has another
            beside it; the message is the reason for quarantine.
        """
        try:
            in_order = sorted({*labels}, key=self._places.__getitem__)
        except KeyError as error:
            raise self._unknown(error.args[0]) from None
        if not in_order:
            raise ValueError("the row has no label")
        if self.alone and len(in_order) > 1 and self.alone in in_order:
            raise ValueError(f"the label {self.alone!r} stands beside another")
        return SEPARATOR.join(map(self.labels.__getitem__, in_order))

    def _unknown(self, label: str) -> ValueError:
        known = textwrap.shorten(", ".join(self.labels), _LONGEST_LIST, placeholder=" …")
        return ValueError(f"the label {reprlib.repr(label)} is none of {known}")

    def rendered(self, fields: Mapping[str, str], wording: int = 0) -> str:
        """Set out a row's fields as an input, in the given wording."""
        return self.input[wording].format_map(fields)

    def record(
        self,
        fields: Mapping[str, str],
        outputs: Sequence[str],
        options: TaskOptions,
        *,
        group: str = "",
        attributes: Mapping[str, str] | None = None,
    ) -> InstructionRecord:
        """Make the record of a row; ``outputs`` are all accepted ones, the first is to be learned.

        ``group`` is what rows must have in common to stay on one side of a split, such as the
        premise; rows without one stand alone.
        """
        wording = options.template
        if wording == "mixed":
            wording = int(_digest("\0".join(fields.values()))[:2], 16) % _LEAST_WORDINGS
        # In the order of the fields: names cost a fifth of a microsecond a row.
        return InstructionRecord(
            (Message("user", self.input[wording].format_map(fields)), Message("assistant", outputs[0])),
            self.name,
            self.definition[wording],
            tuple(outputs),
            self.label_space,
            f"{self.groups or self.name}-{_digest(group)}" if group else "",
            attributes or {},
        )


@cache
def task(name: str) -> TaskSpec:
    """Load the task file of that name, once."""
    content = (files(__package__) / f"{name}.yaml").read_text("utf-8")
    return TaskSpec.model_validate(yaml.safe_load(content))


def task_names() -> list[str]:
    """Names of all tasks that come with the package."""
    names = (entry.name for entry in files(__package__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _digest(text: str) -> str:
    digest = _OF_NOTHING.copy()  # in two thirds of the time that a new one takes
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
