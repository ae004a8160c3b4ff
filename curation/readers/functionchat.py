"""FunctionChat-Bench, dialogues: an assistant that calls tools, asks back, or answers.

https://github.com/kakao/FunctionChat-Bench, Apache-2.0; file FunctionChat-Dialog.jsonl. A line is a dialogue
with its `tools` and `turns`; a turn repeats the whole talk so far (`query`, with earlier calls and what the
tools gave) and has the right next message (`ground_truth`), which is a call, a question for a missing
argument (`slot`), a summary of a result (`completion`), or a refusal (`relevance`).

Records know no role for tools: calls stand in <tool_call> tags in the assistant's message, what a tool
gave in <tool_response> tags in a user's message, and the tools in <tools> tags in the system's message.
"""

import dataclasses
from collections.abc import Iterator, Mapping

from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import ObjectLine, json_lines
from curation.records import BadRow, InstructionRecord, Location, Message, Row
from curation.tasks.spec import TaskOptions, TaskSpec, task

_ATTRIBUTES = ("turn_num", "serial_num", "acceptable_arguments")


class FunctionchatOptions(TaskOptions):
    """How the definition is worded; the turns are those of the corpus."""


def read(file: SourceFile, options: FunctionchatOptions) -> Iterator[Item]:
    """Yield a record for each turn, at its dialogue's line; the turns of a dialogue form a split group."""
    spec = task("functionchat")
    for found in json_lines(file, file_encoding(file)):
        if not isinstance(found, ObjectLine):
            yield found
            continue
        where = Location(file.name, found.number)
        try:
            tools, turns, name = _parts(found.values)
        except ValueError as error:
            yield BadRow(found.raw, where, str(error))
            continue
        for turn in turns:
            try:
                yield Row(_record(turn, tools, name, spec, options), where, recovery=found.recovery)
            except ValueError as error:
                yield BadRow(json_file.spelled(turn), where, str(error))


def _parts(dialogue: Mapping[str, object]) -> tuple[str, list[object], str]:
    tools, turns = dialogue.get("tools"), dialogue.get("turns")
    if not isinstance(tools, list) or not isinstance(turns, list):
        raise ValueError("the dialogue has no list of 'tools' and of 'turns'")
    if not turns:
        raise ValueError("'turns' is empty")
    number = json_file.scalars(dialogue).get("dialog_num")
    if number is None:
        raise ValueError("no 'dialog_num'")
    return "\n".join(json_file.spelled(tool).decode() for tool in tools), turns, number


def _record(
    turn: object, tools: str, dialogue: str, spec: TaskSpec, options: FunctionchatOptions
) -> InstructionRecord:
    if not isinstance(turn, dict):
        raise ValueError("a turn is no object")
    query = turn.get("query")
    if not isinstance(query, list) or not query:
        raise ValueError("'query' is no list of messages")
    talk = [_message(one) for one in query]
    answer = _message(turn.get("ground_truth"))
    if answer.role != "assistant":
        raise ValueError("'ground_truth' is no message of the assistant")
    attributes = {"dialog_num": dialogue, "label": json_file.required_text(turn, "type_of_output")}
    known = json_file.scalars(turn)
    if isinstance(allowed := turn.get("acceptable_arguments"), dict):
        known["acceptable_arguments"] = json_file.spelled(allowed).decode()
    attributes |= {key: known[key] for key in _ATTRIBUTES if key in known}
    fields = {"tools": tools, "dialogue": "\n".join(one.content for one in talk)}
    worded = spec.record(fields, (answer.content,), options, group=dialogue, attributes=attributes)
    system = Message("system", f"<tools>\n{tools}\n</tools>")
    return dataclasses.replace(worded, messages=(system, *talk, answer))


def _message(value: object) -> Message:
    match value:
        case {"role": "assistant", "tool_calls": list(calls), **rest} if calls:
            said = rest.get("content")
            parts = [said] if isinstance(said, str) and said else []
            return Message("assistant", "\n".join(parts + [_call(one) for one in calls]))
        case {"role": "user" | "assistant" | "system" as role, "content": str(content)}:
            return Message(role, content)
        case {"role": "tool", "content": str(content)}:
            return Message("user", f"<tool_response>\n{content}\n</tool_response>")
    raise ValueError("a message has no known role or no content")


def _call(value: object) -> str:
    match value:
        case {"function": {"name": str(name), "arguments": str(arguments)}}:
            pass
        case _:
            raise ValueError("a tool call has no function with name and arguments")
    try:
        parsed = json_file.parsed_text(arguments)
    except ValueError as error:
        raise ValueError(f"the arguments of a tool call are no JSON: {error}") from error
    called = json_file.spelled({"name": name, "arguments": parsed}).decode()
    return f"<tool_call>\n{called}\n</tool_call>"


FUNCTIONCHAT = Reader(
    name="functionchat",
    summary="FunctionChat-Bench dialogues: tools, a talk, and the right next call or message",
    options=FunctionchatOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".jsonl",),
)
