"""Instances as Tk-Instruct and mTk-Instruct read them, byte for byte.

The layout is that of their data collator (https://github.com/yizhongw/Tk-Instruct, src/ni_collator.py).
Three of its ways surprise: a full stop goes after every text that does not end with ASCII punctuation, so
after "다", "…", "。" and ”, and after an empty text; examples begin with a blank and the instance does
not; and while it is tried whether an example fits, the examples before it are joined with blanks that the
result does not have.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from curation.superni.counting import Counter
from curation.superni.schema import Example, Instance, Task

SOURCE_TOKENS = 1024
_PUNCTUATION = frozenset(string.punctuation)


@dataclass(frozen=True, slots=True)
class Encoding:
    """What stands above an instance: the definition or not, and up to so many examples."""

    definition: bool = True
    positive: int = 0
    negative: int = 0
    explanations: bool = False


# The five of training, one of which is drawn for each instance.
TRAINING_ENCODINGS = {
    "definition": Encoding(),
    "2pos": Encoding(definition=False, positive=2),
    "definition+2pos": Encoding(positive=2),
    "definition+2pos+2neg": Encoding(positive=2, negative=2),
    "definition+2pos+explanations": Encoding(positive=2, explanations=True),
}
EVALUATION_ENCODING = "definition+2pos"


@dataclass(frozen=True, slots=True)
class Encoded:
    """An encoded input: its length in tokens, the examples that found room, and whether it was cut."""

    source: str
    tokens: int
    positive: int
    negative: int
    cut: bool


def encode(
    task: Task, given: str, encoding: Encoding, counter: Counter, most: int = SOURCE_TOKENS
) -> Encoded:
    """Encode the input ``given`` of an instance of ``task`` within ``most`` tokens.

    Examples are added while they fit, the first that does not ends them; a definition and an input that
    are too long by themselves are cut.
    """
    instance = f"Now complete the following example -\n{_ended(f'Input: {given.strip()}')}\nOutput: "
    definition = ""
    if encoding.definition:
        definition = f"{_ended(f'Definition: {task.definition[0].strip()}')}\n\n"
    positive: list[str] = []
    negative: list[str] = []
    kinds = (
        ("Positive", task.positive[: encoding.positive], positive),
        ("Negative", task.negative[: encoding.negative], negative),
    )
    for kind, examples, taken in kinds:
        for number, example in enumerate(examples, 1):
            written = f" {kind} Example {number} -\n{_example(example, explained=encoding.explanations)}"
            tried = definition + " ".join(positive) + " ".join(negative) + written + instance
            if counter.count(tried) > most:
                break
            taken.append(written)
    source = definition + "".join(positive) + "".join(negative) + instance
    tokens = counter.count(source)
    cut = tokens > most
    return Encoded(
        counter.cut(source, most) if cut else source,
        min(tokens, most),
        len(positive),
        len(negative),
        cut,
    )


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """What chance decides for an instance in training: the encoding's name, and the output to learn."""

    encoding: str
    target: str


def training_choice(task: Task, instance: Instance, seed: int) -> TrainingChoice:
    """Draw one of the five encodings and one of the outputs; the same for the same seed and instance."""
    chance = Random(f"{seed}\0{task.name}\0{instance.item}")
    return TrainingChoice(chance.choice(list(TRAINING_ENCODINGS)), chance.choice(instance.outputs))


def training_instances(task: Task, most: int, seed: int) -> Sequence[Instance]:
    """Draw at most ``most`` instances of a task, in chance order."""
    instances = list(task.instances)
    Random(f"{seed}\0{task.name}").shuffle(instances)
    return instances[:most]


def _ended(text: str) -> str:
    return text if text[-1] in _PUNCTUATION else f"{text}."


def _example(example: Example, *, explained: bool) -> str:
    lines = [f"Input: {example.input.strip()}", f" Output: {example.output.strip()}"]
    if explained and example.explanation is not None:
        lines.append(f" Explanation: {example.explanation.strip()}")
    return "".join(f"{_ended(line)}\n" for line in lines) + "\n"
