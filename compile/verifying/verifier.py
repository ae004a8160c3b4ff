"""Compares what a bundle's models say in a browser with what the reference says."""

import time
from collections.abc import Sequence
from pathlib import Path

from compile.verifying.results import EngineRun, Verified
from compile.verifying.session import ENGINES, SILENCE_S, Session
from curation.progress import Progress, Quiet


def verify(
    bundle: Path,
    model_id: str,
    prompts: Sequence[Sequence[int]],
    expected: Sequence[Sequence[int]],
    *,
    progress: Progress | None = None,
    page: Path | None = None,
    silence_s: float = SILENCE_S,
) -> Verified:
    """Run a model in TVM's runtime and in web-llm, and compare its tokens with those expected.

    Parameters
    ----------
    bundle
        The bundle's folder.
    model_id
        One of its models.
    prompts
        Tokens.
    expected
        What `compile.reference.reference_tokens` gives for them, each of the same length.
    progress
        Shows the tokens as they come.
    page
        The folder of the built page, for a bundle that has no verify.html of its own.
    silence_s
        After so many seconds without a sign of life the tab is closed.

    Raises
    ------
    UserError
        When there is no browser, the model is not in the bundle, or it fails or hangs in the browser.
        Tokens that differ and requests beyond the bundle are no error: `Verified.passed` is False.
    """
    with Session.opened(bundle, page=page, silence_s=silence_s) as session:
        return verify_in(session, model_id, prompts, expected, progress=progress)


def verify_in(
    session: Session,
    model_id: str,
    prompts: Sequence[Sequence[int]],
    expected: Sequence[Sequence[int]],
    *,
    progress: Progress | None = None,
) -> Verified:
    """Do what `verify` does in a browser that is open: for several models of a bundle."""
    begun = time.monotonic()
    of = len(ENGINES) * sum(map(len, expected))
    with (progress or Quiet()).task("verification", of, "tokens") as advance:
        runs = [
            session.run(engine, model_id, prompts, len(expected[0]), lambda: advance(1)) for engine in ENGINES
        ]
    adapter = runs[0].adapter
    return Verified(
        equal=sum(run.equal(expected) for run in runs),
        of=of,
        seconds=time.monotonic() - begun,
        adapter=f"{adapter['vendor']} {adapter['architecture'] or adapter['description']}".strip(),
        runs=tuple(runs),
        outside=tuple(dict.fromkeys(url for run in runs for url in run.outside)),
        first_difference=next(filter(None, (_difference(run, expected) for run in runs)), ""),
    )


def _difference(run: EngineRun, expected: Sequence[Sequence[int]]) -> str:
    for place, (found, wanted) in enumerate(zip(run.tokens, expected, strict=True)):
        for at, (one, other) in enumerate(zip(found, wanted, strict=True)):
            if one != other:
                return (
                    f"{run.engine}, prompt {place + 1}, token {at + 1}: {one}, and {other} by the reference"
                )
    return ""
