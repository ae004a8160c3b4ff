"""What a sentence says beyond its table: numbers and names that the marked cells do not support.

A sentence may use what the marked cells say, the headers beside them and the titles; without marked
cells, the whole table with its section text. A number is supported when its value stands there, however
it is written, also by the scale that a header states ("million", 천 명). What follows from the table but
does not stand in it, such as a sum, a difference or how many rows there are, is flagged too: that is for
a person to judge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from curation.korean import Morpheme, analyses, is_syllable
from curation.table_text.amounts import amounts, implied, month, scales
from curation.table_text.layout import expanded
from curation.table_text.linearise import headers_of_highlighted
from curation.table_text.model import Table
from curation.table_text.names import Known, Name, korean_names, latin_names


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A number or name that the table does not support, where it stands in code points."""

    kind: Literal["number", "name"]
    text: str
    start: int
    end: int


class _Facts(NamedTuple):
    """What a table says: the values of its numbers, and its texts to look names up in."""

    numbers: set[Decimal]
    names: Known


def unsupported(sentences: Sequence[str], tables: Sequence[Table]) -> list[list[Unsupported]]:
    """Find what each sentence says that its table does not support, in the order of the sentence."""
    # A table has several references as a rule: what it says is looked up once.
    supports = {key: supporting_texts(table) for key, table in {id(one): one for one in tables}.items()}
    texts = [*sentences, *(text for held in supports.values() for text in held)]
    found = iter(_analysed(texts))
    analysed = [next(found) for _ in sentences]
    facts = {
        key: _Facts(_values(held, [next(found) for _ in held]), Known(held)) for key, held in supports.items()
    }
    return [
        _check(sentence, morphemes, facts[id(table)])
        for sentence, morphemes, table in zip(sentences, analysed, tables, strict=True)
    ]


def supporting_texts(table: Table) -> list[str]:
    """Give what a sentence about the table may draw on.

    Headers are those that the page shows beside the marked cells, also where cells span rows; of a
    table too large to be laid out, those of ToTTo's rule.
    """
    if not table.highlighted:
        texts = [*(cell.value for cell in table.cells()), *table.titles, table.section_text]
    else:
        try:
            shown = expanded(table)
        except ValueError:
            shown = table
        headers = [text for columns, rows in headers_of_highlighted(shown) for text in (*columns, *rows)]
        texts = [*(cell.value for cell in table.highlighted_cells), *headers, *table.titles]
    return list(dict.fromkeys(filter(None, texts)))


def _analysed(texts: Sequence[str]) -> Iterable[Sequence[Morpheme]]:
    """Give Kiwi's morphemes of the texts that have Hangul, and none of the others."""
    korean = [any(map(is_syllable, text)) for text in texts]
    found = (
        iter(analyses([text for text, has in zip(texts, korean, strict=True) if has]))
        if any(korean)
        else iter(())
    )
    return (next(found) if has else () for has in korean)


def _check(sentence: str, morphemes: Sequence[Morpheme], facts: _Facts) -> list[Unsupported]:
    numbers = amounts(sentence, morphemes)
    found = [
        Unsupported("number", sentence[one.start : one.end], one.start, one.end)
        for one in numbers
        if one.value not in facts.numbers
    ]
    for name in (*latin_names(sentence), *korean_names(sentence, morphemes)):
        inside = any(one.start <= name.start and name.end <= one.end for one in numbers)
        if not inside and not facts.names.holds(name.text) and not _is_known_month(name, facts.numbers):
            found.append(Unsupported("name", name.text, name.start, name.end))
    return sorted(found, key=lambda one: one.start)


def _values(texts: Sequence[str], morphemes: Sequence[Sequence[Morpheme]]) -> set[Decimal]:
    values: set[Decimal] = set()
    factors: set[Decimal] = set()
    for text, found in zip(texts, morphemes, strict=True):
        values.update(one.value for one in amounts(text, found))
        values |= implied(text)
        factors |= scales(text)
    return values | {value * factor for value in values for factor in factors}


def _is_known_month(name: Name, values: set[Decimal]) -> bool:
    number = month(name.text)
    return number is not None and number in values
