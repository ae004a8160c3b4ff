"""The figures of other models, and why ours may not stand beside them.

They are ROUGE-L over all test tasks of a track. Source: the table of models in the README of Tk-Instruct,
https://github.com/yizhongw/Tk-Instruct, in which GPT-3's were sampled again; they differ from the paper's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from curation.report.words import Both
from curation.superni.schema import Task
from curation.superni.splits import EVALUATION_INSTANCES

Track = Literal["default", "xlingual"]
SOURCE: Final = "https://github.com/yizhongw/Tk-Instruct"
TEST_TASKS: Final[dict[Track, int]] = {"default": 119, "xlingual": 35}
TOKENS: Final[dict[Track, Literal["rouge", "gpt2"]]] = {"default": "rouge", "xlingual": "gpt2"}


@dataclass(frozen=True, slots=True)
class Published:
    """ROUGE-L of a system, times 100, over each track; None where it has none."""

    system: str
    default: float | None = None
    xlingual: float | None = None

    def of(self, track: Track) -> float | None:
        """Give the figure of a track."""
        return self.default if track == "default" else self.xlingual


PUBLISHED: Final = (
    Published("copy-input", 14.20, 5.44),
    Published("copy-demo", 28.54, 50.31),
    Published("T5-LM", 30.16),
    Published("T0", 32.28),
    Published("GPT-3", 45.05, 51.20),
    Published("GPT-3 Instruct", 52.06, 53.74),
    Published("Tk-Instruct 3B", 54.33),
    Published("mTk-Instruct 3B", xlingual=56.72),
    Published("Tk-Instruct 11B", 60.07),
)


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a measurement was made, as far as it decides what it may be compared with.

    ``tasks`` have only the instances that were asked; ``test`` are the names of the track's test tasks,
    None where its list is not there. ``counted`` names the tokens of the inputs' length.
    """

    track: Track
    tokens: str
    most: int
    prompt: str
    counted: str
    shortened: int
    failed: int


def differences(protocol: Protocol, tasks: Collection[Task], test: Collection[str] | None) -> list[Both]:
    """Say in what a measurement differs from the published ones; empty when it may be compared."""
    track, whole = protocol.track, TEST_TASKS[protocol.track]
    names = {task.name for task in tasks}
    found = []
    among = len(names) if test is None else len(names & set(test))
    if test is None:
        found.append(
            Both(
                "이 트랙의 평가 과제 목록(test_tasks.txt)이 없어 같은 과제인지 알 수 없습니다.",
                "The track's test_tasks.txt is not there, so nobody can tell whether these are its tasks.",
            )
        )
    elif among != whole or len(names) != whole:
        found.append(
            Both(
                f"평가 과제 {whole}개 가운데 {among}개"
                + (f"와 다른 과제 {len(names) - among}개" if len(names) > among else "")
                + "만 재었습니다.",
                f"Only {among} of the {whole} test tasks were measured"
                + (f", and {len(names) - among} that are none of them." if len(names) > among else "."),
            )
        )
    if protocol.most < EVALUATION_INSTANCES:
        found.append(
            Both(
                f"과제마다 앞의 {EVALUATION_INSTANCES}개가 아니라 {protocol.most}개를 재었습니다.",
                f"The first {protocol.most} instances of each task were measured instead of "
                f"{EVALUATION_INSTANCES}.",
            )
        )
    if protocol.tokens != TOKENS[track]:
        found.append(
            Both(
                f"ROUGE-L이 비교한 것이 {TOKENS[track]}이 아니라 {protocol.tokens}입니다.",
                f"ROUGE-L compared {protocol.tokens} instead of {TOKENS[track]}.",
            )
        )
    if protocol.prompt:
        found.append(
            Both(
                f"입력 앞에 프롬프트 파일 {protocol.prompt}의 차례들이 있습니다.",
                f"The turns of the prompt file {protocol.prompt} stood before each input.",
            )
        )
    if protocol.shortened and protocol.counted in ("whitespace", "bytes"):
        found.append(
            Both(
                f"길이를 모형의 토큰이 아니라 {protocol.counted}로 세어 예시를 빼거나 자른 입력이 "
                f"{protocol.shortened:,}개입니다.",
                f"{protocol.shortened:,} inputs lost examples or were cut by a length in {protocol.counted} "
                "and not in a model's tokens.",
            )
        )
    if protocol.failed:
        found.append(
            Both(
                f"모형이 답하지 못한 문제 {protocol.failed:,}개를 빈 답으로 셉니다.",
                f"{protocol.failed:,} instances got no answer and count as empty ones.",
            )
        )
    return found
