"""Draws the floors of malmoi and what imports what, from the import graph, into docs/img/architecture.svg.

Run: `.venv/bin/python docs/make_architecture.py`. The floors are those that import-linter holds, in
pyproject.toml. An arrow is there when one package imports another, in one of three widths, by how many
imports there are. It keeps its width until the number has clearly left it: a drawing that changes with
every commit is noise.
"""

import ast
import re
import tomllib
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

import grimp

from curation.atomic import write_text

ROOT: Final = Path(__file__).parents[1]
DRAWING: Final = ROOT / "docs" / "img" / "architecture.svg"
PAGE: Final = ROOT / "docs" / "architecture.md"
BEGIN: Final = "<!-- made by docs/make_architecture.py: begin -->"
END: Final = "<!-- made by docs/make_architecture.py: end -->"

# From how many imports on an arrow is so wide (pixels).
WIDTHS: Final = {1: 1, 20: 2.5, 80: 5}
# How far beyond a limit an arrow keeps the width that it has.
PATIENCE: Final = 1.5

# Characters that fit into a box.
LONGEST: Final = 60

WIDTH, ROW, GAP, TOP = 930, 52, 26, 16
LEFT, RIGHT = 210, 760


class Arrow(NamedTuple):
    """Who imports whom."""

    importer: str
    imported: str


def floors() -> list[str]:
    """Packages from the highest floor to the lowest, as import-linter holds them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return [str(name) for name in contract["layers"]]


def counted(packages: Sequence[str]) -> dict[Arrow, int]:
    """How many imports there are from the modules of one package to those of another."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    found: dict[Arrow, int] = {}
    for module in graph.modules:
        for target in graph.find_modules_directly_imported_by(module):
            arrow = Arrow(module.partition(".")[0], target.partition(".")[0])
            if arrow.importer != arrow.imported:
                found[arrow] = found.get(arrow, 0) + 1
    order = {name: at for at, name in enumerate(packages)}
    return dict(sorted(found.items(), key=lambda one: (order[one[0].importer], order[one[0].imported])))


def widths(counts: Mapping[Arrow, int], drawn: str) -> dict[Arrow, float]:
    """Give each arrow its width; one that is drawn keeps it as long as its number nearly fits."""
    before = {
        Arrow(importer, imported): float(width)
        for importer, imported, width in re.findall(
            r'data-from="(\w+)" data-to="(\w+)" stroke-width="([\d.]+)"', drawn
        )
    }
    return {arrow: width_of(count, before.get(arrow)) for arrow, count in counts.items()}


def width_of(count: int, before: float | None) -> float:
    """Give the width for so many imports, near a limit the one that the arrow has."""
    limits = [*WIDTHS, 10**9]
    for at, width in enumerate(WIDTHS.values()):
        if width == before and limits[at] / PATIENCE <= count < limits[at + 1] * PATIENCE:
            return width
    return next(width for least, width in reversed(WIDTHS.items()) if count >= least)


