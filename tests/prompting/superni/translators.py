"""Translators by a dictionary: one that is right, and those that lose something."""

from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from curation.records import Message
from curation.superni.schema import Example, Instance, Task
from prompting.superni.translation.wording import TEXT
from tests.chat.scripted_server import DONE, END, START, event

TASK = Task(
    name="task21_ticket_classification",
    contributors=("malmoi",),
    source=("tickets",),
    url=("https://example.com/tickets",),
    categories=("Text Categorization",),
    reasoning=(),
    definition=("Read a ticket of 2 lines. Answer 'refund' or 'delay'.",),
    input_language=("English",),
    output_language=("English",),
    instruction_language=("English",),
    domains=("Dialogue",),
    positive=(Example("We paid 30 dollars twice.", "refund", "They paid twice."),),
    negative=(Example("The train stood for 4 hours.", "refund", "It was late."),),
    instance_licence=("CC0-1.0",),
    instances=(
        Instance(
            "Ticket: I paid 1,200 won to Anna Berg.\nOptions: refund, delay", ("refund",), 1, "task21-1"
        ),
        Instance(
            "Ticket: bus {number} came at 8:30 in Oslo.\nOptions: refund, delay", ("delay",), 2, "task21-2"
        ),
        Instance('{"line": "A2", "minutes": 15}', ("delay",), 3, "task21-3"),
        Instance("The lift _ for 3 days.", ("delay",), 4, "task21-4"),
        Instance("Please send 50 euros back.", ("refund",), 5, "task21-5"),
        Instance("It was due on June 17, 2011.", ("delay",), 6, "task21-6"),
    ),
)
KOREAN = {
    "refund": "환불",
    "delay": "지연",
    TASK.definition[0]: "2줄짜리 문의를 읽고 '환불' 또는 '지연'으로 답한다.",
    "We paid 30 dollars twice.": "우리는 30달러를 두 번 냈습니다.",
    "They paid twice.": "두 번 냈기 때문이다.",
    "The train stood for 4 hours.": "기차가 4시간 동안 서 있었습니다.",
    "It was late.": "늦은 일이기 때문이다.",
    TASK.instances[0].input: "문의: 저는 아나 베르그에게 1200원을 냈습니다.\n보기: 환불, 지연",
    TASK.instances[1].input: "문의: Oslo에서 버스 {number}이 8시 30분에 왔습니다.\n보기: 환불, 지연",
    TASK.instances[2].input: '{"line": "A2", "minutes": 15}',
    TASK.instances[3].input: "승강기가 3일 동안 _.",
    TASK.instances[4].input: "50유로를 돌려주세요.",
    TASK.instances[5].input: "2011년 6월 17일까지 왔어야 합니다.",
}


class Translator:
    """Looks texts up, there and back; ``spoil`` changes what it says in Korean."""

    def __init__(
        self, spoil: Callable[[str, str], str] = lambda source, said: said, words: Mapping[str, str] = KOREAN
    ) -> None:
        self.words = {**words, **{korean: english for english, korean in words.items()}}
        self.spoil = spoil
        self.asked: list[str] = []

    def __call__(self, conversations: Sequence[Sequence[Message]], seeds: Sequence[int] = ()) -> list[str]:
        return [self.say(turns) for turns in conversations]

    def say(self, turns: Sequence[Message]) -> str:
        text = turns[0].content.partition(TEXT)[2]
        self.asked.append(text)
        said = self.words.get(text, text)
        return said if " into English." in turns[0].content else self.spoil(text, said)


def replies(say):
    """Answer each request by a function of its messages."""

    async def behave(request: web.Request) -> web.StreamResponse:
        turns = [Message(one["role"], one["content"]) for one in (await request.json())["messages"]]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"".join([START, event(say(turns)), END, DONE]))
        await response.write_eof()
        return response

    return behave
