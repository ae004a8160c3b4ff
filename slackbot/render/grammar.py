"""The Markdown that is read: CommonMark with tables, made safe for documents and for Korean.

Models write Markdown; documents that are quoted often only look like it. So nothing that a reader
would miss may vanish: entities, HTML, reference definitions and indented text stay as they are
written. Two rules of CommonMark are wrong for Korean and are changed here: ``**휴가(연차)**는`` is
bold although a letter follows the closing mark, and ``2024. 3. 1.`` is a date, not three lists.
"""

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, list_block, table
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token

# Deeper lists and quotes are shown as the text they are written with.
DEEPEST = 16
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
# A date, a decimal or a year at the beginning of a line, not the number of an item.
_NO_ITEM = re.compile(r"(?:0|\d{4,}[.)]|\d+[.)][ \t]+\d+[.)](?!\d))")


@cache
def parser() -> MarkdownIt:
    """The parser; it keeps nothing between two texts."""
    found = _Parser()
    found.inline = _Inline()
    found.configure("commonmark", {"html": False, "maxNesting": 2 * DEEPEST})
    found.enable(["table", "strikethrough"])
    found.disable(["code", "entity", "reference", "lheading", "html_block", "html_inline"])
    rules = found.block.ruler
    rules.before("table", "too_deep", _too_deep)
    rules.before("list", "no_item", _no_item, {"alt": ["list"]})
    rules.at("table", _table, {"alt": ["paragraph"]})
    rules.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    return found


class _Parser(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        return link


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _KoreanState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _KoreanState(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """CommonMark's flanking, but a mark right beside an East Asian letter opens and closes there."""
        found = super().scanDelims(start, canSplitWord)
        if not canSplitWord:
            return found
        end = start + found.length
        before, after = self.src[start - 1 : start] or " ", self.src[end : end + 1] or " "
        return Scanned(
            found.can_open or bool(_EAST_ASIAN.match(before) and not after.isspace()),
            found.can_close or bool(_EAST_ASIAN.match(after) and not before.isspace()),
            found.length,
        )


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _list(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803
    return not _NO_ITEM.match(_line(state, startLine)) and list_block(state, startLine, endLine, silent)


def _no_item(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: ARG001, N803
    """Ends the list above such a line: the rule for lists takes further items without asking `_list`."""
    return silent and bool(_NO_ITEM.match(_line(state, startLine)))


def _table(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803
    """One token for a table, with the lines as written: GFM drops cells beyond those of the first row."""
    before = len(state.tokens)
    if not table(state, startLine, endLine, silent):
        return False
    if not silent:
        del state.tokens[before:]
        token = state.push("table", "table", 0)
        token.meta["lines"] = [_line(state, number) for number in range(startLine, state.line)]
    return True


def _too_deep(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803
    if silent or state.level < DEEPEST:
        return False
    end = startLine + 1
    while end < endLine and (state.isEmpty(end) or state.sCount[end] >= state.blkIndent):
        end += 1
    state.push("paragraph_open", "p", 1)
    token = state.push("inline", "", 0)
    token.content, token.children = state.getLines(startLine, end, state.blkIndent, False).strip(), []
    state.push("paragraph_close", "p", -1)
    state.line = end
    return True