def drawing(packages: Sequence[str], arrows: Mapping[Arrow, float]) -> str:
    """Give the picture: a row a floor, arrows of the highest floor at the left, all others at the right."""
    height = TOP * 2 + len(packages) * (ROW + GAP) - GAP
    rows = {name: TOP + at * (ROW + GAP) for at, name in enumerate(packages)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-labelledby="title" font-family="system-ui, sans-serif">',
        '<title id="title">The floors of malmoi: imports go downward only</title>',
        "<style>",
        "  .paper { fill: #fff } .box { fill: #eef3f7; stroke: #2f4858 }",
        "  .name { fill: #16242d; font-weight: 600 } .says { fill: #3c4f5a }",
        "  .arrow { fill: none; stroke: #2f4858; opacity: .55 } .head { fill: #2f4858 }",
        "  @media (prefers-color-scheme: dark) {",
        "    .paper { fill: #12191e } .box { fill: #1e2a32; stroke: #8fb3c7 } .name { fill: #eef3f7 }",
        "    .says { fill: #c0d0da } .arrow { stroke: #8fb3c7 } .head { fill: #8fb3c7 }",
        "  }",
        "</style>",
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker>',
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    parts += [_arrow(arrow, width, rows, packages[0], arrows) for arrow, width in arrows.items()]
    parts += [_box(name, rows[name], len(packages) - 1 - at) for at, name in enumerate(packages)]
    return "\n".join([*parts, "</svg>", ""])


def _box(name: str, top: int, floor: int) -> str:
    return (
        f'<g><rect class="box" x="{LEFT}" y="{top}" width="{RIGHT - LEFT}" height="{ROW}" rx="6"/>'
        f'<text class="says" x="{LEFT + 16}" y="{top + 31}" font-size="14">{floor}</text>'
        f'<text class="name" x="{LEFT + 40}" y="{top + 31}" font-size="16">{name}</text>'
        f'<text class="says" x="{LEFT + 150}" y="{top + 31}" font-size="12">{escape(summary(name))}</text>'
        "</g>"
    )


def _arrow(
    arrow: Arrow, width: float, rows: Mapping[str, int], highest: str, arrows: Mapping[Arrow, float]
) -> str:
    side, bulge = (LEFT, -1) if arrow.importer == highest else (RIGHT, 1)
    begin = rows[arrow.importer] + _port(arrow, [one for one in arrows if one.importer == arrow.importer])
    coming = [one for one in arrows if one.imported == arrow.imported and one.importer != highest]
    end = rows[arrow.imported] + (_port(arrow, coming) if bulge > 0 else ROW // 2)
    floors_down = (rows[arrow.imported] - rows[arrow.importer]) // (ROW + GAP)
    out = side + bulge * (24 + 26 * floors_down)
    return (
        f'<path class="arrow" data-from="{arrow.importer}" data-to="{arrow.imported}" '
        f'stroke-width="{width:g}" marker-end="url(#head)" '
        f'd="M{side} {begin}C{out} {begin} {out} {end} {side} {end}"/>'
    )


def _port(arrow: Arrow, among: Sequence[Arrow]) -> int:
    """Where on the side of its box an arrow begins or ends, so that they do not lie on each other."""
    return round(ROW * (len(among) - among.index(arrow)) / (len(among) + 1))


def summary(package: str) -> str:
    """What a package says of itself in the first line of its docstring."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    said = (ast.get_docstring(tree) or "").partition("\n")[0]
    said = re.sub(r"\.( Floor \d\.)?$", "", said)
    return (said if len(said) <= LONGEST else said.partition(":")[0]).replace("`", "")


def table(packages: Sequence[str], arrows: Mapping[Arrow, float]) -> str:
    """Give the same as the picture in words, for those who do not see it."""
    lines = ["| package | imports |", "|---|---|"]
    for name in packages:
        imported = [f"`{one.imported}`" for one in arrows if one.importer == name]
        lines.append(f"| `{name}` | {', '.join(imported) or 'none of the others'} |")
    picture = "[![The floors, and what imports what](img/architecture.svg)](img/architecture.svg)"
    return "\n".join(["", picture, "", *lines, "", ""])


def made(drawn: str, page: str) -> tuple[str, str]:
    """Give the drawing and the page as they have to be, from those that are there."""
    packages = floors()
    arrows = widths(counted(packages), drawn)
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return drawing(packages, arrows), f"{before}{BEGIN}\n{table(packages, arrows)}{END}{after}"


def main() -> None:
    """Draw anew."""
    drawn = DRAWING.read_text(encoding="utf-8") if DRAWING.exists() else ""
    picture, page = made(drawn, PAGE.read_text(encoding="utf-8"))
    write_text(DRAWING, picture)
    write_text(PAGE, page)


if __name__ == "__main__":
    main()
