"""How often hints come on what people really typed (ChatbotData and 3i4K, ../shared/corpora).

Odd rows (of each kind) only: the endings in `slackbot.coaching.cues` were chosen by looking at the even ones.
"""

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rag.types import Turn
from slackbot.coaching import Kind, advice
from slackbot.intake import Addressed, Question

BEGUN = 1_750_000_000
TRIALS = 2_000
# Statements, questions and commands; fragments and what depends on the voice are left out.
WHOLE = ("1", "2", "3")


def rates(corpora: Path) -> dict[str, float]:
    """Shares of conversations in which the hint comes; the first is to be high, the others low."""
    pairs = chatbot_pairs(corpora)
    short = [question for question, _ in pairs]
    spoken = utterances(corpora)
    generator = random.Random(0)
    long = [text for text in (*short, *spoken) if 6 <= len(text.split()) <= 14]

    def share(kind: Kind, make: Callable[[], tuple[Sequence[Question], Sequence[Turn]]]) -> float:
        found = 0
        for _ in range(TRIALS):
            said, thread = make()
            nudge = advice(said[-1], said[:-1], thread)
            found += nudge is not None and nudge.kind is kind
        return found / TRIALS

    def cut() -> tuple[Sequence[Question], Sequence[Turn]]:
        words = generator.choice(long).split()
        first, second = sorted(generator.sample(range(2, len(words)), 2))
        return roots(" ".join(part) for part in (words[:first], words[first:second], words[second:])), ()

    def whole(texts: Sequence[str]) -> Callable[[], tuple[Sequence[Question], Sequence[Turn]]]:
        return lambda: (roots(generator.sample(texts, 3)), ())

    def another_question() -> tuple[Sequence[Question], Sequence[Turn]]:
        (asked, answer), (other, _) = generator.sample(pairs, 2)
        mention, root = roots((asked, other), addressed=("mention", "channel"), apart=60)
        return (mention, root), (Turn("user", asked), Turn("assistant", answer))

    return {
        "split: one utterance cut in three": share(Kind.SPLIT, cut),
        "split: three utterances, ChatbotData": share(Kind.SPLIT, whole(short)),
        "split: three utterances, 3i4K": share(Kind.SPLIT, whole(spoken)),
        "loose reply: another question after an answer, ChatbotData": share(
            Kind.LOOSE_REPLY, another_question
        ),
    }


def roots(
    texts: Iterable[str], addressed: Sequence[Addressed] = ("channel",) * 3, apart: int = 10
) -> list[Question]:
    """Messages of one person in a channel, so many seconds apart."""
    times = [f"{BEGUN + apart * number}.000000" for number in range(len(addressed))]
    return [
        Question("Ev", "T1", "C1", ts, ts, "U1", text, how)
        for ts, text, how in zip(times, texts, addressed, strict=True)
    ]


def chatbot_pairs(corpora: Path) -> list[tuple[str, str]]:
    with (corpora / "chatbot_data" / "ChatbotData.csv").open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1]) for row in list(csv.reader(file))[1:]][1::2]


def utterances(corpora: Path) -> list[str]:
    with (corpora / "3i4k" / "fci_train_val.txt").open(encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [
        text for wanted in WHOLE for text in [said.strip() for kind, said in rows if kind == wanted][1::2]
    ]
