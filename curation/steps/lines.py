"""Pages that are no prose, told by their lines: lists, cut-off teasers, menus.

The rules follow Gopher (Rae et al. 2021, appendix A.1.1) and FineWeb (Penedo et al. 2024, section 3.6),
with limits for Korean; docs/shape-filters.md derives and measures each. They are about pages: a text
of fewer than ``least_lines`` lines passes.
"""

import re
from collections.abc import Iterator, Sequence

from pydantic import Field

from curation.steps.base import BatchJudge, Drop, Given, Outcome, Params, Step, each

# Signs, numbers and the letters that Korean documents count with (가. 나. or ㄱ. ㄴ.), at a line's start.
_BULLET = re.compile(
    r"(?:[•·ㆍ‣⁃◦∙▪▫■□●○◆◇▶▷►★☆※☞✓✔✅√①-⑳⑴-⒇㉠-㉻❶-❿]|[-–—*+](?=[^\W_]|\s)|[ㅇo](?=\s)"
    r"|[(<\[]?(?:\d{1,2}[.)>\]](?!\d)|[가나다라마바사아자차카타파하ㄱ-ㅎ][.)>\]](?=\s)))"
)
_CLOSING = "\"'”’)]」』》"
_ELLIPSES = ("..", "…", "‥")
# A Korean sentence may do without its full stop; then its last syllable is that of a final ending,
# and laughter or tears may follow.
_SENTENCE_ENDS = tuple(".?!…‥。？！~♡♥ㅋㅎㅠㅜ다요까죠네음함됨임")


class LinesParams(Params):
    """Limits, as shares of the lines that are not blank; ``null`` switches a rule off.

    ``max_bullets``
        lines that start with a list sign, a number or 가. 나. 다.;
    ``max_ellipses``
        lines that end in an ellipsis;
    ``min_ended``
        lines that end as a sentence does: punctuation, or the last syllable of a final ending;
    ``max_short``
        lines of at most ``short`` characters.
    """

    max_bullets: float | None = Field(default=0.9, ge=0, le=1)
    max_ellipses: float | None = Field(default=0.4, ge=0, le=1)
    min_ended: float | None = Field(default=0.12, ge=0, le=1)
    max_short: float | None = Field(default=0.67, ge=0, le=1)
    short: int = Field(default=15, ge=1)
    least_lines: int = Field(default=10, ge=1)


def _make(params: LinesParams, _: Given) -> BatchJudge:
    least = params.least_lines

    def judge(text: str) -> Outcome:
        if text.count("\n") < least - 1:
            return text
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        if len(lines) < least:
            return text
        for value, limit, reason in _values(lines, params):
            beyond = value < limit if reason == "no_sentences" else value > limit
            if beyond:
                return Drop(reason, round(value, 4))
        return text

    return each(judge)


def _values(lines: Sequence[str], params: LinesParams) -> Iterator[tuple[float, float, str]]:
    """Give what each rule measures, its limit and its reason, for the rules that are on."""
    if params.max_bullets is not None:
        bullets = sum(_BULLET.match(line) is not None for line in lines)
        yield bullets / len(lines), params.max_bullets, "bullet_list"
    ends = [line.rstrip(_CLOSING) for line in lines]
    if params.max_ellipses is not None:
        cut_off = sum(end.endswith(_ELLIPSES) for end in ends)
        yield cut_off / len(lines), params.max_ellipses, "cut_off_lines"
    if params.min_ended is not None:
        ended = sum(end.endswith(_SENTENCE_ENDS) for end in ends)
        yield ended / len(lines), params.min_ended, "no_sentences"
    if params.max_short is not None:
        short = sum(len(line) <= params.short for line in lines)
        yield short / len(lines), params.max_short, "short_lines"


LINES = Step(
    name="lines",
    summary="drops pages made of list items, cut-off lines, or lines that are no sentences",
    params=LinesParams,
    sees="record",
    make=_make,
)
