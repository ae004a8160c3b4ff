"""What demos are chosen for, and the calls of stage 1 that this takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from curation.errors import ConfigurationError
from prompting.asking import Conversation
from prompting.judging import Language
from prompting.selection.calls import Calls
from prompting.selection.spellings import normalised
from prompting.selection.types import PAPERS, Constants, Query, Task
from prompting.selection.wording import prompt_for

Method = Literal["usp", "cosp"]

_BLOCK: Final = 8  # questions whose texts are drawn before they are written greedily


@dataclass(frozen=True, slots=True)
class Selection:
    """What demos are chosen for.

    Attributes
    ----------
    method, task
        COSP is for answers with reasons: the task ``sfg`` with ``cot``.
    labels
        Of the task ``cls``.
    language
        Of the prompt.
    cot
        Whether reasons are written before an answer.
    constants
        The papers' numbers, or others.

    Raises
    ------
    ConfigurationError
        When these do not go together.
    """

    method: Method
    task: Task
    labels: tuple[str, ...] = ()
    language: Language = "ko"
    cot: bool = False
    constants: Constants = PAPERS

    def __post_init__(self) -> None:
        for is_wrong, what, fix in (
            (
                self.method == "cosp" and (self.task != "sfg" or not self.cot),
                "COSP chooses answers with reasons.",
                "Use --task sfg, or --method usp.",
            ),
            (
                self.cot and self.task != "sfg",
                "Only short answers can have reasons before them.",
                "Leave out --cot, or use --task sfg.",
            ),
            (
                self.task == "cls" and len(self.labels) < 2,
                "Classification needs two labels or more.",
                "Name each: --labels 긍정 --labels 부정",
            ),
            (self.task != "cls" and self.labels, "Labels are for --task cls.", "Leave out --labels."),
            (
                any("\ud800" <= sign <= "\udfff" for label in self.labels for sign in label),
                "A label is not written in UTF-8.",
                "Set the terminal to UTF-8, and write it again.",
            ),
            (
                len({normalised(label) for label in self.labels} - {""}) < len(self.labels),
                "A label is empty, or two are the same but for their spelling.",
                "Name each label once.",
            ),
        ):
            if is_wrong:
                raise ConfigurationError(what, where=f"--method {self.method} --task {self.task}", fix=fix)

    @property
    def samples(self) -> int:
        """Replies to a question in stage 1."""
        return self.constants.cosp_samples if self.method == "cosp" else self.constants.samples

    def calls(self, conversations: Sequence[Conversation], samples: int = 0) -> Calls:
        """Give the calls for so many replies to each conversation, or for the most probable one."""
        return Calls(
            conversations,
            max(1, samples),
            self.constants.temperature if samples else 0.0,
            self.constants.most_tokens,
            self.constants.stops,
        )

    def scores(self, conversations: Sequence[Conversation]) -> Calls:
        """Give the calls for the labels' probabilities."""
        return Calls(conversations, labels=self.labels)


@dataclass(frozen=True, slots=True)
class FirstStage:
    """What a pool of questions is asked without demos; ``greedy``: the replies that texts are taken from."""

    asked: Calls
    greedy: Calls | None = None

    def all(self) -> list[Calls]:
        """Give all calls."""
        return [self.asked] if self.greedy is None else [self.asked, self.greedy]

    def parts(self) -> list[Calls]:
        """Give all calls, a few questions at a time where one kind of calls would wait for the other."""
        if self.greedy is None:
            return [self.asked]
        return [
            replace(calls, conversations=calls.conversations[at : at + _BLOCK])
            for at in range(0, len(self.asked.conversations), _BLOCK)
            for calls in (self.asked, self.greedy)
        ]


def first_stage(selection: Selection, pool: Sequence[Query], *, scores_labels: bool) -> FirstStage:
    """Plan stage 1 for a model that can, or cannot, give the probability of a label."""
    conversations = [
        prompt_for(
            selection.task, query, labels=selection.labels, language=selection.language, cot=selection.cot
        )
        for query in pool
    ]
    if selection.task == "cls" and scores_labels:
        return FirstStage(selection.scores(conversations))
    drawn = selection.calls(conversations, selection.samples)
    return FirstStage(drawn, selection.calls(conversations) if selection.task == "lfg" else None)
