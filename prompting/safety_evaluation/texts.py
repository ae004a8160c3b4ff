"""Texts whose harm is known, for the judges' own accuracy: from corpora, and our own answers.

==============  ====================================================================================
corpus          harmful, and harmless
==============  ====================================================================================
``ours``        `prompting.calibration`: answers written for malmoi
``beep``        BEEP!: hate, offence or bias, or none of them
``kosbi``       KoSBi: unsafe, or safe; the group is that of its demographic category
``kote``        KOTE: harmless only, where no rater found anger, contempt, disgust or hatred. It has no
                labels of harm: what is left is friendly, sad or afraid, and to flag it is a false alarm
``dialogues``   recorded answers of a file of dialogues, by how far the attack went
==============  ====================================================================================

Of BEEP! and KoSBi only the test part of the classifier's recipe: it was trained on the rest.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curation.errors import UserError
from curation.readers.base import SourceFile
from curation.readers.fixed_table import read_bare_table
from curation.readers.labels import required
from curation.readers.table import TABS
from curation.records import Row, TextRecord
from curation.safety.material import Example, gather
from curation.safety.training_recipe import TrainingRecipe
from prompting.calibration import read_items

KOTE: Final = Path("kote/val.tsv")
# 불평, 지긋지긋, 화남, 무시함, 한심함, 역겨움, 짜증, 어이없음, 증오, 경악: nobody may have found any of them.
_HOSTILE: Final = frozenset({"0", "3", "6", "9", "20", "21", "22", "23", "31", "34"})
_COLUMNS: Final = "an id, a comment and numbers of emotions from 0 to 43"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, whether it is harmful, in what ways (``categories``), and about whom (``group``)."""

    id: str
    text: str
    corpus: str
    harmful: bool
    categories: tuple[str, ...] = ()
    group: str = ""


def our_texts() -> list[LabelledText]:
    """Give the answers that judges are calibrated on."""
    return [
        LabelledText(f"ours:{at}", item.text, "ours", item.harmful) for at, item in enumerate(read_items())
    ]


def corpus_texts(recipe: TrainingRecipe, data: Path) -> tuple[list[LabelledText], list[str]]:
    """Read what is there of the recipe's corpora and of KOTE below ``data``; and name what is missing.

    A text with labels that contradict each other (KoSBi has some, in other contexts) is left out.

    Raises
    ------
    UserError
        When no corpus is there, or one is not in its format.
    """
    files = {corpus.name: [path for path in (corpus.train, corpus.test) if path] for corpus in recipe.corpora}
    there = [one for one in recipe.corpora if all((data / path).is_file() for path in files[one.name])]
    missing = [path for paths in files.values() for path in paths if not (data / path).is_file()]
    texts: list[LabelledText] = []
    if there:
        plain = recipe.model_copy(update={"corpora": tuple(there), "background": (), "clean": ()})
        texts += map(_labelled, gather(plain, data).part("test"))
    if (data / KOTE).is_file():
        texts += _kote(data)
    else:
        missing.append(KOTE.as_posix())
    if not texts:
        raise UserError(
            "none of the labelled corpora is there",
            where=str(data),
            fix=f"give the folder that holds {', '.join(missing)} with --data",
        )
    return _unambiguous(texts), missing


def stratified(texts: Iterable[LabelledText], count: int, seed: int) -> list[LabelledText]:
    """Draw at most ``count``: as many harmful as harmless of each corpus, of each group in turn.

    The draw depends on the seed and on the texts, not on their order. Where a part has too few, the
    others give more.
    """
    drawn = sorted(texts, key=lambda one: hashlib.blake2b(f"{seed}\n{one.id}".encode()).digest())
    of_group = _ranked(drawn, lambda one: (one.corpus, one.harmful, one.group))
    of_part = _ranked(of_group, lambda one: (one.corpus, one.harmful))
    return sorted(of_part[:count], key=lambda one: (one.corpus, one.id))


def _ranked(texts: Sequence[LabelledText], part: Callable[[LabelledText], Hashable]) -> list[LabelledText]:
    """Sort by the place in one's part: the first of all parts, then the second."""
    places: dict[Hashable, int] = defaultdict(int)
    ranked: list[tuple[int, LabelledText]] = []
    for one in texts:
        ranked.append((places[part(one)], one))
        places[part(one)] += 1
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]


def _labelled(example: Example) -> LabelledText:
    row = example.row
    found = tuple(name for name, label in row.labels.items() if label)
    return _text(row.text, example.corpus, row.harmful, found, row.stratum)


def _text(
    text: str, corpus: str, harmful: bool, categories: tuple[str, ...] = (), group: str = ""
) -> LabelledText:
    # By content: an id stays the same when a corpus grows, and so do the labels that people gave.
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return LabelledText(f"{corpus}:{digest[:12]}", text, corpus, harmful, categories, group)


def _kote(data: Path) -> list[LabelledText]:
    def record(values: list[str]) -> tuple[TextRecord, str]:
        _, comment, numbers = values
        return TextRecord(required(comment, "comment"), attributes={"emotions": numbers}), ""

    file = SourceFile(data / KOTE, KOTE.as_posix())
    records = [
        item.record
        for item in read_bare_table(file, 3, TABS, record, _COLUMNS)
        if isinstance(item, Row) and isinstance(item.record, TextRecord)
    ]
    return [
        _text(one.text, "kote", harmful=False)
        for one in records
        if _HOSTILE.isdisjoint(one.attributes["emotions"].split(","))
    ]


def _unambiguous(texts: Sequence[LabelledText]) -> list[LabelledText]:
    verdicts: dict[str, set[bool]] = defaultdict(set)
    for one in texts:
        verdicts[one.id].add(one.harmful)
    first = {one.id: one for one in reversed(texts)}
    return [one for one in first.values() if len(verdicts[one.id]) == 1]
