"""A task taken apart into texts with ids, and put together again of those that have a translation."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from curation.superni.schema import Example, Instance, Task


@dataclass(frozen=True, slots=True)
class Item:
    """A text of a task, and the language it is in; ``id`` says where it stands."""

    id: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Built:
    """A task in another language, or why there is none; what is left out of it, by reason."""

    task: Task | None
    reason: str = ""
    left_out: int = 0
    merged: int = 0
    examples_left_out: int = 0


def items_of(task: Task, labels: Sequence[str]) -> Iterator[Item]:
    """Give the texts of a task, labels first; outputs that are labels are not translated again.

    Inputs and outputs are in the one language of the task, the definition and what explains examples in
    that of its instructions, which files of 2021 do not name: it is English.
    """
    (language,) = {*task.input_language, *task.output_language}
    written = next(iter(task.instruction_language), "English")
    for number, label in enumerate(labels, 1):
        yield Item(label_id(task, number), label, language)
    yield Item(f"{task.name}/definition", task.definition[0], written)
    for side, examples in (("positive", task.positive), ("negative", task.negative)):
        for number, example in enumerate(examples, 1):
            at = f"{task.name}/{side}/{number}"
            yield Item(f"{at}/input", example.input, language)
            if example.output.strip() not in labels:
                yield Item(f"{at}/output", example.output, language)
            if example.explanation is not None:
                yield Item(f"{at}/explanation", example.explanation, written)
    for one in task.instances:
        at = f"{task.name}/instances/{one.item}"
        yield Item(f"{at}/input", one.input, language)
        for number, output in enumerate(one.outputs, 1):
            if output.strip() not in labels:
                yield Item(f"{at}/output/{number}", output, language)


def label_id(task: Task, number: int) -> str:
    """Give the id of a label, counted from 1."""
    return f"{task.name}/label/{number}"


@dataclass(frozen=True, slots=True)
class Target:
    """What a task becomes: its language by name and code, and what its list of sources says of it."""

    language: str
    code: str
    origin: str

    def name_of(self, task: Task) -> str:
        """Give the name of a task in it."""
        return f"{task.name}_{self.code}"


def built(task: Task, labels: Sequence[str], translated: Mapping[str, str], target: Target) -> Built:
    """Put a task together of translations by the ids of their items.

    What has none is left out with all that needs it: an instance without its input or without any
    output, an example, and the task itself without its definition or a label.
    """
    called = {label: translated.get(label_id(task, number)) for number, label in enumerate(labels, 1)}
    lost = next((label for label, word in called.items() if word is None), None)
    definition = translated.get(f"{task.name}/definition")
    if lost is not None or definition is None:
        what = "the definition" if lost is None else f"the label {lost!r}"
        return Built(None, f"{what} has no translation that stands", len(task.instances))
    texts = _Texts(translated, {label: word for label, word in called.items() if word is not None})
    positive = _examples(task.positive, f"{task.name}/positive", texts)
    negative = _examples(task.negative, f"{task.name}/negative", texts)
    kept, merged = _instances(task, {one.input for one in positive}, texts)
    if not kept:
        return Built(None, "no instance has a translation that stands", len(task.instances))
    made = replace(
        task,
        name=target.name_of(task),
        source=(*task.source, target.origin),
        definition=(definition,),
        input_language=(target.language,),
        output_language=(target.language,),
        instruction_language=(target.language,),
        positive=positive,
        negative=negative,
        instances=kept,
    )
    examples = len(task.positive) + len(task.negative) - len(positive) - len(negative)
    return Built(made, "", len(task.instances) - len(kept) - merged, merged, examples)


class _Texts:
    """Translations by id, and of labels by label."""

    def __init__(self, translated: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self.of = translated.get
        self._labels = labels

    def output(self, at: str, text: str) -> str | None:
        return self._labels.get(text.strip()) or self.of(at)


def _examples(given: Sequence[Example], at: str, texts: _Texts) -> tuple[Example, ...]:
    found = []
    for number, one in enumerate(given, 1):
        put = texts.of(f"{at}/{number}/input")
        out = texts.output(f"{at}/{number}/output", one.output)
        if put is not None and out is not None:
            found.append(Example(put, out, texts.of(f"{at}/{number}/explanation")))
    return tuple(found)


def _instances(task: Task, shown: Container[str], texts: _Texts) -> tuple[tuple[Instance, ...], int]:
    """Those that have a translation; inputs that became alike are one, and are counted."""
    outputs: dict[str, list[str]] = {}
    first: dict[str, Instance] = {}
    merged = 0
    for one in task.instances:
        at = f"{task.name}/instances/{one.item}"
        put = texts.of(f"{at}/input")
        outs = [texts.output(f"{at}/output/{number}", text) for number, text in enumerate(one.outputs, 1)]
        there = [text for text in outs if text is not None]
        # An input that an example shows would give its answer away.
        if put is None or not there or put in shown:
            continue
        merged += put in first
        first.setdefault(put, one)
        outputs.setdefault(put, []).extend(there)
    made = (
        Instance(put, tuple(dict.fromkeys(outputs[put])), item, one.id)
        for item, (put, one) in enumerate(first.items(), 1)
    )
    return tuple(made), merged
