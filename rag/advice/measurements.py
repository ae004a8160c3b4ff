"""What to measure next: the command, and the figure from which on the advice is another one."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from rag.advice import conditions as on
from rag.advice.rules import Step
from rag.advice.state import EXAMPLES, FORGETTING, GROUNDED, QUESTIONS, RECALL, REFUSAL, STYLE, State

_ON = "--queries queries.jsonl --index indexes/NAME"
_ANSWERS = f"malmoi eval answers {_ON} --json > answers.json"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement by name, its command, and the threshold that changes the advice."""

    measure: str
    command: str
    threshold: str

    def as_json(self) -> dict[str, str]:
        """Give the object that programs get."""
        return asdict(self)


When = Callable[[State, frozenset[Step]], bool]

_FORGETTING = Measurement(
    "forgetting",
    "malmoi train eval train.yaml",
    f"Share lost on general questions. Above {FORGETTING}: train again with general data mixed in, and "
    f"do not use the model.",
)

# In the order in which they tell most; the first that applies is the next one.
MEASUREMENTS: tuple[tuple[When, Measurement], ...] = (
    (lambda s, what: bool(s.tuned) and s.forgetting is None, _FORGETTING),
    (
        lambda s, what: s.recall is None and "rag" in what,
        Measurement(
            "retrieval",
            f"malmoi eval retrieval {_ON} --json > retrieval.json",
            f"recall@5 on at least {QUESTIONS} questions. Below {RECALL}: work on retrieval; from "
            f"{RECALL} on: on the answers.",
        ),
    ),
    (
        lambda s, what: on.lost(s) and "rag" in what,
        Measurement(
            "ranking",
            f"malmoi rag tune {_ON}",
            "Whether the gain on your own questions is real. If it is not: look at how documents are "
            "read and cut, and try a reranker.",
        ),
    ),
    (
        lambda s, what: on.lost(s) and "rag" in what,
        Measurement(
            "retrieval",
            f"malmoi eval retrieval {_ON} --json > retrieval.json",
            f"recall@5. From {RECALL} on: work on the answers instead.",
        ),
    ),
    (
        lambda s, what: "rag" in what and on.complains_of_readers(s),
        Measurement(
            "readers",
            f"malmoi eval retrieval {_ON} --as GROUP",
            "recall@5 on questions about documents that GROUP may not read. Above 0: correct the groups.",
        ),
    ),
    (
        lambda s, what: on.found(s) and on.misrefuses(s),
        Measurement(
            "gate",
            f"malmoi rag tune {_ON}",
            f"Refusal accuracy with the fitted gate. If it stays below {REFUSAL}: add questions that the "
            "documents do not answer.",
        ),
    ),
    (
        lambda s, what: "prompt" in what or not what or (on.found(s) and on.misrefuses(s)),
        Measurement(
            "answers",
            _ANSWERS,
            f"grounded below {GROUNDED}: measure retrieval, then work on RAG if it misses and on the "
            f"prompt if not; refusal_accuracy below {REFUSAL}: fit the gate.",
        ),
    ),
    (
        lambda s, what: (on.wants_form(s) or on.wants_thrift(s)) and "fine-tune" not in what,
        Measurement(
            "style",
            _ANSWERS,
            "style_score: the share of the answers that a person would send as they are (exact_match "
            f"and f1 against gold answers help). Below {STYLE} with the best prompt, and with "
            f"{EXAMPLES} examples: fine-tune.",
        ),
    ),
    (
        lambda s, what: on.lacks_examples(s),
        Measurement(
            "examples",
            "malmoi curate examples.yaml --data examples --json",
            f"Rows kept. From {EXAMPLES} on, each read by a person: fine-tune.",
        ),
    ),
    (
        lambda s, what: "prompt" in what and on.wants_thrift(s),
        Measurement(
            "time",
            'malmoi ask "QUESTION" --index indexes/NAME --json',
            "timings. Where retrieving takes most of the time, neither a shorter prompt nor tuning helps.",
        ),
    ),
    (
        lambda s, what: "fine-tune" in what,
        Measurement(
            "style",
            "malmoi train eval train.yaml",
            f"style_score of the tuned model, with the short prompt. "
            f"Below {STYLE}: correct and add examples.",
        ),
    ),
    (lambda s, what: "fine-tune" in what and not (s.tuned and s.forgetting is None), _FORGETTING),
)
