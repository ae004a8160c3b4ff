"""A card with every kind of fact."""

import pytest

from datacards.card import Card, Column, Config, Figure, FileFacts, SourceFacts, Split, StepFacts


@pytest.fixture
def card() -> Card:
    columns = (
        Column(name="text", dtype="string", description="the | text"),
        Column(name="labels", dtype="int64", repeated=True),
        Column(name="messages", dtype="messages"),
    )
    files = tuple(
        FileFacts(path=f"data/one/train-{n:05d}-of-00002.parquet", sha256="0" * 64, bytes=10, rows=600)
        for n in range(2)
    )
    return Card(
        name="trial",
        title="시험: 'a' \"b\"",
        version="2",
        languages=("ko",),
        licences=("MIT", "own terms"),
        configs=(Config(name="one", columns=columns, splits=(Split(name="train", files=files),)),),
        sources=(
            SourceFacts(
                name="a", licence="MIT", url="https://example.org", read=1300, kept=1200, dropped=100
            ),
            SourceFacts(name="b|<b>", licence="own terms"),
        ),
        steps=(StepFacts(name="length", summary="drops", params={"min": 2, "max": None}, dropped=100),),
        figures=(Figure(label="Share kept", value="92.3%"),),
        quirks=("Near duplicates were not searched for.",),
    )
