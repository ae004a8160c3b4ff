"""A datasheet: the questions that whoever makes a dataset answers, in seven stages.

The stages are those of Gebru et al., "Datasheets for Datasets" (https://arxiv.org/abs/1803.09010); the
questions are in words of our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

STAGES = {
    "motivation": "동기 Motivation",
    "composition": "구성 Composition",
    "collection": "수집 Collection",
    "preprocessing": "전처리 Preprocessing, cleaning, labelling",
    "uses": "쓰임 Uses",
    "distribution": "배포 Distribution",
    "maintenance": "유지 Maintenance",
}
NOT_ANSWERED = "Not answered yet."


@dataclass(frozen=True, slots=True)
class Question:
    """A question in both languages; ``id`` begins with its stage."""

    id: str
    ko: str
    en: str

    @property
    def stage(self) -> str:
        """The stage it belongs to."""
        return self.id.partition(".")[0]


QUESTIONS = (
    Question("motivation.purpose", "무엇을 하려고 만들었습니까?", "What is it meant to make possible?"),
    Question("motivation.maker", "누가, 누구를 위해 만들었습니까?", "Who made it, and on whose behalf?"),
    Question("motivation.funding", "비용은 누가 댔습니까?", "Who paid for it?"),
    Question("composition.rows", "한 행은 무엇이고 몇 행입니까?", "What is one row, and how many are there?"),
    Question(
        "composition.choice",
        "전부입니까, 고른 것입니까? 무엇이 빠졌습니까?",
        "Is it everything, or a choice, and what is left out?",
    ),
    Question(
        "composition.labels", "이름표가 있습니까? 무슨 뜻입니까?", "Are there labels, and what do they mean?"
    ),
    Question("composition.splits", "권하는 분할이 있습니까?", "Is there a recommended split?"),
    Question(
        "composition.errors",
        "알려진 오류나 되풀이는 무엇입니까?",
        "Which errors, noise or repetitions are known?",
    ),
    Question(
        "composition.personal", "사람을 알아볼 수 있는 것이 있습니까?", "Can people be recognised from it?"
    ),
    Question(
        "composition.harm", "불쾌하거나 해로운 글이 있습니까?", "Does it hold texts that offend or harm?"
    ),
    Question("collection.sources", "글은 어디에서 왔습니까?", "Where do the texts come from?"),
    Question(
        "collection.people",
        "누가 모았고 어떤 대가를 받았습니까?",
        "Who collected them, and how were they paid?",
    ),
    Question(
        "collection.time",
        "언제 모았습니까? 글은 언제 쓰였습니까?",
        "When were they collected, and when written?",
    ),
    Question(
        "collection.consent",
        "글쓴이가 알고 동의했습니까? 거둘 수 있습니까?",
        "Did the writers know and agree, and can they withdraw?",
    ),
    Question("collection.review", "윤리 심의를 받았습니까?", "Did anybody review it for ethics?"),
    Question(
        "preprocessing.steps", "무엇을 어떻게 고치고 걸렀습니까?", "What was changed and removed, and how?"
    ),
    Question(
        "preprocessing.raw", "고치기 전의 자료가 남아 있습니까?", "Is the material from before still there?"
    ),
    Question("preprocessing.software", "어떤 프로그램으로 했습니까?", "With which software?"),
    Question("uses.done", "이미 어디에 쓰였습니까?", "What has it been used for already?"),
    Question("uses.other", "그 밖에 어디에 쓸 수 있습니까?", "What else could it be used for?"),
    Question("uses.unfit", "어디에 쓰면 안 됩니까?", "What should it not be used for?"),
    Question("distribution.where", "누가 어디에서 얻습니까?", "Who gets it, and where?"),
    Question("distribution.terms", "어떤 조건으로 씁니까?", "Under which terms?"),
    Question(
        "distribution.limits",
        "제삼자의 권리나 규제가 있습니까?",
        "Do rights of others or regulations limit it?",
    ),
    Question("maintenance.contact", "누구에게 묻습니까?", "Whom does one ask?"),
    Question(
        "maintenance.updates",
        "누가 언제 고칩니까? 이전 판은 남습니까?",
        "Who updates it and when, and do older versions stay?",
    ),
    Question("maintenance.contributions", "다른 사람이 보태려면 어떻게 합니까?", "How can others add to it?"),
)


def render(title: str, known: Mapping[str, str], told: Mapping[str, str]) -> str:
    """Render the datasheet as Markdown.

    ``known`` are answers by question that the pipeline has measured or was told; ``told`` those of a
    person. Both stand where both are; a question without either is marked.
    """
    lines = [f"# {title}: datasheet", ""]
    for stage, heading in STAGES.items():
        lines += [f"## {heading}", ""]
        for question in QUESTIONS:
            if question.stage == stage:
                lines += [f"### {question.ko} {question.en}", "", *_answer(question.id, known, told), ""]
    return "\n".join(lines).rstrip() + "\n"


def _answer(question: str, known: Mapping[str, str], told: Mapping[str, str]) -> list[str]:
    answers = [one[question].strip() for one in (told, known) if one.get(question, "").strip()]
    return ["\n\n".join(answers)] if answers else [f"*{NOT_ANSWERED}*"]
