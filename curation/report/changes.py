"""What steps changed or found in texts: counts by rule, personal data by kind, before and after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from markupsafe import Markup

from curation.recipe import Recipe
from curation.report.charts import Bar, Chart, bars_of_counts
from curation.report.data import Cluster, SourceReport
from curation.report.funnel import steps_in_order
from curation.report.texts import differences
from curation.report.words import Both, reason_name, rule_name, step_name, with_code

PERSONAL_DATA = "personal_data"
TIMES = Both("횟수", "times")
MAX_CHANGES = 12
MAX_CLUSTERS = 10
MAX_MEMBERS = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts beside each other, with what differs marked, and what is said of them."""

    left: Markup
    right: Markup
    about: str
    note: Both | str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster of near-duplicates as pairs of the kept text and one that left for it."""

    size: int
    source: str
    id: str
    pairs: Sequence[Pair]
    unshown: int


def rule_chart(recipe: Recipe, counts: Mapping[str, int]) -> Chart | None:
    """Draw how often each rule changed something; personal data has a chart of its own."""
    places = {step: place for place, step in enumerate(steps_in_order(recipe, counts))}
    labels = sorted(
        (label for label, count in counts.items() if count and _step(label) != PERSONAL_DATA),
        key=lambda label: (places[_step(label)], -counts[label], label),
    )
    bars = [Bar(reason_name(label), counts[label], cell=with_code(reason_name(label))) for label in labels]
    title = Both("규칙마다 바꾼 수", "Changes by rule")
    return (
        bars_of_counts("rules", title, Both("단계: 규칙", "step/rule"), bars, measure=TIMES) if bars else None
    )


def personal_data_chart(counts: Mapping[str, int]) -> Chart | None:
    """Draw how many pieces of personal data of each kind were found."""
    found = {
        label.partition("/")[2]: count
        for label, count in counts.items()
        if count and _step(label) == PERSONAL_DATA
    }
    kinds = sorted(found, key=lambda kind: (-found[kind], kind))
    bars = [Bar(rule_name(kind), found[kind], cell=with_code(rule_name(kind))) for kind in kinds]
    title = Both("종류마다 찾은 수", "Found by kind")
    return bars_of_counts("personal-data", title, Both("종류", "kind"), bars, measure=TIMES) if bars else None


def _step(label: str) -> str:
    return label.partition("/")[0]


def change_pairs(sources: Sequence[SourceReport]) -> list[Pair]:
    """Give rewritten rows of the sources in turn, before beside after."""
    columns = [[(source.name, change) for change in source.changes] for source in sources]
    in_turn = (item for item in chain.from_iterable(zip_longest(*columns)) if item is not None)
    return [
        Pair(
            *differences(change["before"], change["after"], spaces=True),
            about=f"{name} · {change['id']}",
            note=step_name(change["step"]),
        )
        for name, change in islice(in_turn, MAX_CHANGES)
    ]


def groups(clusters: Iterable[Cluster]) -> list[Group]:
    """Give the largest clusters, the kept text beside each of those that left."""
    largest = sorted(clusters, key=lambda cluster: (-cluster.size, str(cluster.kept["id"])))[:MAX_CLUSTERS]
    return [
        Group(
            cluster.size,
            str(cluster.kept["source"]),
            str(cluster.kept["id"]),
            [
                Pair(
                    *differences(cluster.kept["text"], member["text"]),
                    about=f"{member['source']} · {member['id']}",
                    note=_score(member.get("score"), member.get("detail")),
                )
                for member in cluster.members[:MAX_MEMBERS]
            ],
            cluster.size - 1 - len(cluster.members[:MAX_MEMBERS]),
        )
        for cluster in largest
    ]


def _score(score: float | None, detail: str | None) -> str:
    said = [] if score is None else [f"{score:.4g}"]
    return " · ".join([*said, detail] if detail else said)


def size_chart(sizes: Mapping[int, int]) -> Chart | None:
    """Draw how many clusters there are of each size, in classes from ten rows on."""
    classes: dict[tuple[int, int], int] = {}
    for size, count in sizes.items():
        classes[_class_of(size)] = classes.get(_class_of(size), 0) + count
    bars = [
        Bar(f"{low:,}" if low == high else f"{low:,}–{high:,}", count)
        for (low, high), count in sorted(classes.items())
        if count
    ]
    first = Both("한 무리의 글", "texts in a cluster")
    measure = Both("무리의 수", "clusters")
    title = Both("무리의 크기", "Cluster sizes")
    return bars_of_counts("cluster-sizes", title, first, bars, measure=measure) if bars else None


def _class_of(size: int) -> tuple[int, int]:
    if size < 10:
        return size, size
    low = 10
    while size >= 2 * low:
        low *= 2
    return low, 2 * low - 1
