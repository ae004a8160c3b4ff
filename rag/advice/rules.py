"""What a rule of the advice is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rag.advice.state import State

Step = Literal["prompt", "rag", "fine-tune"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Where ``when`` holds, ``step`` is worked on; or warned of, in the table of what not to do.

    ``figures`` are the fields of the state that the rule rests on. Its text may show them
    (``{recall_at_5:.0%}``) where its condition sees to it that they are known.
    """

    name: str
    step: Step
    when: Callable[[State], bool]
    figures: tuple[str, ...]
    text: str
