"""Reads the final answer out of a Korean or English reply, and counts votes.

An answer that a reply names ("So the answer is 7.", "정답: 서울", "\\boxed{7}") counts before all else, the
last one named. A short answer is otherwise the first sentence; reasons have one in their last sentence
when it holds a single number or is short. Whatever else a reply says has no answer.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from curation.table_text.amounts import amounts
from prompting.selection.spellings import normalised

__all__ = ["final_of", "majority", "normalised"]

_READ: Final = 4_000  # characters at the end of a reply, where its answer stands
_SENTENCE_READ: Final = 300  # what is longer is no sentence that anyone would look for an answer in
_LONGEST: Final = 60  # characters; what is longer is no short answer
_WORDS: Final = 4  # of a sentence that is an answer, after reasons
_TITLES: Final = "Dr|Mr|Ms|St|Mt|Jr"  # whose full stop ends no sentence: Dr. Kim
_STOP = rf"(?:(?:(?<!\b(?:{_TITLES}))\.|[!?。])(?=\s|$|[\"'”’*)])|\n|$)"
_NAMED = re.compile(
    r"(?:\b(?:final |correct |right )?answer(?: is|:| would be| must be| =)+"
    r"|(?<![가-힣])(?:최종 ?|정)?(?:답변|답안|답|결론)\s?(?:은|는|:|=)\s?:?"
    r"|####)[\s:*\"'“‘(]*?(?P<said>\S.*?)" + _STOP,
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\boxed\{(?P<said>[^{}]+)\}")
_REVERSED = re.compile(
    r"(?:^|[.\n]\s*)(?:(?:따라서|그러므로|그래서|결국|so|therefore|thus|hence)[, ]+)?"
    r"(?P<said>[^.\n]{1,60}?)\s*(?:(?:이|가)\s?(?:정답|답)(?:입니다|이다|이에요|예요)"
    r"|\bis the (?:final |correct |right )?answer\b)",
    re.IGNORECASE,
)
# Not behind the dot of a name: J.K. Rowling.
_SENTENCE = re.compile(rf"(?<=[.!?。])(?<!\b[A-Z]\.)(?<!\b(?:{_TITLES})\.)\s+|\n+")
_CONCLUDES = re.compile(
    r"^(?:따라서|그러므로|그래서|그러니까|결국|결과적으로|즉|그럼|so|therefore|thus|hence|finally)[,\s]+",
    re.IGNORECASE,
)
# "대한민국의 수도는 서울입니다", "The capital is Seoul": what stands behind topic and verb; "Seoul is the
# capital": what stands before.
_PREDICATE = re.compile(
    r"^.*[가-힣)](?:은|는)\s+(?P<ko>\S.*(?:입니다|이다|이에요|예요|같습니다)[.!]?)$"
    r"|^(?:the|it|he|she|they|this|that|his|her|its|there)\b.*?\b(?:is|are|was|were)\s+(?P<en>\S.*)$"
    r"|^(?P<subject>\S.*?) (?:is|are|was|were) (?:the|a|an) ",
    re.IGNORECASE,
)
_REASON = re.compile(
    r",?\s+(?:because|since)\b.*$|,\s+(?:the|which|who|a|an|as)\s.*$", re.IGNORECASE | re.DOTALL
)
_UNKNOWN = re.compile(
    r"(?:알|답할|판단할|대답할|구할|계산할)\s?수\s?(?:가\s?)?없|모르겠|모릅니다|불확실"
    r"|\b(?:unknown|not (?:known|sure|possible|clear)|don'?t know|do not know|cannot|can'?t)\b",
    re.IGNORECASE,
)
# "24개가 남습니다", "모두 9명이 왔어요": a count, and what becomes of it.
_NUMERAL: Final = r"\d[\d,.]*[십백천만억조]*"
_COUNTED = re.compile(
    rf"(?:^|\s)(?P<said>{_NUMERAL}(?:\s{_NUMERAL})*\s?[가-힣]{{0,3}}?)(?:이|가|을|를|만)"
    r"\s\S+(?<!입니)(?:다|요)[.!]?$"
)
_NUMBERED = re.compile(r"^\d{1,2}[.)] (?=\S)")  # "1. 서울" is an entry of a list
_BOLD = re.compile(r"\*\*|__")  # "**정답**: 서울" names its answer
# "The answer is as follows:" is no answer; what comes next is.
_FOLLOWS = re.compile(
    r"\s*(?:다음|아래)[과와]?\s?같(?:습니다|다|아요|이)\s*[:.]?|\bas follows\s*[:.]?", re.IGNORECASE
)
# Sentences that announce an answer, ask for one, or take leave; headings.
_NO_ANSWER = re.compile(
    r"드리겠|(?:해|풀어|알아|살펴)\s?(?:보겠|봅시다|볼게)|^(?:물론|알겠|좋은 질문|좋습니다)"
    r"|(?:까요|나요|인가요|는가)\??$|^\W*(?:(?:최종 ?|정)?(?:답변|답안|답)|(?:final |correct )?answer)\W*$"
    r"|도움이 ?(?:되었기|되었으면|되기를|되길|됐으면)|궁금한 (?:점|것)"
    r"|^(?:sure|certainly|of course|okay|ok|great question|let's|let me)\b"
    r"|\bhope (?:this|that|it) helps\b|\bfeel free to\b",
    re.IGNORECASE,
)


def final_of(reply: str, *, cot: bool = False) -> str:
    """Give the final answer of a reply, normalised; empty when it has none.

    Examples
    --------
    >>> final_of("사과가 3개씩 4봉지이니 12개이다. 따라서 답은 12개입니다.", cot=True)
    '12'
    >>> final_of("The capital of Korea is Seoul."), final_of("서울이에요!")
    ('seoul', '서울')
    >>> final_of("알 수 없습니다.")
    ''
    """
    said = unicodedata.normalize("NFKC", reply).rpartition("</think>")[2][-_READ:]
    lines = [_NUMBERED.sub("", " ".join(line.split())) for line in _BOLD.sub("", said).splitlines()]
    text = _FOLLOWS.sub(" ", "\n".join(filter(None, lines))).strip()
    for pattern in (_BOXED, _NAMED, _REVERSED):
        named = [one["said"] for one in pattern.finditer(text) if not _NO_ANSWER.search(one["said"])]
        if named:
            return _read(_REASON.sub("", named[-1]))
    sentences = [
        one for one in _SENTENCE.split(text) if any(map(str.isalnum, one)) and not _NO_ANSWER.search(one)
    ]
    if not sentences:
        return ""
    concluded = [one for one in sentences if _CONCLUDES.match(one)]
    if cot or concluded:
        return _concluded((concluded or sentences)[-1])
    whole = _read(sentences[0])
    return whole if whole in ("yes", "no") else _read(_predicate(sentences[0]))


def majority(answers: Sequence[str]) -> str:
    """Give the most frequent answer that is not empty; of several the one that sorts first.

    Examples
    --------
    >>> majority(["8", "", "7", "7", "8", ""]), majority(["", ""])
    ('7', '')
    """
    counts = Counter(filter(None, answers))
    return min(counts, key=lambda answer: (-counts[answer], answer), default="")


def _read(said: str) -> str:
    if len(said) > _SENTENCE_READ or _UNKNOWN.search(said):
        return ""
    answer = normalised(said)
    return answer if len(answer) <= _LONGEST else ""


def _concluded(sentence: str) -> str:
    if len(sentence) > _SENTENCE_READ:
        return ""
    said = _CONCLUDES.sub("", sentence)
    if "=" in said:
        return _read(said.rpartition("=")[2])
    if counted := _COUNTED.search(said):
        return _read(counted["said"])
    short = _predicate(said)
    if len(short.split()) <= _WORDS:
        return _read(short)
    found = {one.value for one in amounts(said)}
    return normalised(str(found.pop())) if len(found) == 1 and not _UNKNOWN.search(said) else ""


def _predicate(sentence: str) -> str:
    """Give what a sentence says of its topic, when that is short; the sentence itself where it is not."""
    found = _PREDICATE.match(sentence.strip())
    said = next(filter(None, found.groups()), "") if found else ""
    return said if said and len(said.split()) <= _WORDS else sentence
