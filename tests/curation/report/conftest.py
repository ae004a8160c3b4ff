"""A rich and a minimal release to report on; every text is made up for these tests."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from curation.ledger import Entry
from curation.lengths import Lengths
from curation.recipe import Recipe
from curation.report.data import Cluster, ReleaseReport, Scores, SourceReport

HOSTILE = (
    "</script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
    "<b>굵게</b> &amp; {{ 7*7 }} \u2028 \u202e \x00 끝"
)
LICENCES = ("CC BY 4.0", "CC0-1.0", "CC BY-SA 4.0")
STEPS: list[dict[str, Any]] = [
    {"step": "normalise"},
    {"step": "length", "params": {"min": 10, "max": 20000}},
    {"step": "hangul_ratio", "params": {"min": 0.5}},
    {"step": "personal_data", "params": {"action": "mask"}},
    {"step": "safety", "params": {"action": "tag"}},
    {"step": "quality", "params": {"min": -8.5}, "except_sources": ["news"]},
    {"step": "exact_dedup", "params": {"scope": "release"}},
    {"step": "near_dedup", "params": {"threshold": 0.8}},
    {"step": "a_step_of_tomorrow", "params": {}},
]
DROPPED = {
    "length/too_short": 4210,
    "length/too_long": 3,
    "hangul_ratio/little_hangul": 812,
    "hangul_ratio/no_letters": 41,
    "quality/low_fluency": 1377,
    "exact_dedup/duplicate": 90123,
    "near_dedup/near_duplicate": 15021,
    "a_step_of_tomorrow/unheard_of_reason_with_a_long_name": 9,
}


def _recipe(names: list[str], steps: list[dict[str, Any]]) -> Recipe:
    sources = tuple(
        {"name": name, "reader": "jsonl", "path": [f"{name}.jsonl"], "licence": "CC0-1.0", "config": name}
        for name in names
    )
    return Recipe.model_validate(
        {
            "name": "trial",
            "title": "시험 <i>모음</i>",
            "description": "여러 출처를 모아 걸렀습니다. A trial.",
            "sources": sources,
            "steps": tuple(
                {**step, "except_sources": tuple(step.get("except_sources", ()))} for step in steps
            ),
        }
    )


def _lengths(seed: int, middle: float, count: int) -> Lengths:
    chance = random.Random(seed)
    lengths = Lengths()
    for _ in range(count):
        length = int(chance.lognormvariate(middle, 1.1)) + 1
        lengths.counts[length] = lengths.counts.get(length, 0) + 1
    return lengths


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")


def _scores(seed: int, draw: Callable[[random.Random], float], limit: float, count: int) -> Scores:
    chance = random.Random(seed)
    kept: dict[float, int] = {}
    dropped: dict[float, int] = {}
    for _ in range(count):
        score = draw(chance)
        group = kept if score >= limit else dropped
        group[_two_digits(score)] = group.get(_two_digits(score), 0) + 1
    return Scores(kept, dropped)


def _source(place: int, name: str, share: float) -> SourceReport:
    dropped = {label: max(1, int(count * share)) for label, count in DROPPED.items()}
    quarantined = 3 if place == 0 else 0
    kept = int(400_000 * share)
    texts = [HOSTILE, "짧은 글", "같은 말을 조금 다르게 적은 글입니다. " * 30, ""]
    rows = [
        {
            "id": f"{place:016x}{number:016x}",
            "text": text,
            "file": f"{name}/part-0.jsonl",
            "line": 17 + number,
            "score": 0.4213 if number % 2 else None,
            "detail": "겹친 말: <b>오늘 아침</b>" if number == 1 else None,
            "duplicate_of": "f" * 32 if number == 2 else None,
        }
        for number, text in enumerate(texts)
    ]
    change = {"id": "c" * 32, "step": "correct"}
    return SourceReport(
        name=name,
        licence=LICENCES[place % 3],
        url="https://example.org/corpus" if place else "",
        language="en" if place == 3 else "ko",
        config=name,
        entry=Entry(
            read=kept + sum(dropped.values()) + quarantined,
            kept=kept,
            dropped=dropped,
            quarantined=quarantined,
            recovered={"line breaks inside the text": {"rows": 12, "lines": 30}} if place == 0 else {},
        ),
        kept_lengths=_lengths(place, 4.5, 3000),
        dropped_lengths=_lengths(place + 50, 2.5, 800),
        samples=dict.fromkeys(dropped, rows),
        quarantine=[{"file": f"{name}.jsonl", "line": 9, "error": "not JSON", "text": HOSTILE}] * quarantined,
        changes=[
            {
                **change,
                "before": "아버지가방에 들어가신다. " + "늘 그렇듯이 " * 20,
                "after": "아버지가 방에 들어가신다. " + "늘 그렇듯이 " * 20,
            },
            {**change, "before": "보이지\u200b않는 글자 <b>", "after": "보이지 않는 글자 <b>"},
        ],
    )


def _clusters() -> list[Cluster]:
    words = [f"낱말{number}" for number in range(60)]
    kept = {"id": "a" * 32, "source": "news", "text": " ".join(words)}
    members = []
    for number in range(6):
        changed = list(words)
        changed[5 + number] = "바뀐<b>말"
        del changed[40]
        members.append(
            {
                "id": f"{number:032x}",
                "source": "reviews",
                "text": " ".join(changed),
                "score": 0.91 - number / 50,
                "detail": None,
            }
        )
    same = {"id": "b" * 32, "source": "reviews", "text": "똑같은 글", "score": 1.0, "detail": None}
    return [Cluster(41, kept, members), Cluster(2, {**same, "id": "d" * 32}, [same])]


@pytest.fixture(scope="session")
def rich() -> ReleaseReport:
    """Several sources, every section."""
    names = ["news", "reviews", "petitions-of-the-people", "superni-english"]
    return ReleaseReport(
        recipe=_recipe(names, STEPS),
        sources=[
            _source(place, name, share)
            for place, (name, share) in enumerate(zip(names, (1.0, 0.4, 0.05, 0.001), strict=True))
        ],
        scores={
            "hangul_ratio": _scores(1, lambda chance: min(1.0, chance.betavariate(5, 1.2)), 0.5, 4000),
            "quality": _scores(2, lambda chance: chance.gauss(-6, 1.2), -8.5, 4000),
            "near_dedup": Scores({}, {0.8: 30, 0.85: 90, 0.9: 200, 0.99: 1200, 1.0: 900}),
            "length": _scores(3, lambda chance: chance.lognormvariate(4, 2) + 1, 10, 4000),
        },
        counts={
            "normalise/nfc": 120_411,
            "normalise/zero_width": 312,
            "normalise/html_entity": 40_120,
            "normalise/mojibake": 4,
            "correct/spacing": 9_812,
            "personal_data/phone_number": 3_121,
            "personal_data/email_address": 912,
            "personal_data/resident_registration_number": 2,
            "personal_data/<b>kind of tomorrow</b>": 1,
        },
        tags={
            "language": {"ko": 560_000, "en": 31, "mixed": 4_120},
            "topic<b>": {f"<b>주제</b> {number}": 1000 - number for number in range(30)},
            "quality.fluency": {number / 10: 400 - abs(number + 45) ** 2 // 2 for number in range(-70, -20)},
            "has_phone_number": {True: 3121},
            "stars": {1.0: 10, 2.0: 30, 0.5: 7},
            "safety.hate": {number / 10: 10 ** (5 - number // 3) for number in range(11)},
            "safety.bias": {number / 10: 900 - 70 * number for number in range(11)},
            "safety.profanity": {0.0: 100_000, 1.0: 812},
            "safety.layer": {"keyword": 812, "model": 4_000},
        },
        splits={
            "news": {"train": 380_000, "validation": 10_000, "test": 10_000},
            "reviews": {"train": 150_000, "test": 10_000},
            "superni-english": {"test": 400},
        },
        clusters=_clusters(),
        cluster_sizes={2: 4_000, 3: 812, 4: 90, 5: 31, 11: 9, 18: 2, 41: 1},
        about={
            "safety": {
                "metrics": {
                    "hate": {"precision": 0.812, "recall": 0.744, "f1": 0.776, "support": 1204},
                    "bias": {"precision": 0.7, "recall": 0.6, "f1": 0.646, "support": 300},
                },
                "model": "tfidf <b> + logistic regression",
                "trained_on": ["beep", "kosbi"],
                "options": {"ngrams": [1, 3], "C": 1.5},
            }
        },
    )


@pytest.fixture(scope="session")
def minimal() -> ReleaseReport:
    """One source, no steps, nothing else known."""
    source = SourceReport("memo", "CC0-1.0", "", "ko", "memo", Entry(3, 3, {}, 0))
    return ReleaseReport(_recipe(["memo"], []), [source])


@pytest.fixture(scope="session")
def barren() -> ReleaseReport:
    """A release of nothing: no row was read, and every fact is empty or zero."""
    source = SourceReport(
        "memo", "", "", "ko", "memo", Entry(0, 0, {"length/too_short": 0}, 0), Lengths({5: 0}), Lengths()
    )
    return ReleaseReport(
        _recipe(["memo"], [{"step": "length"}]),
        [source],
        scores={"length": Scores({1.0: 0}, {}), "quality": Scores({}, {})},
        counts={"normalise/nfc": 0},
        tags={"language": {}, "safety.hate": {}, "safety.bias": {0.0: 0}},
        splits={"memo": {}},
        cluster_sizes={2: 0},
        about={"length": {}, "safety": {"metrics": {}}},
    )
