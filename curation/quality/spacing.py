"""Spaces that are missing between words, and spaces that split one, told by one analysis of the text.

The rules (한글 맞춤법, 제2항, 제41-50항): a word stands apart, and a particle, an ending or an affix
belongs to the word before it. What the orthography leaves open (compound nouns, 본용언 + 보조용언,
units after numbers) is left as it is, unless ``compounds`` asks for it: separating all that Kiwi
takes for a word changes 50 to 120 of 1,000 words of edited prose; these rules two, most of them
rightly.
"""

from collections.abc import Sequence
from typing import NamedTuple

from curation.korean import Morpheme, is_syllable, plain_tag


class SpaceEdit(NamedTuple):
    """A space to insert before the character at ``place``, or the space at ``place`` to delete."""

    place: int
    insert: bool


_WORDS = frozenset({"NNG", "NNP", "NP", "NR", "MAG", "MAJ", "MM", "VV", "VA", "VCN", "XR"})
_NOUNS = frozenset({"NNG", "NNP", "NP", "MM"})
# What stands apart after what. Particles share a row; so do the kinds of each ending.
_APART: dict[str, frozenset[str]] = {
    "J": _WORDS,
    "EC": _NOUNS | {"MAG", "VA", "XR"},
    "EF": _NOUNS | {"MAG", "MAJ", "XR"},
    "ETM": _NOUNS | {"NR", "VA", "XR"},
    "ETN": frozenset({"VV", "VA"}),
    "MAJ": _NOUNS | {"MAG"},
}
# Dependent nouns that are no ending or particle as well, unlike 데, 지, 뿐, 만큼, 대로.
_DEPENDENT = frozenset({"것", "거", "수", "바", "줄", "리"})
# After 것, 수, 줄, 리, 바: 할 수 있다, 그럴 리 없다, 올 것 같다.
_EXISTENCE = frozenset({"있", "없", "같"})
# 고 있다, 고 싶다, 지 않다, 지 못하다, 지 말다 stand apart always; after -아/어 they may be joined.
_AUXILIARIES = {"고": frozenset({"있", "싶", "계시"}), "지": frozenset({"않", "못하", "말"})}

# With ``compounds``: everything that may stand apart.
_LOOSE_BEFORE = frozenset(
    {"J", "NNG", "NNP", "NNB", "NP", "NR", "XSN", "MM", "MAG", "MAJ", "ETM", "ETN", "EC", "EF"}
)
_LOOSE_AFTER = _WORDS | {"NNB", "VX", "XPN", "IC"}
_JOINED_VERBS = frozenset({"하", "지", "되"})

_VERBS = frozenset({"하", "되", "시키", "당하"})
_SUFFIXES = frozenset({"들", "적"})
_STEMS = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA", "EP"})
_HOSTS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "XSN", "XR", "ETN", "SN"})
# A word less likely than this after a connective ending is more often the rest of a name.
_LEAST_LIKELY = -12.0


def misplaced_spaces(text: str, morphemes: Sequence[Morpheme], *, compounds: bool = False) -> list[SpaceEdit]:
    """Give the edits that would put the spaces of ``text`` right, in order.

    A space is inserted between two syllables, or between a full stop after a final ending and a
    syllable; a single blank is deleted between two syllables. Nothing else is ever touched.
    """
    edits: list[SpaceEdit] = []
    earlier: Morpheme | None = None
    before: Morpheme | None = None
    end = 0  # of everything before; a contraction's morphemes overlap
    for index, morpheme in enumerate(morphemes):
        start = morpheme.start
        if before is not None and start >= end > 0 and morpheme.end > start and is_syllable(text[start]):
            if start == end:
                if _lacks_space(text, earlier, before, morpheme, compounds):
                    edits.append(SpaceEdit(start, insert=True))
            elif (
                start == end + 1
                and text[end] == " "
                and is_syllable(text[end - 1])
                and _belongs(before, morpheme)
                and _is_tail(morphemes, index)
            ):
                edits.append(SpaceEdit(end, insert=False))
        end = max(end, morpheme.end)
        earlier, before = before, morpheme
    return edits


def _lacks_space(
    text: str, earlier: Morpheme | None, before: Morpheme, after: Morpheme, compounds: bool
) -> bool:
    place = after.start
    if not is_syllable(text[place - 1]):
        return _begins_sentence(earlier, before, after)
    if before.tag[0] == "J" and (place < 2 or not is_syllable(text[place - 2])):
        return False  # 난막, 에지: a particle that begins a word is the beginning of another word
    previous, tag = _plain(before.tag), _plain(after.tag)
    if compounds and _may_stand_apart(previous, tag, after.form):
        return True
    return _stands_apart(before, after, previous, tag)


def _stands_apart(before: Morpheme, after: Morpheme, previous: str, tag: str) -> bool:
    if tag == "NNB":
        return (previous == "ETM" and after.form in _DEPENDENT) or (
            previous == "ETN" and after.form == "때문"
        )
    if tag == "VX":
        return previous == "EC" and after.form in _AUXILIARIES.get(before.form, ())
    if previous == "NNB":
        return before.form in _DEPENDENT and tag == "VA" and after.form in _EXISTENCE
    if previous in ("J", "EC") and tag in _NOUNS and after.end - after.start == 1:
        return False  # 급사면, 의상: more often the last syllable of a word that Kiwi does not know
    return tag in _APART.get(previous, ()) and (previous != "EC" or after.score > _LEAST_LIKELY)


def _may_stand_apart(previous: str, tag: str, form: str) -> bool:
    if tag not in _LOOSE_AFTER or previous not in _LOOSE_BEFORE:
        return False
    return not (tag == "NNB" and previous == "NR") and not (tag == "VX" and form in _JOINED_VERBS)


def _begins_sentence(earlier: Morpheme | None, before: Morpheme, after: Morpheme) -> bool:
    return (
        earlier is not None
        and earlier.tag == "EF"
        and before.tag == "SF"
        and before.form in (".", "?", "!")
        and _plain(after.tag) in _LOOSE_AFTER
    )


def _belongs(before: Morpheme, after: Morpheme) -> bool:
    previous, tag, form = _plain(before.tag), _plain(after.tag), after.form
    if tag == "J":
        return previous in _HOSTS or previous in ("J", "EC", "EF")
    if tag in ("EP", "EF", "EC", "ETM", "ETN"):
        return previous in _STEMS
    if tag == "VCP":
        return form == "이" and (previous in _HOSTS or previous in ("J", "EC", "EF"))
    if tag == "XSV":
        return form in _VERBS and previous in ("NNG", "XR", "XSN")
    if tag == "XSA":
        return form == "하" and previous in ("NNG", "XR", "XSN")
    return tag == "XSN" and form in _SUFFIXES and previous in ("NNG", "NNP", "NP")


def _is_tail(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Tell whether the whole eojeol from ``index`` on can only continue a word."""
    end = morphemes[index].start
    for morpheme in morphemes[index:]:
        tag = morpheme.tag
        if morpheme.start > end or tag[0] == "S":
            return True
        if tag[0] not in "JE" and _plain(tag) not in ("VCP", "VX", "XSV", "XSA", "XSN"):
            return False
        end = max(end, morpheme.end)
    return True


def _plain(tag: str) -> str:
    """Give the tag without the mark of irregular verbs; all particles alike."""
    return "J" if tag[0] == "J" else plain_tag(tag)
