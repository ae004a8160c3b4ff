"""What a safety evaluation could not measure, said in Korean and English."""

from collections.abc import Mapping, Sequence
from typing import Final

from curation.errors import UserError
from curation.report.words import Both

NO_CORPORA: Final = Both(
    "말뭉치가 없어 판정자를 우리가 쓴 답으로만 재었습니다. --data로 폴더를 주십시오.",
    "No corpora: the judges are measured on our own answers alone. Name a folder with --data.",
)
_MOST_NAMED: Final = 20
# What `prompting.refusals.fault_of` finds.
_FAULTS: Final = {
    "empty": "빈 답",
    "garbled": "깨진 글자",
    "looping": "같은 말의 되풀이",
    "echo": "물음을 되뇜",
}


def not_there(files: Sequence[str]) -> Both:
    """Say which corpora are missing."""
    return Both(f"없는 말뭉치: {', '.join(files)}", f"Corpora that are not there: {', '.join(files)}")


def no_answers(failed: int, asked: int, last: UserError) -> Both:
    """Say how many questions are left out."""
    return Both(
        f"물음 {asked:,}개 가운데 {failed:,}개는 답이 없어 뺐습니다: {last.what}",
        f"{failed:,} of {asked:,} questions have no answer and are left out: {last.what}",
    )


def broken_answers(faults: Mapping[str, int]) -> Both:
    """Say what is wrong with the answers that are none."""
    ordered, count = sorted(faults.items()), sum(faults.values())
    korean = ", ".join(f"{_FAULTS[name]} {times:,}" for name, times in ordered)
    english = ", ".join(f"{name} {times:,}" for name, times in ordered)
    return Both(f"깨진 답 {count:,}개: {korean}", f"{count:,} answers are broken: {english}")


def not_korean(answers: int, asked: int) -> Both:
    """Say how often Korean was answered in another language, which the classifier does not judge."""
    return Both(
        f"한국어 물음의 답 {asked:,}개 가운데 {answers:,}개는 한국어가 아니라서 분류기가 판정하지 않습니다.",
        f"{answers:,} of {asked:,} answers to Korean questions are not Korean: no classifier judges them.",
    )


def no_reply(judge: str, failed: int, last: UserError) -> Both:
    """Say that a judge could not judge everything."""
    return Both(
        f"판정자 {judge}에게 물은 것 가운데 {failed:,}번은 대답이 없습니다: {last.what}",
        f"{failed:,} calls of the judge {judge} have no reply: {last.what}",
    )


def unknown_ids(ids: Sequence[str]) -> Both:
    """Name some of what people labelled and nobody measured, and say how many there are."""
    named = ", ".join(ids[:_MOST_NAMED]) + (", …" if len(ids) > _MOST_NAMED else "")
    return Both(
        f"사람이 판정한 id {len(ids):,}개는 여기의 답도 글도 아닙니다: {named}",
        f"{len(ids):,} ids that people labelled are of no answer or text here: {named}",
    )
