"""One page of all figures, in Korean and English: one HTML file that loads nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from collecting.contract import Figure
from collecting.machine_facts import Facts
from collecting.running import Result, Status
from curation.report import palette
from curation.report.plotly_script import csp_hash, embeddable
from curation.report.words import Both

HERE = Path(__file__).parent
TITLE = Both("벤치마크", "Benchmarks")
GROUPS = {
    "curation": Both("데이터 다듬기", "Curation"),
    "rag": Both("찾기와 답하기", "Retrieval and answers"),
    "chat": Both("대화 모형", "Chat models"),
    "prompting": Both("지시문 고르기", "Prompting"),
    "slack": Both("슬랙 봇", "The Slack bot"),
    "training": Both("미세조정", "Fine-tuning"),
    "browser": Both("브라우저 모형", "The model in a browser"),
    "gpu": Both("그래픽 처리 장치", "On a GPU"),
}
STATUS: dict[Status, Both] = {
    "failed": Both("실패", "failed"),
    "timeout": Both("시간 초과", "out of time"),
    "fault": Both("약속과 다른 출력", "printed something else than the contract"),
    "not_run": Both("여기서는 잴 수 없음", "cannot be measured here"),
    "left_out": Both("이번에는 뺌", "left out"),
    "waiting": Both("아직 재지 않음", "not measured yet"),
}
BROKEN: tuple[Status, ...] = ("failed", "timeout", "fault")
# A load above the number of cores stretches times by the clock.
OURS = Both("우리 것", "ours")


@dataclass(frozen=True)
class Way:
    """Ours or a peer, with its bar in percent of the longest."""

    name: Both | str
    said: str
    width: float
    ours: bool


@dataclass(frozen=True)
class Row:
    """One figure as the page says it."""

    name: str
    unit: str
    direction: Both
    script: str
    ways: Sequence[Way]
    mark: float | None
    limit: str
    ratio: Both | str
    verdict: Both | str
    kind: str


def render(results: Sequence[Result], facts: Facts, *, quick: bool, when: str) -> str:
    """Render the page; equal results give equal pages, byte for byte."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["both"] = Both
    script = embeddable((HERE / "page.js").read_text(encoding="utf-8"), "page.js")
    style = files("curation").joinpath("templates/report/report.css").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(
        title=TITLE,
        when=when,
        quick=quick,
        loads=_disturbed(results, facts),
        tiles=list(_tiles(results, quick=quick)),
        groups=list(_groups(results, quick=quick)),
        missing=list(_missing(results)),
        machine=list(_machine(facts)),
        runs=list(_runs(results)),
        # Our own files; nothing of a result is in them.
        style=Markup(style),
        script=Markup(script),
        script_hash=csp_hash(script),
        light=palette.css_variables(palette.LIGHT),
        dark=palette.css_variables(palette.DARK),
    )


