"""Training rows that stand in what is held back: who learns them is measured on memory."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Final

from curation.overlap.folding import composed, fold
from curation.steps.decontaminate import DecontaminateParams
from training.data.examples import Example

_BATCH: Final = 4096
# A shorter answer, or input without its task, is many rows' by chance.
_LONG: Final = ("input", "answer")
_LEAST_LETTERS: Final = DecontaminateParams(against=("held out",)).shortest_run


def leaked(examples: Sequence[Example], held_back: Iterable[Example]) -> set[int]:
    """Give the places of ``examples`` that say the same as a row of ``held_back``.

    Compared are letters and digits alone, as `decontaminate` compares them: the questions; the input of
    a task, however that is worded; and, when they are as long as a run that counts there, the input of
    any task, and the last answer, unless it is a label.
    """
    kept = {key for keys in _keys(held_back) for key in keys}
    if not kept:
        return set()
    return {place for place, keys in enumerate(_keys(examples)) if not kept.isdisjoint(keys)}


def _keys(examples: Iterable[Example]) -> Iterator[set[tuple[str, bytes]]]:
    remaining = iter(examples)
    while batch := list(islice(remaining, _BATCH)):
        compared = [_compared(example) for example in batch]
        folded = fold([composed(text) for texts in compared for text in texts.values()])
        bounds = iter(pairwise(folded.starts.tolist()))
        for texts in compared:
            keys = set()
            for kind in texts:
                start, end = next(bounds)
                if end - start >= (_LEAST_LETTERS if kind in _LONG else 1):
                    letters = folded.codes[start:end].tobytes()
                    keys.add((kind, hashlib.blake2b(letters, digest_size=16).digest()))
            yield keys


def _compared(example: Example) -> dict[str, str]:
    asked = "\n".join(message.content for message in example.messages if message.role == "user")
    given = example.input or asked.removeprefix(example.definition)
    answer = example.messages[-1].content
    return {
        "question": asked,
        **({f"input of {example.task}": given} if example.task else {}),
        "input": given,
        **({} if answer in example.label_space else {"answer": answer}),
    }
