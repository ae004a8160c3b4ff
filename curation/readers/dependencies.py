"""Dependency trees: relations in Korean words, and how a tree stands in an answer.

Relations: phrase and function tags of the Sejong treebank, which KLUE DP and the corpora of the
National Institute of Korean Language share, and those of Universal Dependencies 2
(https://universaldependencies.org/u/dep/).
"""

from collections.abc import Sequence
from functools import lru_cache

from curation.readers.quoting import shown

ROOT = "뿌리"
_MOST_KEPT = 1024
_PHRASES = {
    **{"NP": "체언구", "VP": "용언구", "VNP": "긍정 지정사구", "AP": "부사구", "DP": "관형사구"},
    **{"IP": "감탄사구", "X": "의사구", "Q": "인용절", "S": "문장", "L": "여는 부호", "R": "닫는 부호"},
}
_FUNCTIONS = {
    **{"SBJ": "주어", "OBJ": "목적어", "MOD": "관형어", "AJT": "부사어", "CMP": "보어", "CNJ": "접속어"},
    **{"INT": "독립어", "PRN": "삽입어"},
}
_UNIVERSAL = {
    **{"nsubj": "주어", "obj": "목적어", "iobj": "간접 목적어", "csubj": "주어절", "ccomp": "보절"},
    **{"xcomp": "열린 보절", "obl": "부사어", "vocative": "부름말", "expl": "허사", "dislocated": "전위어"},
    **{"advcl": "부사절", "advmod": "부사 수식", "discourse": "담화 표지", "aux": "보조 용언"},
    **{"cop": "지정사", "mark": "절 표지", "nmod": "명사 수식", "appos": "동격", "nummod": "수 수식"},
    **{"acl": "관형절", "amod": "형용사 수식", "det": "관형사", "clf": "분류사", "case": "조사"},
    **{"conj": "대등 연결", "cc": "접속사", "fixed": "굳은 표현", "flat": "나열 표현", "list": "목록"},
    **{"parataxis": "병렬", "compound": "합성", "orphan": "남은 성분", "goeswith": "떨어진 말"},
    **{"reparandum": "고친 말", "punct": "문장 부호", "root": ROOT, "dep": "기타 의존"},
}
_SUBTYPES = {"pass": "피동", "poss": "소유", "relcl": "관계", "tmod": "시간", "lmod": "장소"}


@lru_cache(maxsize=_MOST_KEPT)
def sejong_relation(tag: str) -> str:
    """The relation of a tag such as NP_SBJ in words.

    Raises
    ------
    ValueError
        When there is no such tag; the message is the reason for quarantine.

    Examples
    --------
    >>> sejong_relation("NP_SBJ"), sejong_relation("VP")
    ('체언구 주어', '용언구')
    """
    phrase, parted, function = tag.partition("_")
    try:
        return f"{_PHRASES[phrase]} {_FUNCTIONS[function]}" if parted else _PHRASES[phrase]
    except KeyError:
        raise ValueError(f"the relation {shown(tag)!r} is unknown") from None


@lru_cache(maxsize=_MOST_KEPT)
def universal_relation(relation: str) -> str:
    """A relation of Universal Dependencies in words; a subtype stands in parentheses.

    Raises
    ------
    ValueError
        When there is no such relation; the message is the reason for quarantine.

    Examples
    --------
    >>> universal_relation("nsubj:pass"), universal_relation("flat")
    ('주어(피동)', '나열 표현')
    """
    main, parted, subtype = relation.partition(":")
    try:
        named = _UNIVERSAL[main]
    except KeyError:
        raise ValueError(f"the relation {shown(relation)!r} is unknown") from None
    return f"{named}({_SUBTYPES.get(subtype, subtype)})" if parted else named


def in_lines(
    numbers: Sequence[str], forms: Sequence[str], heads: Sequence[str], relations: Sequence[str]
) -> str:
    """Set a tree out as an answer: each word with its number, its head, and its relation in words.

    Words are numbered from 1 in digits; the head of the root is 0.

    Raises
    ------
    ValueError
        When a number is none, or a head is none of the words; the reason for quarantine.

    Examples
    --------
    >>> print(in_lines(["1", "2"], ["눈이", "온다."], ["2", "0"], ["체언구 주어", "용언구"]))
    1 눈이 → 2 온다. (체언구 주어)
    2 온다. → 뿌리 (용언구)
    """
    if not "".join(numbers).isdecimal():
        raise ValueError("a word without a number")
    named = [f"{number} {form}" for number, form in zip(numbers, forms, strict=True)]
    by_number = dict(zip(numbers, named, strict=True))
    by_number["0"] = ROOT
    try:
        return "\n".join(
            [
                f"{word} → {by_number[head]} ({relation})"
                for word, head, relation in zip(named, heads, relations, strict=True)
            ]
        )
    except KeyError as error:
        raise ValueError(f"the head {shown(str(error.args[0]))!r} is none of the words") from None
