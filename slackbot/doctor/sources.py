"""What answers are made of: the index and the model."""

import os
from contextlib import closing
from pathlib import Path
from typing import Final

import chat
from chat.model_server import Patience
from chat.openai_compatible import ServedChatModel
from curation.errors import UserError
from rag.reranking import load_reranker
from rag.search import open_index
from slackbot.doctor.check import Check, fault, ok, warning

# A person waits for the report; whoever serves a model may have to load it first.
_PATIENCE: Final = Patience(connect=5.0, first=20.0, between=10.0, total=30.0)


def index(folder: Path) -> list[Check]:
    """Whether the index opens, how much it holds, and whether saved threads can be added."""
    try:
        with closing(open_index(folder)) as opened:
            passages, behind = opened.passages, opened.without_vectors
    except UserError as error:
        return [fault("index", error)]
    found = [ok("index", f"{folder}: {passages:,} passages")]
    if not passages:
        found = [warning("index", f"{folder} holds nothing", "add documents: malmoi rag index PATH")]
    if behind:
        seen = f"{behind:,} passages have no vector yet"
        found.append(warning("vectors", seen, "run malmoi rag index PATH again: it goes on with them"))
    if not os.access(folder, os.W_OK | os.X_OK):
        seen = f"{folder} cannot be written"
        found.append(warning("index", seen, "let the bot's user write there, or no thread can be saved"))
    return found


def privacy(spec: str) -> list[Check]:
    """A warning when the model of that spec is not on this machine or in the private network."""
    try:
        leaves = chat.leaves_machine(spec)
    except UserError:
        return []  # `model` says why
    if not leaves:
        return []
    seen = f"questions and the passages found for them are sent to {spec.partition('@')[2]}"
    return [warning("privacy", seen, "use a model on this machine, or be sure that you may send them")]


def model(spec: str, reranker: str) -> list[Check]:
    """Whether the model of that spec is there and, if a server has it, answers."""
    try:
        loaded = chat.load(spec)
        if isinstance(loaded, ServedChatModel):
            short = ServedChatModel(address=loaded.address, patience=_PATIENCE, max_tokens=1)
            for _ in short.stream("안녕하세요"):
                break
        found = [ok("model", f"{spec}: {'answers' if isinstance(loaded, ServedChatModel) else 'is there'}")]
    except UserError as error:
        found = [fault("model", error)]
    if reranker:
        try:
            load_reranker(reranker)
            found.append(ok("reranker", reranker))
        except UserError as error:
            found.append(fault("reranker", error))
    return found
