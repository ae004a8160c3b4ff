"""chat.startStream, chat.appendStream, chat.stopStream: a message that is written bit by bit.

Source: docs.slack.dev reference of the three methods. As long as a message is in the streaming
state, chat.update says ``streaming_state_conflict`` and chat.delete ``cant_delete_message``; when
it no longer is (stopped, or closed by Slack), append and stop say
``message_not_in_streaming_state``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from slackbot.emulator.arguments import Arguments, metadata_of, objects_of, text_of
from slackbot.emulator.markup import BLOCKS, MARKDOWN_TEXT, block_fault
from slackbot.emulator.methods.chat import Reply, addressed, changed, joined, said
from slackbot.emulator.models import Block, Channel, Message, MethodError
from slackbot.emulator.service import Slack

TASK_TITLE = 256


def start(slack: Slack, arguments: Arguments) -> Reply:
    """chat.startStream: a reply in a thread; in channels it is meant for one person, who is named."""
    workspace = slack.workspace
    channel = joined(slack, arguments)
    thread = text_of(arguments, "thread_ts")
    if not thread:
        raise MethodError("invalid_arguments", response_metadata={"messages": ["missing field: thread_ts"]})
    if channel.kind != "im":
        _check_recipient(slack, arguments)
    chunks = list(_chunks(arguments))
    message = workspace.post(channel, workspace.bot, "", thread_ts=thread)
    message.streaming = True
    _write(message, chunks)
    said(slack, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def append(slack: Slack, arguments: Arguments) -> Reply:
    """chat.appendStream."""
    channel, message = _open(slack, arguments)
    chunks = list(_chunks(arguments))
    if not chunks:
        raise MethodError("no_text")
    _write(message, chunks)
    slack.service.load.saw_change(channel.id, message.thread_ts, message.ts)
    return {"channel": channel.id, "ts": message.ts}


def stop(slack: Slack, arguments: Arguments) -> Reply:
    """chat.stopStream: the last words, with blocks that stand at the bottom and the metadata."""
    channel, message = _open(slack, arguments)
    chunks = list(_chunks(arguments))
    blocks = objects_of(arguments, "blocks", "invalid_blocks_format") or []
    if len(blocks) > BLOCKS or any(block_fault(block) for block in blocks):
        raise MethodError("invalid_blocks")
    metadata = metadata_of(arguments)
    _write(message, chunks)
    if not message.text and not message.blocks and not blocks:
        raise MethodError("no_text")
    message.blocks = [*message.blocks, *blocks]
    message.metadata = metadata
    message.streaming = False
    changed(slack, channel, message, message.text)
    return {"channel": channel.id, "ts": message.ts, "message": message.shown()}


def close(message: Message) -> None:
    """What Slack does to a stream that took too long: what was written stays."""
    message.streaming = False


def _check_recipient(slack: Slack, arguments: Arguments) -> None:
    user, team = text_of(arguments, "recipient_user_id"), text_of(arguments, "recipient_team_id")
    if not user:
        raise MethodError("missing_recipient_user_id")
    if not team:
        raise MethodError("missing_recipient_team_id")
    if user not in slack.workspace.users:
        raise MethodError("user_not_found")
    if team != slack.workspace.users[user].team:
        raise MethodError("team_not_found")


def _open(slack: Slack, arguments: Arguments) -> tuple[Channel, Message]:
    channel, message = addressed(slack, arguments, "ts")
    if message.user != slack.workspace.bot.id:
        raise MethodError("message_not_owned_by_app")
    if not message.streaming:
        raise MethodError("message_not_in_streaming_state")
    return channel, message


def _chunks(arguments: Arguments) -> Iterator[Mapping[str, Any]]:
    """What a call adds; ``markdown_text`` is a chunk like any other."""
    text = text_of(arguments, "markdown_text")
    if len(text) > MARKDOWN_TEXT:
        raise MethodError("msg_too_long")
    if text:
        yield {"type": "markdown_text", "text": text}
    for chunk in objects_of(arguments, "chunks", "invalid_chunks") or ():
        kind = chunk.get("type")
        good = False
        if kind == "markdown_text":
            good = isinstance(chunk.get("text"), str)
            if good and len(chunk["text"]) > MARKDOWN_TEXT:
                raise MethodError("msg_too_long")
        elif kind == "task_update":
            good = bool(chunk.get("id")) and 0 < len(str(chunk.get("title", ""))) <= TASK_TITLE
        elif kind == "plan_update":
            good = 0 < len(str(chunk.get("title", ""))) <= TASK_TITLE
        elif kind == "blocks":
            inner = chunk.get("blocks")
            good = isinstance(inner, list) and not any(
                not isinstance(block, Mapping) or block_fault(block) for block in inner
            )
        if not good:
            raise MethodError("invalid_chunks")
        yield chunk


def _write(message: Message, chunks: list[Mapping[str, Any]]) -> None:
    """Add chunks: text grows the last markdown block, a task or plan with a known id is replaced."""
    blocks: list[Block] = list(message.blocks)
    for chunk in chunks:
        if chunk["type"] == "markdown_text":
            message.text += chunk["text"]
            if blocks and blocks[-1].get("type") == "markdown":
                blocks[-1] = {"type": "markdown", "text": blocks[-1]["text"] + chunk["text"]}
            elif chunk["text"]:
                blocks.append({"type": "markdown", "text": chunk["text"]})
        elif chunk["type"] == "blocks":
            blocks.extend(chunk["blocks"])
        else:
            _replace(blocks, _shown(chunk))
    message.blocks = blocks


def _shown(chunk: Mapping[str, Any]) -> dict[str, Any]:
    if chunk["type"] == "plan_update":
        return {"type": "plan", "title": chunk["title"]}
    return {
        "type": "task_card",
        "task_id": chunk["id"],
        "title": chunk["title"],
        "status": chunk.get("status", "pending"),
    }


def _replace(blocks: list[Block], fresh: dict[str, Any]) -> None:
    for place, block in enumerate(blocks):
        if block.get("type") == fresh["type"] and block.get("task_id") == fresh.get("task_id"):
            blocks[place] = fresh
            return
    blocks.append(fresh)
