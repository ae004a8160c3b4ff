"""KorQuAD: questions about articles of the Korean Wikipedia, answered by a piece of the article.

https://korquad.github.io/, CC BY-ND 2.0 KR. 1.0 (Lim, Kim and Lee 2019, arXiv:1909.07005) has the layout of
SQuAD 1.1: ``data[{title, paragraphs[{context, qas[{id, question, answers[{text, answer_start}]}]}]}]``. 2.0
and 2.1 ask about whole pages in HTML: ``data[{title, url, context, raw_html, qas[{id, question, answer{text,
answer_start, html_answer_text, html_answer_start}}]}]``, where ``context`` is ``raw_html`` without
attributes, and an answer may be a whole paragraph, list or table, tags and all; it is distributed as ZIP
archives of JSON files.

``answer_start`` counts characters of the context. Where the answer does not stand there, the nearest place
where it does is taken and stated; an answer that stands nowhere is none. ``raw_html`` is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.archives import is_zip, json_members
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.labels import required
from curation.records import BadRow, InstructionRecord, Location, Row
from curation.tasks.spec import TaskOptions, task

MOVED = "the place of an answer was wrong"
LEFT_OUT = "an answer that does not stand in the text left out"


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the questions; those about the same paragraph (1.0) or page (2.x) form a split group.

    The place of a row is the number of its question in the file, or in the file in the archive.

    Raises
    ------
    UserError
        When the file is no JSON in the layout of KorQuAD, or no archive of such files.
    """
    if is_zip(file):
        for name, value in json_members(file):
            yield from _questions(value, name, options)
    else:
        yield from _questions(json_file.load(file), file.name, options)


def _questions(value: object, name: str, options: TaskOptions) -> Iterator[Item]:
    articles = value.get("data") if isinstance(value, dict) else None
    if not isinstance(articles, list):
        raise UserError(
            "This file holds no articles under 'data'.",
            where=name,
            fix="The reader `korquad` takes the JSON files of KorQuAD, or archives of them.",
        )
    number = 0
    for known, passage in _passages(articles):
        try:
            context, questions = _parts(passage)
        except ValueError as error:
            number += 1
            yield BadRow(json_file.spelled(passage), Location(name, number), str(error))
            continue
        for question in questions:
            number += 1
            where = Location(name, number)
            try:
                record, recovery = _record(known, context, question, options)
            except ValueError as error:
                yield BadRow(json_file.spelled(question), where, str(error))
            else:
                yield Row(record, where, recovery=recovery)


def _passages(articles: list[object]) -> Iterator[tuple[dict[str, str], object]]:
    """Give what is asked about with what is known about its article: paragraphs, or the whole page."""
    for article in articles:
        if not isinstance(article, dict):
            yield {}, article
            continue
        known = {key: article[key] for key in ("title", "url") if isinstance(article.get(key), str)}
        paragraphs = article.get("paragraphs")
        for passage in paragraphs if isinstance(paragraphs, list) else [article]:
            yield known, passage


def _parts(passage: object) -> tuple[str, list[Any]]:
    if not isinstance(passage, dict):
        raise ValueError("the article or paragraph is no object")
    return required(json_file.required_text(passage, "context"), "context"), _listed(passage, "qas")


def _record(
    known: dict[str, str], context: str, question: object, options: TaskOptions
) -> tuple[InstructionRecord, str]:
    if not isinstance(question, dict):
        raise ValueError("the question is no object")
    asked = required(json_file.required_text(question, "question"), "question")
    whole_page = "answer" in question
    answers: list[Any] = [question["answer"]] if whole_page else _listed(question, "answers")
    found, recovery = _found(answers, context)
    attributes = {"id": str(question.get("id", "")), **known, "answer_start": str(found[0][1])}
    written = answers[0].get("html_answer_text") if whole_page else None
    if isinstance(written, str) and written != found[0][0]:
        attributes["html_answer_text"] = written
    record = task("korquad2" if whole_page else "korquad").record(
        {"context": context, "question": asked},
        tuple(dict.fromkeys([text for text, _ in found])),
        options,
        group=known.get("url", context) if whole_page else context,
        attributes=attributes,
    )
    return record, recovery


def _found(answers: list[Any], context: str) -> tuple[list[tuple[str, int]], str]:
    """Give the answers that stand in the context with their places, and how they were recovered."""
    found: list[tuple[str, int]] = []
    recoveries = set()
    for answer in answers:
        if not isinstance(answer, dict):
            raise ValueError("an answer is no object")
        text = required(json_file.required_text(answer, "text"), "answer")
        stated = answer.get("answer_start")
        start = stated if isinstance(stated, int) and stated >= 0 else 0
        if start == stated and context.startswith(text, start):
            found.append((text, start))
        elif (place := _nearest(text, context, start)) is not None:
            found.append((text, place))
            recoveries.add(MOVED)
        else:
            recoveries.add(LEFT_OUT)
    if not found:
        raise ValueError("no answer stands in the text")
    return found, ", ".join(sorted(recoveries))


def _nearest(text: str, context: str, start: int) -> int | None:
    before = context.rfind(text, 0, start + len(text))
    after = context.find(text, start)
    places = [place for place in (before, after) if place >= 0]
    return min(places, key=lambda place: abs(place - start)) if places else None


def _listed(values: Mapping[str, object], key: str) -> list[Any]:
    value = values.get(key)
    if not isinstance(value, list):
        raise ValueError(f"no list {key!r}")
    return value


KORQUAD = Reader(
    name="korquad",
    summary="KorQuAD 1.0 and 2.x: questions about a paragraph or an HTML page, answered by a piece of it",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json", ".zip"),
)
