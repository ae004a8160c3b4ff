"""Puts the guard of `[answer] guard` or `--guard` before an answerer, or says why it cannot stand there."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from malmoi import console
from malmoi.workspace import GuardChoice, Workspace

if TYPE_CHECKING:
    from curation.safety.model import SafetyModel
    from prompting.asking import Ask
    from prompting.calibration import Calibration
    from prompting.guarding import GuardKind
    from rag.answer import CitedAnswerer
    from rag.guarding import GuardedAnswerer

_CALIBRATIONS: Final = Path(".malmoi") / "judges.json"


def guarded(
    answerer: "CitedAnswerer", choice: GuardChoice, spec: str, workspace: Workspace
) -> "CitedAnswerer | GuardedAnswerer":
    """The answerer, behind the guard unless it is ``off``; ``spec`` names the answerer's model.

    Raises
    ------
    UserError
        The guard cannot be made, or its judge may not be believed: what is asked to guard is never left
        out without a word.
    """
    if choice == "off":
        return answerer
    from prompting.asking import asking
    from prompting.guarding import guard_of
    from prompting.guarding.trust import believed
    from rag.guarding import GuardedAnswerer

    kind, classifier, model = choice, classifier_of(choice, workspace), answerer.model
    guard = guard_of(kind, model, classifier)
    if kind != "classifier":
        left, said = believed(kind, calibrated(asking(model), spec, workspace))
        if said:
            console.err.print(f"[yellow]{escape(said)}[/]", soft_wrap=True)
            guard = guard_of(left, model, classifier)
    return GuardedAnswerer(answerer, guard)


def classifier_of(kind: "GuardKind", workspace: Workspace) -> "SafetyModel | None":
    """The workspace's classifier, where the guard needs one.

    Raises
    ------
    UserError
        It needs one, and there is none or it cannot be read.
    """
    from curation.safety.model import load
    from prompting.flagging import DEFAULT_MODEL

    return None if kind == "self-check" else load(workspace.home / DEFAULT_MODEL)


def calibrated(ask: "Ask", spec: str, workspace: Workspace, *, anew: bool = False) -> "Calibration":
    """Whether the model may judge, from what is kept in the workspace where it is not too old."""
    from prompting.guarding.trust import calibration_of

    def told() -> None:
        console.err.print("[dim]Trying on labelled answers whether the model can judge…[/]", soft_wrap=True)

    kept = workspace.home / _CALIBRATIONS
    return calibration_of(spec, ask, kept, anew=anew, told=told, progress=console.progress())
