"""모두의 말뭉치 over words: morphemes (MP), word senses (WSD, 2020 editions LS), dependencies (DP).

Files ``[NS]XMP…``, ``[NS]XLS…``, ``NXDP…``: in each sentence ``word[{id, form, begin, end}]`` with ids
from 1 and ``end`` exclusive; ``morpheme[{id, form, label, word_id, position}]``;
``WSD[{word, sense_id, pos, begin, end, word_id}]``, senses by their number in 우리말샘;
``DP[{word_id, word_form, head, label, dependent[]}]``, where the head of the root is -1.
Access on application, no redistribution: https://corpus.korean.go.kr.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from curation.readers.base import Item, SourceFile
from curation.readers.dependencies import in_lines, sejong_relation
from curation.readers.json_file import required_text
from curation.readers.named_entities import NOTHING
from curation.readers.nikl.entries import entries, located, mend, whole_number
from curation.readers.nikl.sentences import Sentence, records, sentences
from curation.readers.worded import worded_reader
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

# The answer of a sentence, and how it was recovered.
Answer = Callable[[Sentence], tuple[str, str]]


def _record(
    spec: TaskSpec, options: TaskOptions, answer: Answer, sentence: Sentence
) -> tuple[InstructionRecord, str]:
    given, recovery = answer(sentence)
    record = spec.record(
        {"text": sentence.form},
        [given],
        options,
        group=sentence.group,
        attributes=sentence.attributes(),
    )
    return record, recovery


def morphemes(sentence: Sentence) -> tuple[str, str]:
    """Each word and its morphemes with their tags, a word a line."""
    words = entries(sentence.value, "word")
    if not words:
        raise ValueError("no words")
    places = [located(word, sentence.form) for word in words]
    parts: dict[int, list[str]] = {whole_number(word, "id"): [] for word in words}
    if len(parts) != len(words):
        raise ValueError("two words have the same id")
    held = entries(sentence.value, "morpheme")
    if not held:
        raise ValueError("no morphemes")
    for one in sorted(held, key=_place):
        tagged = f"{required_text(one, 'form')}/{required_text(one, 'label')}"
        try:
            parts[whole_number(one, "word_id")].append(tagged)
        except KeyError as error:
            raise ValueError(f"a morpheme of word {error}, which there is not") from None
    lines = [
        f"{sentence.form[begin:end]} → {' + '.join(tagged) or NOTHING}"
        for tagged, (begin, end) in zip(parts.values(), places, strict=True)
    ]
    return "\n".join(lines), mend(words, places)


def _place(morpheme: dict[str, Any]) -> tuple[int, int]:
    return whole_number(morpheme, "word_id"), whole_number(morpheme, "position")


def senses(sentence: Sentence) -> tuple[str, str]:
    """Each word that has several senses, and the number of the one that is meant."""
    lines = []
    for one in entries(sentence.value, "WSD"):
        begin, end = whole_number(one, "begin"), whole_number(one, "end")
        # The word is in its dictionary form, so that only its place can be checked.
        if not 0 <= begin < end <= len(sentence.form):
            raise ValueError(f"{begin}–{end} does not lie within the sentence")
        lines.append(f"{required_text(one, 'word')}/{required_text(one, 'pos')} → {_sense(one)}")
    return "\n".join(lines) or NOTHING, ""


def _sense(entry: dict[str, Any]) -> int:
    number = entry.get("sense_id")
    if isinstance(number, str) and number.isdecimal():
        return int(number)  # "001"
    return whole_number(entry, "sense_id")


def tree(sentence: Sentence) -> tuple[str, str]:
    """Each word, its head, and their relation."""
    words = entries(sentence.value, "DP")
    if not words:
        raise ValueError("no dependencies")
    answer = in_lines(
        [str(whole_number(one, "word_id")) for one in words],
        [required_text(one, "word_form") for one in words],
        [str(max(0, whole_number(one, "head"))) for one in words],
        [sejong_relation(required_text(one, "label")) for one in words],
    )
    return answer, ""


def _read(name: str, answer: Answer, file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    yield from records(sentences(file), file.name, partial(_record, task(name), options, answer))


def read_mp(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences of a morphology corpus; those of a document form a split group."""
    yield from _read("nikl_mp", morphemes, file, options)


def read_wsd(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences of a word sense corpus; those of a document form a split group."""
    yield from _read("nikl_wsd", senses, file, options)


def read_dp(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences of a dependency corpus; those of a document form a split group."""
    yield from _read("nikl_dp", tree, file, options)


NIKL_MP = worded_reader(
    "nikl_mp", "모두의 말뭉치 morphemes (MP): each word with its morphemes", read_mp, ".json"
)
NIKL_WSD = worded_reader(
    "nikl_wsd", "모두의 말뭉치 word senses (WSD): words by sense number", read_wsd, ".json"
)
NIKL_DP = worded_reader("nikl_dp", "모두의 말뭉치 dependencies (DP): a tree over words", read_dp, ".json")
