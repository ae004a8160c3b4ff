"""One spelling for what looks the same: Unicode, blanks, jamo, widths, HTML, mojibake."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from curation.normalising.widths import Widths
from curation.steps.base import BatchJudge, Given, Keep, Outcome, Params, Step


class NormaliseParams(Params):
    """Which rules run. By default all that keep what the text says, and none that shortens it.

    ``nfc``
        Unicode NFC (never NFKC: ㈜, ①, ½ and ㎡ stay);
    ``invisible``
        controls, zero-width characters, marks of direction and tag characters leave;
    ``white_space``
        blanks and fillers fold to one space, lines are trimmed, empty lines fold to one;
    ``jamo``
        ㅎㅏㄴㄱㅡㄹ becomes 한글, half-width and stray conjoining jamo become ㄱ; ㅋㅋ and ㅠㅠ stay;
    ``full_width``
        ``all``: ASCII for full-width letters, digits and punctuation; ``letters``: for letters and
        digits; ``keep``;
    ``mojibake``
        text that was read in a wrong encoding is read again, where that is beyond doubt;
    ``html_entities``
        ``&amp;`` becomes &, outside code and HTML source;
    ``html_tags``
        tags leave, blocks and ``<br>`` become line breaks; off because links and code go with them;
    ``repeats``
        longest run of a repeated letter or mark (at least 2); off because length is feeling;
    ``hanja``
        ``hangul``: Hanja is written in Hangul; ``keep``.
    """

    nfc: bool = True
    invisible: bool = True
    white_space: bool = True
    jamo: bool = True
    full_width: Widths = "all"
    mojibake: bool = True
    html_entities: bool = True
    html_tags: bool = False
    repeats: Annotated[int, Field(ge=2)] | None = None
    hanja: Literal["keep", "hangul"] = "keep"


def _make(params: NormaliseParams, _: Given) -> BatchJudge:
    # Dozens of expressions are compiled on import: only who normalises pays for them.
    from curation.normalising.rules import rules_of  # noqa: PLC0415
    from curation.normalising.ruleset import changes  # noqa: PLC0415

    rules = rules_of(**params.model_dump())

    def judge(texts: Sequence[str]) -> list[Outcome]:
        outcomes: list[Outcome] = list(texts)
        for place, text, counts in changes(texts, rules):
            outcomes[place] = Keep(text, counts=counts)
        return outcomes

    return judge


NORMALISE = Step(
    name="normalise",
    summary="one spelling for what looks the same: Unicode, blanks, jamo, widths, HTML, mojibake",
    params=NormaliseParams,
    sees="strings",
    make=_make,
)
