"""What goes into choosing demos, what comes out, and every number of the two papers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy.typing as npt

Task = Literal["cls", "sfg", "lfg"]
"""USP's kinds: a label of a known set, a short answer, a text."""

Embed = Callable[[Sequence[str]], npt.NDArray[Any]]
"""Vectors of length 1, shape (texts, dimensions); a row of zeros is near nothing."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question; ``gold`` is its known answer, which choosing never looks at."""

    id: str
    text: str
    gold: str = ""


@dataclass(frozen=True, slots=True)
class Demo:
    """A question with what the model answered, chosen to be shown before other questions.

    Attributes
    ----------
    query_id, query
        The question.
    response
        What the assistant says in the prompt: the whole reply, or the label.
    answer
        The final answer, normalised; the label; empty for a text.
    score
        How good a demo it is by itself, z-scored over the candidates; the higher, the better.
    parts
        What the score was made of, by name, not z-scored.
    why
        Why it was chosen, in one sentence.
    forced
        Whether the model had another label for it, and none of its own stood for this class.
    """

    query_id: str
    query: str
    response: str
    answer: str
    score: float
    parts: Mapping[str, float]
    why: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The demos, and whether they are worth their tokens.

    Attributes
    ----------
    demos
        In the order in which they are shown; for ``cls`` and a number of demos that the classes do not
        divide there are more, of which `prompting.selection.usp.demos_for` takes some for each question.
    confidence
        Mean agreement of the model with itself over all questions, 0 to 1; 0 when it was not measured.
    worth_it
        False when there are no demos, or when the model is so sure without them that they gain little.
    notes
        What a person should know, a sentence each.
    dropped
        How much was left out, by its name. Of replies: ``empty``, ``garbled``, ``looping``, ``echo``,
        ``refusal``, ``wrong language``, ``unparsable``. Of questions: ``duplicate``, ``no answer``,
        ``copier`` and ``length``.
    """

    demos: tuple[Demo, ...]
    confidence: float
    worth_it: bool
    notes: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Constants:
    """The numbers of COSP and USP, with the papers' values where they are known.

    [M] marks a value that is not confirmed by a published source, [own] one that the papers do not
    give; the others are the papers'.

    Attributes
    ----------
    demos
        K, demos in a prompt [M].
    queries
        Most questions that are asked in stage 1 (USP).
    samples
        m of USP, replies to a question in stage 1.
    cosp_samples, cosp_second_samples
        m of COSP in stage 1, and replies in stage 2; self-consistency with as many calls has both
        together [M].
    temperature
        Of all samples (USP; COSP [M]); single replies are greedy.
    most_tokens
        New tokens of a reply (USP).
    stops
        Where a reply ends (USP), at the start of a line here: "Option A:" ends none. The paper also stops
        at a blank line, with which chat models part their paragraphs.
    trade_off
        λ of both papers, the weight of similarity to the demos chosen before; of COSP also that of
        repetitiveness.
    fence
        Interquartile ranges above the third quartile from which on a text is taken for copied (USP).
    least_words, most_words
        Length of a text (USP), in words between blanks.
    rouge
        Which ROUGE compares texts [M].
    tokens
        What ROUGE compares; the papers' words of a-z and 0-9 would give 0 for Korean [own].
    enough_agreement
        Confidence from which on demos are not worth it, for labels and answers [own].
    enough_overlap
        The same for texts, whose confidence is a ROUGE [own].
    same_language
        Whether a reply in another language than its question is dropped; not so for translation [own].
    """

    demos: int = 5
    queries: int = 64
    samples: int = 6
    cosp_samples: int = 7
    cosp_second_samples: int = 7
    temperature: float = 0.7
    most_tokens: int = 128
    stops: tuple[str, ...] = ("\nQ:", "\nA:", "\nArticle:")
    trade_off: float = 0.2
    fence: float = 1.5
    least_words: int = 5
    most_words: int = 90
    rouge: Literal["rouge-l", "rouge-1"] = "rouge-l"
    tokens: Literal["morphemes", "characters"] = "morphemes"
    enough_agreement: float = 0.9
    enough_overlap: float = 0.7
    same_language: bool = True


PAPERS = Constants()
"""The papers' numbers."""
