"""What is known of a system of answers: complaints and measured figures, each of them optional."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Problem = Literal[
    "missing",
    "outdated",
    "made-up",
    "privacy",
    "style",
    "format",
    "structure",
    "language",
    "cost",
    "latency",
]
KNOWLEDGE: Final = frozenset({"missing", "outdated", "made-up", "privacy"})
FORM: Final = frozenset({"style", "format", "structure", "language"})
THRIFT: Final = frozenset({"cost", "latency"})

# Limits of our own, to begin with: what a team can bear is for the team to say.
RECALL: Final = 0.85
GROUNDED: Final = 0.9
REFUSAL: Final = 0.8
STYLE: Final = 0.9
FORGETTING: Final = 0.02
QUESTIONS: Final = 50  # of fewer, the 95 % interval around .85 is wider than ten points either way
EXAMPLES: Final = 100
DOCUMENTS: Final = 3  # so many still fit into a prompt
TOKENS: Final = 1000


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class State(BaseModel):
    """Complaints and figures; ``None`` is "not known" or "not measured"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    problems: Annotated[frozenset[Problem] | None, BeforeValidator(_listed)] = None
    """What is wrong with the answers; empty: nothing."""
    prompt_tried: bool | None = None
    """Whether instructions and a few examples were written and tried on evaluation questions."""
    documents: Count | None = None
    """How many documents hold what the answers must know."""
    facts_change: Literal["never", "yearly", "monthly", "weekly", "daily"] | None = None
    recall_at_5: Share | None = None
    """Share of questions with a right passage among the first five."""
    retrieval_questions: Count | None = None
    grounded: Share | None = None
    """Share of the answers' sentences that their sources support."""
    refusal_accuracy: Share | None = None
    """Share of questions rightly answered or rightly refused."""
    answer_questions: Count | None = None
    style_score: Share | None = None
    """Share of answers in the wished form and tone, of the model in use (tuned, where it is)."""
    prompt_tokens: Count | None = None
    """Instructions and examples that go with every question, without passages."""
    training_examples: Count | None = None
    examples_written: bool | None = None
    """Whether a person wrote or checked them as the answers should be; false for copied conversations."""
    tuned: bool | None = None
    forgetting: Annotated[float, Field(ge=-1, le=1)] | None = None
    """Share lost on general questions by tuning; negative is a gain."""

    @model_validator(mode="after")
    def _forgets_only_when_tuned(self) -> Self:
        if self.tuned is False and self.forgetting is not None:
            raise ValueError("forgetting is measured on a tuned model, and tuned is false")
        return self

    @property
    def recall(self) -> float | None:
        """Recall at 5, where enough questions were asked."""
        return _trusted(self.recall_at_5, self.retrieval_questions)

    @property
    def grounding(self) -> float | None:
        """The grounded share, where enough questions were asked."""
        return _trusted(self.grounded, self.answer_questions)

    @property
    def refusals(self) -> float | None:
        """The accuracy of refusals, where enough questions were asked."""
        return _trusted(self.refusal_accuracy, self.answer_questions)


def _trusted(figure: float | None, questions: int | None) -> float | None:
    """A figure of few questions is none; where their number is not told, the figure is believed."""
    return None if questions is not None and questions < QUESTIONS else figure
