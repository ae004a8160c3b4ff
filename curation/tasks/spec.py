"""What a task file holds, and how a row of a corpus becomes an instruction record by it."""

import hashlib
import reprlib
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from string import Formatter
from typing import Annotated, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from curation.readers.base import Options
from curation.records import InstructionRecord, Message

Text = Annotated[str, Field(min_length=1)]
_LEAST_WORDINGS = 3
_LONGEST_LIST = 46
_OF_NOTHING = hashlib.blake2b(digest_size=8)
_new = object.__new__
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


class _Wording(NamedTuple):
    """What all records in one wording share; ``form % fields`` is the input."""

    form: str
    task: str
    definition: str
    label_space: tuple[str, ...]
    group_begins: str


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

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return tuple(self.labels.values())

    @cached_property
    def _wordings(self) -> tuple[_Wording, ...]:
        # Looked up once a row: a model's fields take twenty times as long as those of a tuple.
        groups = f"{self.groups or self.name}-"
        return tuple(
            _Wording(_form(template), self.name, definition, self.label_space, groups)
            for template, definition in zip(self.input, self.definition, strict=False)
        )

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
            place_of = self._places
            places = sorted({place_of[label] for label in labels})
        except KeyError as error:
            raise self._unknown(error.args[0]) from None
        if not places:
            raise ValueError("the row has no label")
        if len(places) > 1 and self.alone and place_of[self.alone] in places:
            raise ValueError(f"the label {self.alone!r} stands beside another")
        words = self._words
        return SEPARATOR.join([words[place] for place in places])

    def _unknown(self, label: str) -> ValueError:
        known = textwrap.shorten(", ".join(self.labels), _LONGEST_LIST, placeholder=" …")
        return ValueError(f"the label {reprlib.repr(label)} is none of {known}")

    def rendered(self, fields: Mapping[str, str], wording: int = 0) -> str:
        """Set out a row's fields as an input, in the given wording."""
        return self._wordings[wording].form % fields

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
            content = "\0".join(fields.values()).encode("utf-8", "surrogatepass")
            wording = hashlib.blake2b(content, digest_size=8).digest()[0] % _LEAST_WORDINGS
        form, name, definition, label_space, group_begins = self._wordings[wording]
        # Made without their constructors in Python, which take a tenth of a reader's time.
        question, answer, record = _new(Message), _new(Message), _new(InstructionRecord)
        question.role, question.content = "user", form % fields
        answer.role, answer.content = "assistant", outputs[0]
        record.messages = (question, answer)
        record.task = name
        record.definition = definition
        record.references = tuple(outputs)
        record.label_space = label_space
        record.split_group = ""
        if group:
            digest = _OF_NOTHING.copy()  # in two thirds of the time that a new one takes
            digest.update(group.encode("utf-8", "surrogatepass"))
            record.split_group = group_begins + digest.hexdigest()
        record.attributes = attributes or {}
        return record


@cache
def task(name: str) -> TaskSpec:
    """Load the task file of that name, once."""
    content = (files(__package__) / f"{name}.yaml").read_text("utf-8")
    return TaskSpec.model_validate(yaml.safe_load(content))


def task_names() -> list[str]:
    """Names of all tasks that come with the package."""
    names = (entry.name for entry in files(__package__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _form(template: str) -> str:
    """The template for the operator ``%``, which fills it in half the time of `str.format_map`."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(literal.replace("%", "%%"))
        if name is not None:
            parts.append(f"%({name})s")
    return "".join(parts)