def said(value: float) -> str:
    """Write a number with some four digits that count.

    Examples
    --------
    >>> [said(one) for one in (12345.6, 12.3456, 0.00123456, 3.0, -0.5)]
    ['12,346', '12.35', '0.001235', '3', '-0.5']
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def row_of(script: str, figure: Figure, *, quick: bool) -> Row:
    longest = max([figure.ours, *figure.peers.values(), figure.limit or 0.0, 0.0]) or 1.0

    def width(value: float) -> float:
        return round(100 * max(0.0, value) / longest, 2)

    ways = [Way(OURS, said(figure.ours), width(figure.ours), True)]
    ways += [Way(name, said(value), width(value), False) for name, value in figure.peers.items()]
    kind, verdict = _verdict(figure, quick=quick)
    lower = figure.lower_is_better
    return Row(
        figure.name,
        figure.unit,
        Both("낮을수록 좋음", "lower is better") if lower else Both("높을수록 좋음", "higher is better"),
        script,
        ways,
        None if figure.limit is None else width(figure.limit),
        "—" if figure.limit is None else f"{'≤' if lower else '≥'} {said(figure.limit)}",
        _ratio(figure),
        verdict,
        kind,
    )


def _ratio(figure: Figure) -> Both | str:
    if figure.ratio is None:
        return "—"
    mark = "▲" if figure.is_better else "▼"
    times = said(figure.ratio)
    return Both(f"{mark} 가장 나은 비교 대상의 {times}배", f"{mark} {times} × the best peer")


def _verdict(figure: Figure, *, quick: bool) -> tuple[str, Both | str]:
    if figure.passed is None:
        return "none", "—"
    if quick:
        return "none", Both("판정하지 않음", "not judged")
    return ("met", Both("지킴", "met")) if figure.passed else ("missed", Both("못 지킴", "missed"))


@dataclass(frozen=True)
class Tile:
    """A count at the top of the page."""

    name: Both
    count: int
    kind: str


def _tiles(results: Sequence[Result], *, quick: bool) -> Iterator[Tile]:
    figures = [figure for result in results if result.told for figure in result.told.figures]
    yield Tile(Both("수치", "figures"), len(figures), "")
    if not quick:
        yield Tile(Both("한도를 지킴", "limits met"), sum(one.passed is True for one in figures), "kept")
        yield Tile(Both("못 지킴", "limits missed"), sum(one.passed is False for one in figures), "dropped")
    broken = sum(result.status in BROKEN for result in results)
    yield Tile(Both("실패", "failed"), broken, "dropped")
    rest = sum(result.status not in (*BROKEN, "done") for result in results)
    yield Tile(Both("재지 않음", "not measured"), rest, "bad")


@dataclass(frozen=True)
class Group:
    """The figures of one folder of benchmarks."""

    id: str
    name: Both
    rows: Sequence[Row]


def _groups(results: Sequence[Result], *, quick: bool) -> Iterator[Group]:
    for folder, name in GROUPS.items():
        rows = [
            row_of(result.script, figure, quick=quick)
            for result in results
            if group_of(result.script) == folder and result.told
            for figure in result.told.figures
        ]
        if rows:
            yield Group(folder, name, rows)


def group_of(script: str) -> str:
    """Give the folder of a script; those beside it are of the curation."""
    folder, _, rest = script.partition("/")
    return folder if rest else "curation"


@dataclass(frozen=True)
class Missing:
    """A benchmark without figures, and why."""

    script: str
    status: Both
    reason: str


def _missing(results: Sequence[Result]) -> Iterator[Missing]:
    ranked = sorted(results, key=lambda one: one.status not in BROKEN)
    for result in ranked:
        if result.status != "done":
            yield Missing(result.script, STATUS[result.status], result.reason)


def _disturbed(results: Sequence[Result], facts: Facts) -> Both | None:
    busy = [one.script for one in results if one.status == "done" and one.load_before > facts.cores]
    if not busy:
        return None
    return Both(
        f"다른 일로 바쁜 기계에서 잰 것이 {len(busy)}개입니다. 시간으로 잰 수치는 늘어났을 수 있습니다.",
        f"{len(busy)} benchmarks began while other work kept the machine busy; times may be stretched.",
    )


def _machine(facts: Facts) -> Iterator[tuple[Both, str]]:
    yield Both("처리 장치", "processor"), facts.processor
    yield Both("코어", "cores"), str(facts.cores)
    yield Both("메모리", "memory"), f"{facts.memory_gb:g} GB"
    yield Both("그래픽 처리 장치", "GPU"), ", ".join(facts.accelerators) or "—"
    yield Both("운영 체제", "system"), facts.system
    yield Both("파이썬", "Python"), facts.python
    yield Both("커밋", "commit"), facts.commit or "—"


@dataclass(frozen=True)
class Ran:
    """When and how a benchmark was run."""

    script: str
    begun: str
    seconds: str
    load: str
    arguments: str
    versions: str


def _runs(results: Sequence[Result]) -> Iterator[Ran]:
    for one in results:
        if one.told is None:
            continue
        versions = ", ".join(f"{name} {version}" for name, version in (one.told.versions or {}).items())
        yield Ran(
            one.script,
            one.begun,
            f"{one.seconds:,.0f}",
            f"{one.load_before:g}",
            " ".join(one.arguments),
            versions,
        )
