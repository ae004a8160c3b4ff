"""Whether a model may guard: its calibration, kept so that a question does not pay for it again."""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from chat.identity import model_identity
from curation.atomic import write_bytes
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from prompting.asking import Ask, Conversation, Reply
from prompting.calibration import ITEMS, Calibration, calibrate, read_items
from prompting.guarding.guard import GuardKind
from prompting.judging import ORDERS, ballot

KEPT_S: Final = 7 * 86_400.0
"""How long a calibration is believed: a server's model may change under its name."""


def calibration_of(
    spec: str,
    ask: Ask,
    path: Path,
    *,
    anew: bool = False,
    told: Callable[[], None] = lambda: None,
    progress: Progress | None = None,
) -> Calibration:
    """Give the calibration of the model of that spec, from the file ``path`` where it is kept.

    Parameters
    ----------
    anew
        Calibrate although one is kept.
    told
        Called before the model is asked: two calls for each labelled answer, fewer for one that cannot
        judge.
    progress
        Shows how many of the labelled answers were judged.

    Raises
    ------
    UserError
        When the model does not reply, so that nothing is known of it.
    """
    key, kept = _key(spec), _read(path)
    if not anew and (found := _kept(kept.get(key))) is not None:
        return found
    told()
    faults: list[UserError] = []

    items = read_items()
    with (progress or Quiet()).task("labelled answers", len(items), "answers") as advance:

        def noting(conversations: Sequence[Conversation]) -> Sequence[Reply]:
            replies = ask(conversations)
            faults.extend(reply for reply in replies if isinstance(reply, UserError))
            advance(len(conversations) // len(ORDERS))
            return replies

        calibration = calibrate(noting, items=items)
    if faults and not calibration.trusted:
        raise UserError(
            f"Whether the model can judge is not known, because it does not reply: {faults[-1].what}",
            where=spec,
            fix="Make it answer first; or choose the guard 'classifier', which asks no model.",
        )
    kept[key] = {"model": spec, "at": time.time(), "calibration": asdict(calibration)}
    with suppress(OSError):  # where nothing can be kept, the next start pays again
        write_bytes(path, orjson.dumps(kept, option=orjson.OPT_INDENT_2))
    return calibration


def believed(kind: GuardKind, calibration: Calibration) -> tuple[GuardKind, str]:
    """What is left of a guard when its judge may not be believed, and what to say of that.

    Raises
    ------
    ConfigurationError
        When nothing is left: a guard that judges by chance is none.
    """
    if kind == "classifier" or calibration.trusted:
        return kind, ""
    fault = f"The model cannot judge its own answers: {'; '.join(calibration.reasons)}."
    if kind == "self-check":
        raise ConfigurationError(
            fault,
            where=f"guard '{kind}', by {calibration.judged} of our {calibration.items} labelled answers",
            fix="Choose the guard 'classifier', or a larger model: small ones judge by chance.",
        )
    return "classifier", f"{fault} Its verdicts are left out, and the classifier guards alone."


def _key(spec: str) -> str:
    """What a calibration is of: the model, the labelled answers, and how they are asked about."""
    asked = [message.content for turns in ballot([""]) for message in turns]
    return hashlib.sha256(ITEMS.read_bytes() + orjson.dumps([model_identity(spec), asked])).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):  # it is only there to save calls
        return {}
    return kept if isinstance(kept, dict) else {}


def _kept(entry: Any) -> Calibration | None:
    try:
        known = entry["calibration"]
        is_young = 0 <= time.time() - entry["at"] < KEPT_S
        return Calibration(**{**known, "reasons": tuple(known["reasons"])}) if is_young else None
    except (KeyError, TypeError):
        return None
