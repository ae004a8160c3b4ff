"""What a translation must keep, found by rules: numbers, names, placeholders, lists, JSON.

A fault says what is lost or new in a few words, which are also what the model is told.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from curation.korean import Morpheme, analyses, is_syllable
from curation.superni.schema import LANGUAGES
from curation.table_text.amounts import amounts, implied, month
from curation.table_text.names import latin_names
from prompting.refusals import fault_of, kind_of
from prompting.superni.faults import in_other_language

# Addresses, placeholders, masks, tags, code, options, blanks, names with digits: the same letters again.
# Korean particles follow without a blank, so letters of ASCII alone belong to an address or a word. A 0
# at the beginning of a time or a date (10:05, 2011-06-07) may go.
_AS_IT_IS = re.compile(
    r"https?://[!-~]*[A-Za-z0-9_/]"
    r"|(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|`[^`]+`|\{\w*\}|</?\w+>|\[[A-Z][A-Z0-9_]*\]|%[sd](?![A-Za-z0-9_])"
    r"|\([A-Za-z]\)|(?m:^\s*[A-Za-z][.)](?=\s))"
    r"|_+|(?<![A-Za-z0-9_-])[A-Za-z]+-?\d[A-Za-z\d-]*"
    r"|(?<![\d.,])(?<!\d:)(?<!\d{4}[-/])(?<!\d{4}[-/]\d\d[-/])0\d+"
)
_SPECIAL: Final = "{}[]<>|=\\^#"
_BULLET = re.compile(r"\s*([-*•]|\d+[.)])\s")
_WORD = re.compile(r"[^\W\d_]{2,}|[가-힣一-鿿]")  # a syllable or an ideograph may be a word
_BEGINS = re.compile(r"(?:\A|[.!?:;\n])\s*[\"'“‘(]?\Z")
_NEAR: Final = 80
_IN_OTHER_WORDS: Final = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    | {name.lower() for name in LANGUAGES.values()}
)


def has_words(text: str) -> bool:
    """Tell whether there is anything to translate: A, 42, +82 and [MASK] stay as they are."""
    return bool(_WORD.search(_prose(text)))


def faults_of(source: str, translation: str, language: str, words: Mapping[str, str]) -> list[str]:
    """Name what is wrong with a translation into ``language`` (an English name).

    Parameters
    ----------
    words
        What words of the source that must be called the same everywhere are called: labels, and names.
    """
    named = fault_of(_said(translation))
    # What repeats itself does so in every language; a loop of the model is longer than its source.
    repeats = named == "looping" and len(translation) <= len(source)
    if named in ("empty", "garbled", "looping") and named != fault_of(_said(source)) and not repeats:
        return [named]
    if kind_of(translation) == "refusal" and kind_of(source) != "refusal":
        return ["refusal"]
    found = [*_numbers(source, translation), *_format(source, translation)]
    found += (
        f"'{word}' is not '{called}'"
        for word, called in words.items()
        if called.casefold() not in translation.casefold()
    )
    if not _is_name(_prose(source)) and in_other_language(_prose(translation), [language], ()):
        found.append(f"not in {language}")
    return found


def lost_names(source: str, translation: str, back: str, words: Mapping[str, str]) -> list[str]:
    """Name the names in Latin letters that stand neither in the translation nor in the one back.

    Written in Hangul, a name is recognised by what it becomes again. A word that only begins a sentence
    is none.
    """
    held = f"{translation}\n{back}".casefold()
    known = " ".join(words).casefold()
    return [
        f"name {name}"
        for name in dict.fromkeys(names_of(source))
        if name.casefold() not in held and name.casefold() not in known
    ]


def names_of(text: str) -> Iterator[str]:
    """Give the names of an English text; days, months and languages, which have words, are none."""
    found = [name for name in latin_names(text) if not _has_a_word(name.text)]
    inside = {name.text for name in found if not _begins(text, name.start)}
    for name in found:
        # "Passage:" is the name of a part of the input.
        if name.text in inside and not text.startswith(":", name.end):
            yield name.text


def _begins(text: str, at: int) -> bool:
    """Whether a sentence or a line begins at a place; looked for in a few characters before it."""
    return _BEGINS.search(text, max(0, at - _NEAR), at) is not None


def _has_a_word(name: str) -> bool:
    return name.lower() in _IN_OTHER_WORDS or month(name) is not None


def _numbers(source: str, translation: str) -> Iterator[str]:
    in_source = amounts(source)
    written = [(source[one.start : one.end], one.value) for one in in_source]
    needed = Counter(value for text, value in written if any(map(str.isdigit, text)))
    said = amounts(translation, _morphemes(translation))
    there = Counter(one.value for one in said)
    for value, count in needed.items():
        if there[value] < count:
            yield f"number {_plain(value)}"
    allowed = {value for _, value in written} | implied(source)
    for one in said:
        shown = translation[one.start : one.end]
        if one.value not in allowed and any(map(str.isdigit, shown)):
            yield f"new number {_plain(one.value)}"


def _morphemes(text: str) -> Sequence[Morpheme]:
    return next(iter(analyses([text]))) if any(map(is_syllable, text)) else ()


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _format(source: str, translation: str) -> Iterator[str]:
    kept, there = (Counter(one.strip() for one in _AS_IT_IS.findall(text)) for text in (source, translation))
    for token in kept:
        if there[token] < kept[token]:
            yield f"'{token}' is missing"
    yield from (f"'{token}' is new" for token in there if token.startswith("_") and token not in kept)
    for mark in _SPECIAL:
        if source.count(mark) != translation.count(mark):
            yield f"{source.count(mark)} of '{mark}', not {translation.count(mark)}"
    if _bullets(source) != _bullets(translation) or _lines(source) != _lines(translation):
        yield f"{_lines(source)} lines, not {_lines(translation)}, or other marks of a list"
    shape = _shape(source)
    if shape is not None and shape != _shape(translation):
        yield "other JSON"


def _lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def _bullets(text: str) -> list[str]:
    return [found[1] for line in text.splitlines() if (found := _BULLET.match(line))]


def _prose(text: str) -> str:
    """What of a text is to be translated, without placeholders."""
    return _AS_IT_IS.sub(" ", _said(text))


def _said(text: str) -> str:
    """A text, or the texts of JSON."""
    held = _json(text)
    return text if held is None else " ".join(_texts(held))


def _shape(text: str) -> Any:
    """What a JSON object or list is like without its texts; None for other texts."""
    held = _json(text)
    return None if held is None else _without_texts(held)


def _json(text: str) -> Any:
    if text.strip()[:1] not in ("{", "["):
        return None
    try:
        held = orjson.loads(text)
        orjson.dumps(held)  # refuses what is nested too deep to go through
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return held


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(one)


def _without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_texts(one) for one in value]
    return "" if isinstance(value, str) else value


def _is_name(text: str) -> bool:
    """Whether every word has a capital: such a text may stay as it is."""
    words = _WORD.findall(text)
    return all(word[0].isupper() for word in words)


def mentioned(labels: Mapping[str, str], text: str) -> dict[str, str]:
    """Give the labels that a text speaks of, with what they are called.

    One in quotes is spoken of; all are where all of them stand in the text, as in "answer yes or no".
    """
    standing = {label: called for label, called in labels.items() if stands(label, text, in_any_case=True)}
    if len(standing) == len(labels):
        return standing
    return {label: called for label, called in standing.items() if _is_quoted(label, text)}


def stands(word: str, text: str, *, in_any_case: bool = False) -> bool:
    """Tell whether a word stands in a text: Rome does not in Romeo."""
    case = re.IGNORECASE if in_any_case else re.NOFLAG
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, case) is not None


def _is_quoted(label: str, text: str) -> bool:
    return re.search(rf"[\"'“‘`]{re.escape(label)}[.,]?[\"'”’`]", text, re.IGNORECASE) is not None


def alike(labels: Mapping[str, str]) -> list[str]:
    """Give the labels that are called like another one; Yes and yes are the same."""
    sources: dict[str, set[str]] = {}
    for label, called in labels.items():
        sources.setdefault(called.casefold(), set()).add(label.casefold())
    return [label for label, called in labels.items() if len(sources[called.casefold()]) > 1]
