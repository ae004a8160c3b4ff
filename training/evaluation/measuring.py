"""Measures a loaded model on sets: what it expects, what it answers, and how that scores."""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.messages import convert_to_messages

from chat.chat_template import ChatTemplate
from curation.errors import UserError
from curation.progress import Advance, Progress
from curation.records import Message
from prompting.asking import Conversation, Reply
from training.config import Evaluation
from training.data.masks import Encoded, Masks
from training.evaluation.generating import answers
from training.evaluation.likelihood import Likelihood, likelihoods
from training.evaluation.measured import EvaluationSet, Measured, MeasuredRow, MeasuredSet, Row
from training.evaluation.scoring import Score, scores


def measure(
    model: Any,
    tokenizer: Any,
    sets: Sequence[EvaluationSet],
    settings: Evaluation,
    progress: Progress,
    *,
    name: str = "the model",
    key: str = "",
) -> Measured:
    """Measure a model on each set.

    Parameters
    ----------
    model
        A causal language model, with adapters or without; it is put into evaluation mode, and back.
    tokenizer
        With the chat template that the model was trained with.
    name, key
        What the model is called, and what tells this measurement from others.

    Raises
    ------
    ConfigurationError
        When the tokenizer has no chat template, or ``gpt2_merges`` is another file.
    UserError
        When a loss is not a number.
    """
    began = time.monotonic()
    was_training = model.training
    model.eval()
    try:
        subject = _Subject(_inner(model), tokenizer, settings, name, progress)
        measured = tuple(_measured(subject, one) for one in sets)
    finally:
        model.train(was_training)
    return Measured(key, name, measured, round(time.monotonic() - began, 3))


def asked(
    model: Any, tokenizer: Any, conversations: Sequence[Conversation], settings: Evaluation
) -> list[Reply]:
    """Ask a loaded model, in evaluation mode; the reply to what is too long for it is a UserError."""
    inner, template = _inner(model), ChatTemplate(tokenizer, "the model")
    prompts = [_prompt(template, turns) for turns in conversations]
    room = _context(inner) - settings.max_new_tokens
    fitting = [prompt for prompt in prompts if len(prompt) <= room]
    said = iter(_answers(inner, tokenizer, fitting, settings, lambda _: None))
    return [
        next(said) if len(prompt) <= room else UserError("The question is longer than the model's context.")
        for prompt in prompts
    ]


def _inner(model: Any) -> Any:
    # Adapters stay in its layers; only their wrapper is taken off, which hides what `forward` takes.
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _context(model: Any) -> int:
    context: int = model.config.get_text_config().max_position_embeddings
    return context


def _answers(
    model: Any, tokenizer: Any, prompts: Sequence[Sequence[int]], settings: Evaluation, advance: Advance
) -> list[str]:
    ends = ChatTemplate(tokenizer, "the model").end_tokens(model.generation_config.eos_token_id)
    most = settings.max_new_tokens
    return answers(model, tokenizer, prompts, end_tokens=ends, max_new_tokens=most, advance=advance)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row in tokens: the whole of it where an answer is expected, and what is asked of the model."""

    row: Row
    whole: Encoded | None
    prompt: list[int]

    def tokens(self, answer: int) -> int:
        """How many tokens it takes at most, with an answer of that many."""
        asked = len(self.prompt) + answer if self.prompt else 0
        return max(asked, 0 if self.whole is None else len(self.whole.input_ids))


@dataclass(frozen=True, slots=True)
class _Subject:
    """The model that is measured, and how."""

    model: Any
    tokenizer: Any
    settings: Evaluation
    name: str
    progress: Progress


def _measured(subject: _Subject, of: EvaluationSet) -> MeasuredSet:
    template = ChatTemplate(subject.tokenizer, subject.name)
    context, most = _context(subject.model), subject.settings.max_new_tokens
    kept = [one for one in _encoded(subject.tokenizer, template, of) if one.tokens(most) <= context]
    losses = _losses(subject, kept, of.name)
    given: Sequence[str | None] = [None] * len(kept)
    if of.answered and kept:
        with subject.progress.task(f"{subject.name}: answers, {of.name}", len(kept), "rows") as advance:
            prompts = [one.prompt for one in kept]
            given = _answers(subject.model, subject.tokenizer, prompts, subject.settings, advance)
    rows = _scored([one.row for one in kept], losses, given, subject.settings)
    return MeasuredSet(of.name, of.kind, rows, len(of.rows) - len(kept), of.notes)


def _losses(subject: _Subject, rows: Sequence[_Asked], name: str) -> list[Likelihood]:
    """Give the loss of each row, of no tokens where nothing is expected."""
    wholes = {place: one.whole for place, one in enumerate(rows) if one.whole is not None}
    losses = [Likelihood(0.0, 0)] * len(rows)
    if wholes:
        with subject.progress.task(f"{subject.name}: loss, {name}", len(wholes), "rows") as advance:
            found = likelihoods(subject.model, list(wholes.values()), advance)
        if not all(math.isfinite(one.nats) for one in found):
            raise UserError(
                f"The loss of {name} is not a number: the weights are broken.",
                where=subject.name,
                fix="Train again with a lower learning rate, or in fp32.",
            )
        for place, loss in zip(wholes, found, strict=True):
            losses[place] = loss
    return losses


def _encoded(tokenizer: Any, template: ChatTemplate, of: EvaluationSet) -> list[_Asked]:
    """Encode the rows of a set; those that the template refuses are left out."""
    expected = [row for row in of.rows if row.answer]
    conversations = [[*row.prompt, Message("assistant", row.answer)] for row in expected]
    unlearned = [row.unlearned for row in expected]
    wholes = iter(Masks(tokenizer).encode_all(conversations, unlearned) if conversations else ())
    encoded = []
    for row in of.rows:
        whole = next(wholes) if row.answer else None
        if not isinstance(whole, str):
            encoded.append(_Asked(row, whole, _prompt(template, row.prompt) if of.answered else []))
    return encoded


def _prompt(template: ChatTemplate, conversation: Conversation) -> list[int]:
    turns = convert_to_messages([{"role": turn.role, "content": turn.content} for turn in conversation])
    # No limit: turns would be left out, and another conversation asked than the one that was learned.
    return template.prompt(turns, sys.maxsize)


def _scored(
    rows: Sequence[Row], losses: Sequence[Likelihood], given: Sequence[str | None], settings: Evaluation
) -> tuple[MeasuredRow, ...]:
    merges = Path(settings.gpt2_merges).expanduser() if settings.gpt2_merges else None
    wanted = {place: said for place, said in enumerate(given) if said is not None and rows[place].references}
    found = scores([rows[place] for place in wanted], list(wanted.values()), merges)
    score_of: dict[int, Score] = dict(zip(wanted, found, strict=True))
    return tuple(
        _row(row, losses[place], given[place], score_of.get(place)) for place, row in enumerate(rows)
    )


def _row(row: Row, loss: Likelihood, given: str | None, score: Score | None) -> MeasuredRow:
    return MeasuredRow(
        row,
        nats=loss.nats,
        tokens=loss.tokens,
        given=given,
        rouge_l=None if score is None else score.rouge_l,
        exact_match=None if score is None else score.exact_match,
    )
