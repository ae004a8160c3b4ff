"""Corpora with labels of harm, read as one kind of row.

============  ====================================================================================
format        labels
============  ====================================================================================
``beep``      BEEP! (Moon, Cho, Lee 2020), comments under entertainment news: ``hate``;
              ``offensive`` (offensive or hateful); ``gender_bias``; ``other_bias``
``kosbi``     KoSBi (Lee et al. 2023), generated sentences about 72 social groups:
              ``social_bias`` (unsafe: stereotype, prejudice, discrimination or other)
``jsonl``     rows of your own: ``{"text": …, "labels": {"category": true, …}, "group": …}``
============  ====================================================================================

A category that a corpus does not label is missing from a row, not false. Two facts hold across the
corpora: a BEEP! comment without hate, offence and bias has no social bias either, and a safe sentence
of KoSBi is free of BEEP!'s categories. The latter matter most: they are what teaches a model that
naming a group is no harm.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from curation.errors import UserError

Format = Literal["beep", "kosbi", "jsonl"]

_BEEP = ("hate", "offensive", "gender_bias", "other_bias")
_SOCIAL = "social_bias"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, what is known of it by category, and the group that no split may part.

    ``stratum`` is a part of the corpus that recall is also told for, such as a social group.
    """

    text: str
    labels: Mapping[str, bool]
    group: str = ""
    stratum: str = ""

    @property
    def harmful(self) -> bool:
        """Tell whether any label is set."""
        return any(self.labels.values())


class _Kosbi(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    demographic_category: str
    context: str
    sentence: str
    context_label: Literal["safe", "unsafe", "undecided"]
    sentence_label: Literal["safe", "unsafe", "undecided"]


class _Own(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    labels: dict[str, bool] = field(default_factory=dict)
    group: str = ""


def read_labelled(path: Path, form: Format, name: str) -> list[Labelled]:
    """Read a labelled corpus; ``name`` is how messages call the file.

    Raises
    ------
    UserError
        When the file cannot be read or a row is not in the format.
    """
    try:
        return list(_FORMATS[form](path))
    except OSError as error:
        raise UserError(
            f"the labelled corpus cannot be read: {error.strerror}",
            where=name,
            fix="check --data and the paths of the training recipe",
        ) from error
    except (ValueError, KeyError) as error:
        fault = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UserError(f"this is not a corpus in the format '{form}': {fault}", where=name) from error


def _beep(path: Path) -> Iterator[Labelled]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            hate, bias = row["hate"], row["bias"]
            if hate not in ("hate", "offensive", "none") or bias not in ("gender", "others", "none"):
                raise ValueError(f"unknown labels '{hate}', '{bias}'")
            found = (hate == "hate", hate != "none", bias == "gender", bias == "others")
            labels = dict(zip(_BEEP, found, strict=True))
            if not any(found):
                labels[_SOCIAL] = False
            yield Labelled(row["comments"], labels)


def _kosbi(path: Path) -> Iterator[Labelled]:
    rows = TypeAdapter(list[_Kosbi]).validate_json(path.read_bytes())
    for row in rows:
        for text, label in ((row.context, row.context_label), (row.sentence, row.sentence_label)):
            if label != "undecided":
                unsafe = label == "unsafe"
                labels = {_SOCIAL: unsafe} | ({} if unsafe else dict.fromkeys(_BEEP, False))
                yield Labelled(text, labels, group=row.context, stratum=row.demographic_category)


def _jsonl(path: Path) -> Iterator[Labelled]:
    with path.open("rb") as stream:
        for line in stream:
            if line.strip():
                row = _Own.model_validate(orjson.loads(line))
                yield Labelled(row.text, row.labels, row.group)


_FORMATS: Mapping[Format, Callable[[Path], Iterator[Labelled]]] = {
    "beep": _beep,
    "kosbi": _kosbi,
    "jsonl": _jsonl,
}
