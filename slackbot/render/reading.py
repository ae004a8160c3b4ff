"""From Markdown to pieces."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from slackbot.render.addresses import label_and_address, linked
from slackbot.render.grammar import parser
from slackbot.render.letters import shown
from slackbot.render.pieces import Kind, Piece, Run, Style, merged
from slackbot.render.tables import aligned

# By the names that fences use; a language that Slack does not know might cost the whole message.
_LANGUAGES = {
    "bash": "bash", "sh": "bash", "shell": "bash", "c": "c", "cpp": "cpp", "c++": "cpp", "csharp": "csharp",
    "css": "css", "diff": "diff", "go": "go", "html": "html", "java": "java", "javascript": "javascript",
    "js": "javascript", "json": "json", "kotlin": "kotlin", "markdown": "markdown", "php": "php",
    "python": "python", "py": "python", "r": "r", "ruby": "ruby", "rust": "rust", "sql": "sql",
    "swift": "swift", "typescript": "typescript", "ts": "typescript", "xml": "xml", "yaml": "yaml",
    "yml": "yaml", "text": "", "txt": "", "plaintext": "",
}  # fmt: skip
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}
_CELL_ENDS = re.compile(r"(?<!\\)\|")
_DEEPEST_INDENT = 8


def pieces(text: str) -> tuple[Piece, ...]:
    """What a text in Markdown consists of; nothing when it shows nothing."""
    reading = _Reading()
    for token in parser().parse(shown(text)):
        reading.take(token)
    return tuple(reading.found)


@dataclass(slots=True)
class _List:
    numbered: bool
    written: int = -1
    number: int = 0


@dataclass(slots=True)
class _Reading:
    found: list[Piece] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    heading: bool = False
    # Of an item of which nothing has been read yet; a bullet is "".
    mark: str | None = None

    def take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self.flush()
                self.lists.append(_List(token.type == "ordered_list_open"))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.open_item(token)
            case "list_item_close":
                self.flush()
            case "blockquote_open" | "blockquote_close":
                self.flush()
                self.quotes += token.nesting
            case "heading_open" | "heading_close":
                self.heading = token.nesting > 0
            case "inline":
                self.paragraph(token)
            case "fence":
                self.fence(token)
            case "table":
                self.table(token.meta["lines"])
            case "hr":
                self.add(Piece(Kind.SECTION, (Run("———"),)))

    def open_item(self, token: Token) -> None:
        inside = self.lists[-1]
        if inside.numbered:
            written = int(token.info)
            # Writers who number every item 1 want them counted.
            inside.number = inside.number + 1 if written == inside.written else written
            inside.written = written
        self.mark = f"{token.info}{token.markup}" if inside.numbered else ""

    def paragraph(self, token: Token) -> None:
        runs = merged(_styled(token.children or [], frozenset({Style.BOLD} if self.heading else ())))
        if not "".join(run.text for run in runs).strip():
            return
        if self.quotes:
            # Slack has no lists in quotes.
            mark = "" if self.mark is None else f"{self.mark or '•'} "
            self.mark = None
            self.found.append(Piece(Kind.QUOTE, merged((Run(mark), *runs)), before="\n" if mark else "\n\n"))
        elif self.lists and self.mark is not None:
            self.mark = None
            inside = self.lists[-1]
            indent = min(len(self.lists) - 1, _DEEPEST_INDENT)
            self.found.append(
                Piece(Kind.ITEM, runs, indent=indent, number=inside.number if inside.numbered else None)
            )
        else:
            self.add(Piece(Kind.SECTION, runs, before="\n" if self.after_heading() else "\n\n"))

    def after_heading(self) -> bool:
        return bool(self.found) and all(Style.BOLD in run.style for run in self.found[-1].runs)

    def fence(self, token: Token) -> None:
        name, _, rest = token.info.strip().partition(" ")
        language = None if rest else _LANGUAGES.get(name.lower())
        code = token.content.removesuffix("\n")
        if language is None:
            code = "\n".join(filter(None, (token.info.strip(), code)))
        if code:
            self.add(Piece(Kind.CODE, (Run(code),), language=language or ""))

    def table(self, lines: Sequence[str]) -> None:
        rows = [_cells(line) for line in lines]
        ends = [
            "center" if cell[:1] == cell[-1:] == ":" else "right" if cell[-1:] == ":" else "left"
            for cell in rows.pop(1)
        ]
        written = aligned([[_flat(cell) for cell in row] for row in rows], ends)
        self.add(Piece(Kind.CODE, (Run("\n".join(written)),), header="\n".join(written[:2])))

    def add(self, piece: Piece) -> None:
        self.flush()
        self.found.append(piece)

    def flush(self) -> None:
        """Show the number of an item that begins with something other than a paragraph, or is empty."""
        if self.mark:
            self.found.append(Piece(Kind.SECTION, (Run(self.mark),)))
        self.mark = None


def _styled(tokens: Sequence[Token], style: frozenset[Style]) -> list[Run]:
    """The runs of inline tokens that stand in a text of some style."""
    found: list[Run] = []
    opened: list[tuple[int, Token]] = []
    around: list[frozenset[Style]] = []
    for token in tokens:
        if token.type == "code_inline":
            found.append(Run(token.content, style | {Style.CODE}))
        elif token.type in ("softbreak", "hardbreak"):
            found.append(Run("\n", style))
        elif token.type == "image":
            alt = _styled(token.children or [], style)
            found.extend(label_and_address(alt, token, style))
        elif token.type == "link_open":
            opened.append((len(found), token))
        elif token.type == "link_close":
            start, opening = opened.pop()
            label = found[start:]
            found[start:] = label_and_address(label, opening, style)
        elif token.tag in _STYLES:
            if token.nesting > 0:
                around.append(style)
                style |= {_STYLES[token.tag]}
            else:
                style = around.pop()
        elif opened:
            found.append(Run(token.content, style))
        else:
            found.extend(linked(token.content, style))
    return found


def _cells(line: str) -> list[str]:
    cells = [cell.strip().replace("\\|", "|") for cell in _CELL_ENDS.split(line.strip())]
    if cells and not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return cells or [""]


def _flat(cell: str) -> str:
    """The text of a cell without its marks."""
    [token] = parser().parseInline(cell)
    return "".join(run.text for run in _styled(token.children or [], frozenset()))
