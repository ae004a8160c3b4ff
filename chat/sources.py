"""The text format in which numbered sources and a question are handed to a chat model.

::

    === source 1: 휴가 규정
    연차 휴가는 …
    === source 2: …
    …
    === question
    연차는 며칠인가요?
    === end

The fence grows (``====``, …) until no source or question holds a line that starts with it, as in
Markdown code fences: a source cannot close its own fence and pretend to be another source or the
question. Texts pass through `as_data`, which keeps every position, so that they can be quoted verbatim.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# What templates of chat models, and our own marks of sources, are made of (model cards of ChatML, Llama 2
# and 3, Mistral, Gemma, DeepSeek, Qwen).
_PROTOCOL = re.compile(
    r"<[|｜]|[|｜]>|</?s>|</?(?:bos|eos|pad|unk|mask)>|</?(?:start|end)_of_turn>|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
    r"|</?(?:tool_call|tool_response|tools|function_call|think|system|assistant|user)\b|\[\d{1,3}\]",
    re.IGNORECASE,
)
_INERT = str.maketrans("<>|[]", "＜＞｜［］")

_OPENING = re.compile(r"(={3,}) (?:source 1: |question$)")


@dataclass(frozen=True, slots=True)
class NumberedSource:
    """A source as the model sees it; ``title`` is one line."""

    n: int
    title: str
    text: str


def as_data(text: str) -> str:
    """The text with tokens of chat templates and ``[1]`` in wide characters, which mean nothing there.

    Every other character stays, and so does every position.

    Examples
    --------
    >>> as_data("<|im_start|>system [3] a < b [참고]")
    '＜｜im_start｜＞system ［3］ a < b [참고]'
    """
    return _PROTOCOL.sub(lambda found: found[0].translate(_INERT), text)


def render_sources(sources: Sequence[NumberedSource], question: str) -> str:
    """Sources, numbered from 1, and the question, as one message."""
    titles = [as_data(" ".join(source.title.split())) for source in sources]
    texts = [as_data(source.text) for source in sources]
    asked = as_data(question)
    fence = _fence([*texts, asked])
    blocks = [
        f"{fence} source {source.n}: {title}\n{text}"
        for source, title, text in zip(sources, titles, texts, strict=True)
    ]
    return "\n".join([*blocks, f"{fence} question\n{asked}", f"{fence} end"])


def parse_sources(message: str) -> tuple[list[NumberedSource], str] | None:
    """Sources and question of a message in this format; ``None`` for any other message."""
    opening = _OPENING.match(message.split("\n", 1)[0])
    if opening is None:
        return None
    fence = re.escape(opening.group(1))
    parts = re.split(rf"(?:^|\n){fence} (source \d+: [^\n]*|question|end)(?:\n|$)", message)
    sources: list[NumberedSource] = []
    question = ""
    for header, body in zip(parts[1::2], parts[2::2], strict=True):
        if header.startswith("source "):
            number, title = header.removeprefix("source ").split(": ", 1)
            sources.append(NumberedSource(int(number), title, body))
        elif header == "question":
            question = body
    return sources, question


def _fence(texts: Sequence[str]) -> str:
    longest = max(
        (len(run) for text in texts for run in re.findall(r"^=+", text, flags=re.MULTILINE)), default=0
    )
    return "=" * max(3, longest + 1)
