"""A question whose answer one person alone will read: no thread, no inbox, no second attempt."""

import logging

from chat.errors import ModelBusyError, ModelUnavailableError
from curation.errors import UserError
from rag.answering.refusals import MODEL_FAILED
from rag.types import Answer
from slackbot import render
from slackbot.intake import Question
from slackbot.listeners.parts import Parts
from slackbot.logs import where
from slackbot.phrases import Phrases
from slackbot.render import Outgoing

_log = logging.getLogger("malmoi.slack.interactions")


async def answered(parts: Parts, question: Question, say: Phrases) -> tuple[Outgoing, ...]:
    """The messages of the answer, or of the reason why there is none."""
    among = await parts.scopes.of(question)
    try:
        answer = await parts.background.last_of(lambda: parts.answerer.stream(question.text, among=among))
    except (ModelBusyError, ModelUnavailableError):  # what they say is for whoever runs the model
        return render.notice(say.refusals[MODEL_FAILED])
    except UserError as error:
        return render.notice(" ".join(filter(None, (error.what, error.fix))))
    except TimeoutError:
        return render.notice(say.too_slow)
    except Exception as error:  # noqa: BLE001 - whatever broke, the person is told and the place logged
        _log.error("no answer to %s in %s: %s", question.user, question.channel, where(error))
        return render.notice(say.failed)
    assert isinstance(answer, Answer)  # the last item of a stream is one
    return render.answer(answer, say)
