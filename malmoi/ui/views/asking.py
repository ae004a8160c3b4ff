"""Questions over an index: the page, and the answer as it is written, one JSON object a line."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from curation.errors import ConfigurationError, UserError
from malmoi.commands.options import filter_of
from malmoi.ui.desk import Answering
from malmoi.ui.pages import desk_of
from rag.types import Answer, Filter

# 2,000 characters of a question, and names of groups and sources beside it.
_LARGEST_BODY: Final = 64 * 1024
_FIELDS: Final = {"question": str, "index": str, "groups": list, "sources": list, "since": str, "until": str}


def ask(request: Request) -> Mapping[str, Any]:
    """The box, and what may be asked."""
    import chat

    desk = desk_of(request)
    model = desk.answer.model
    return {
        "indexes": list(desk.indexes()),
        "model": model,
        "guard": desk.answer.guard,
        "leaves": model.partition("@")[2] if chat.leaves_machine(model) else "",
        # A link on another site must not make the console ask.
        "at_once": request.headers.get("sec-fetch-site") == "same-origin",
    }


async def answer(request: Request) -> Response:
    """Answer a question: sentences as soon as they are checked, then the whole with its passages."""
    from slackbot.worker.asking import Asking

    desk = desk_of(request)
    try:
        asked = await _asked(request)
        path = desk.indexes().get(asked["index"])
        if path is None:
            raise ConfigurationError(
                "There is no such index in the workspace.",
                where=asked["index"],
                fix="Choose one of the list.",
            )
        among = filter_of(asked["groups"], asked["sources"], asked["since"], asked["until"])
    except UserError as error:
        return JSONResponse(_fault(error), 400)

    opened: list[Answering] = []

    def stream() -> Iterator[str | Answer]:
        with desk.asking:
            opened.append(desk.answering(path))
            yield from opened[0].answerer.stream(asked["question"], among=among)

    async def told() -> AsyncIterator[bytes]:
        asking = Asking(stream)
        try:
            async for item in asking.items():
                if isinstance(item, Answer):
                    yield _line({"kind": "answer", **_whole(item, opened[0], among)})
                elif item:  # a guard holds sentences back, and gives empty ones meanwhile
                    yield _line({"kind": "sentence", "text": item})
        except UserError as error:
            yield _line(_fault(error))
        finally:
            asking.close()

    return StreamingResponse(told(), media_type="application/x-ndjson")


def _whole(answer: Answer, opened: Answering, among: Filter) -> dict[str, Any]:
    """The answer with the passages that it cites, of those that the asker may read."""
    passages = opened.index.passages_of([one.passage_id for one in answer.citations])
    return {
        "answer": answer.answer,
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": {
            name: {"title": one.title, "text": one.text, "date": one.date}
            for name, one in passages.items()
            if among.admits(one)
        },
        "refused": answer.refused,
        "reason": answer.reason,
        "seconds": answer.timings.get("total", 0.0),
        "trace": [asdict(step) for step in answer.trace],
    }


async def _asked(request: Request) -> dict[str, Any]:
    """Read the question and its limits.

    Raises
    ------
    ConfigurationError
        The body is too large, or no object of the fields with their types.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise ConfigurationError("The question is too long.", fix="Shorten it to what you want to know.")
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed() from error
    if not isinstance(given, dict) or not set(given) <= set(_FIELDS):
        raise _malformed()
    # Without groups the owner asks, who sees everything; with an empty list somebody who is in none.
    given = {"groups": None, **given}
    found: dict[str, Any] = {name: given.get(name, empty()) for name, empty in _FIELDS.items()}
    if not all(isinstance(found[name], kind) for name, kind in _FIELDS.items() if found[name] is not None):
        raise _malformed()
    if None in (found[name] for name in _FIELDS if name != "groups"):
        raise _malformed()
    if not all(isinstance(one, str) for one in (*(found["groups"] or ()), *found["sources"])):
        raise _malformed()
    return found


def _malformed() -> ConfigurationError:
    return ConfigurationError(
        "The question is not written as the console's page writes it.", fix="Load the page again."
    )


def _fault(error: UserError) -> dict[str, str]:
    return {"kind": "fault", "what": error.what, "where": error.where, "fix": error.fix}


def _line(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
