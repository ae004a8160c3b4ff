"""Judges an answer before it is shown, and rewrites or refuses what is harmful.

A guard that cannot be made is an error, never no guard. One that fails at an answer, because its judge
does not reply, has no verdict, and `Checked.failure` says so: the answer is not to be shown. A judge that
replies but is unsure does not fail: see `prompting.checking`.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Literal

from langchain_core.language_models import BaseChatModel

from chat.extractive import ExtractiveChatModel
from curation.errors import ConfigurationError, UserError
from curation.safety.model import SafetyModel
from prompting.asking import Ask, Conversation, Reply, asking
from prompting.checking import Checked, Draft, Means, course_of
from prompting.flagging import flagged, is_korean

GuardKind = Literal["self-check", "classifier", "both"]


class Guard:
    """Checks answers with what ``kind`` names.

    Parameters
    ----------
    kind
        ``self-check``: the model judges its own answers, two calls for each and up to six more for one
        that is harmful. ``classifier``: no call; the model is asked to rewrite what is flagged.
        ``both``: the classifier first, then the model.
    ask
        The model that judges and rewrites. ``None``: there is none, and what the classifier flags is
        refused.
    classifier
        Of `malmoi safety train`; needed by ``classifier`` and ``both``.

    Raises
    ------
    ConfigurationError
        The model cannot judge, or there is no classifier.
    """

    def __init__(self, kind: GuardKind, ask: Ask | None, classifier: SafetyModel | None = None) -> None:
        if kind != "classifier" and ask is None:
            raise ConfigurationError(
                f"The guard '{kind}' asks the model about its answers, and 'extractive' only quotes.",
                where="guard",
                fix="Choose the guard 'classifier', or a model that writes: transformers:, openai:.",
            )
        if kind != "self-check" and classifier is None:
            raise ConfigurationError(
                f"The guard '{kind}' needs a classifier.",
                where="guard",
                fix="Make one with `malmoi safety train --data FOLDER`.",
            )
        self.kind: GuardKind = kind
        self._classifier = classifier if kind != "self-check" else None
        self._judges = kind != "classifier"
        self._ask = ask

    def steps(self, answer: str, stands: Callable[[str], str] = str.strip) -> Generator[None, None, Checked]:
        """Check an answer; stops before each call of the model, so that the work can be ended there.

        ``stands`` gives what of a rewritten text may be shown. The judge is asked in the answer's
        language, Korean or English.

        Raises
        ------
        ConfigurationError
            When the model cannot be used at all.
        """
        flag = self._flag if self._classifier else None
        means = Means(judges=self._judges, rewrites=self._ask is not None, flag=flag, stands=stands)
        course = course_of(answer, "ko" if is_korean(answer) else "en", means)
        replies: Sequence[Reply] | None = None
        try:
            while True:
                asked = course.send(replies)
                yield
                replies = _replies(self._ask, asked)
        except StopIteration as done:
            checked: Checked = done.value
            return checked

    def check(self, answer: str) -> Checked:
        """Check an answer without stopping."""
        steps = self.steps(answer)
        try:
            while True:
                next(steps)
        except StopIteration as done:
            checked: Checked = done.value
            return checked

    def notes(self, checked: Checked) -> Iterator[str]:
        """Say what was found and done, without the texts: these are what is not to be shown."""
        for number, draft in enumerate(checked.drafts):
            said = "; ".join(self._said(draft))
            yield f"rewritten: {said}" if number else said
        calls = f", {checked.calls} calls of the model" if checked.calls else ""
        yield f"{checked.outcome}{calls}"

    def _said(self, draft: Draft) -> Iterator[str]:
        if draft.fault:
            yield f"the model failed: {draft.fault}"
        elif not draft.text:
            yield "nothing of it stands"
        elif draft.flagged:
            yield f"the classifier found {', '.join(draft.flagged)}"
        elif draft.flagged is not None:
            yield "the classifier found nothing"
        elif self._classifier and not is_korean(draft.text):
            yield "the classifier knows Korean only and did not judge"
        if draft.judgement is not None:
            votes = ", ".join(vote.fault or vote.choice for vote in draft.judgement.votes)
            yield f"the model judged: {draft.judgement.verdict} ({votes})"
        elif draft.text and not draft.verdict and self._judges:
            yield "nothing new, not judged"

    def _flag(self, text: str) -> tuple[str, ...] | None:
        (found,) = flagged([text], self._classifier)
        return found


def guard_of(kind: GuardKind, model: BaseChatModel, classifier: SafetyModel | None = None) -> Guard:
    """Give the guard of a chat model's answers: the model itself judges them.

    Raises
    ------
    ConfigurationError
        The model cannot judge, or there is no classifier.
    """
    return Guard(kind, None if isinstance(model, ExtractiveChatModel) else asking(model), classifier)


def _replies(ask: Ask | None, conversations: Sequence[Conversation]) -> Sequence[Reply]:
    """Ask; whatever breaks in a model's library is a reply that failed."""
    assert ask is not None  # without a model nothing is asked
    try:
        return ask(conversations)
    except ConfigurationError:
        raise
    except Exception as error:  # noqa: BLE001 - any library's model may stand here
        return [UserError(f"The model broke off: {type(error).__name__}.")] * len(conversations)
