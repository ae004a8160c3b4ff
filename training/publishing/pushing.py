"""The stage ``push``: a merged model to the Hugging Face hub, once everything speaks for it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from training.config import TrainConfig
from training.evaluation.trained import trained_weights
from training.publishing.card import card_of
from training.publishing.hub import Hub, LocalFile, endpoint_of_hub
from training.publishing.licence import licence_of
from training.publishing.publication import Publication
from training.run_folder import RunFolder
from training.running.at_work import at_work


@dataclass(frozen=True, slots=True, kw_only=True)
class PushResult(Publication):
    """What would be pushed where, or was; ``gate`` is the forgetting gate's verdict in a word."""

    repo: str
    endpoint: str
    gate: str
    pushed: bool = False


def push(
    config: TrainConfig, folder: RunFolder, *, really: bool = False, progress: Progress | None = None
) -> PushResult:
    """Write the card, look whether anything speaks against a push, and ``really`` push.

    Without ``really`` no request is made. The hub is that of ``HF_ENDPOINT``; the token is found where
    `huggingface_hub` looks for it and never stands in a message. After an interruption, the same call
    sends what is missing.

    Raises
    ------
    ConfigurationError
        When there is no merged model, or the hub's address holds a password; really: when no repository is
        named, or it is public and the configuration says private.
    UserError
        When the disk is full, or another run or stage works in the folder; really: when something speaks
        against it, or the hub fails for good.
    """
    with at_work(folder, "push"):
        return _push(config, folder, progress or Quiet(), really=really)


def _push(config: TrainConfig, folder: RunFolder, progress: Progress, *, really: bool) -> PushResult:
    if not (folder.merged / "config.json").is_file():
        raise ConfigurationError(
            "There is no merged model to push yet.",
            where=str(folder.merged),
            fix="Run `malmoi train merge` first.",
        )
    card = card_of(config, folder)
    licence = licence_of(config, folder.record())
    gate, against_gate = _gate(folder.record())
    files = files_of(folder.merged)
    against_weights = list(_changed_since(config, folder, files))
    unnamed = [] if config.hub.repo else ["no repository is named: set hub.repo to owner/name"]
    against_card = [f"the card: {one.field}: {one.fault}" for one in card.faults]
    against_licence = [] if licence.verdict.allowed else [f"the licences: {licence.verdict.reason}"]
    plan = PushResult(
        repo=config.hub.repo,
        endpoint=endpoint_of_hub(),
        private=config.hub.private,
        files=files,
        licence=licence,
        gate=gate,
        refusals=(*unnamed, *against_gate, *against_weights, *against_licence, *against_card),
    )
    return _send(plan, folder, progress) if really else plan


def files_of(model: Path) -> tuple[LocalFile, ...]:
    """Describe every file of a model folder, hidden ones aside."""
    return tuple(
        LocalFile(path.relative_to(model).as_posix(), path.stat().st_size, sha256_of(path))
        for path in sorted(model.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(model).parts)
    )


def _gate(record: dict[str, Any]) -> tuple[str, list[str]]:
    """Give the verdict of the forgetting gate in a word, and what speaks against a push."""
    gate = record.get("eval", {}).get("gate")
    if gate is None:
        return "not run", ["the run was not evaluated: run `malmoi train eval`"]
    if gate["passed"]:
        return "passed", []
    return "failed", [f"the forgetting gate failed: {reason}" for reason in gate["reasons"] or [""]]


def _changed_since(config: TrainConfig, folder: RunFolder, files: Sequence[LocalFile]) -> Iterator[str]:
    """Say which weights are no longer those that were evaluated and merged."""
    record = folder.record()
    trained = trained_weights(config, folder) if folder.adapter.is_dir() else None
    stages = {"eval": ("weights", "evaluated"), "merge": ("of", "merged")}
    for stage, (noted, done) in stages.items():
        if trained and record.get(stage, {}).get(noted, trained) != trained:
            yield f"what was trained has changed since it was {done}: run `malmoi train {stage}`"
    merged = {one["path"]: one["sha256"] for one in record.get("merge", {}).get("weights", ())}
    if {file.name: file.sha256 for file in files if file.name.endswith(".safetensors")} != merged:
        yield "the merged weights are not those that were merged: run `malmoi train merge`"


def _send(plan: PushResult, folder: RunFolder, progress: Progress) -> PushResult:
    if not plan.repo:
        raise ConfigurationError(
            "No repository is named to push to.", where="hub.repo", fix="Set it to owner/name."
        )
    if plan.refusals:
        raise UserError(
            f"The model may not be pushed: {'; '.join(plan.refusals)}.",
            where=str(folder.merged),
            fix="`malmoi train push` without --yes lists what speaks against it.",
        )
    sent: list[str] = []

    def note(commit: str, **facts: Any) -> None:
        told = {"repo": plan.repo, "endpoint": plan.endpoint, "private": plan.private}
        files = [asdict(file) for file in plan.files]
        folder.note("push", {**told, "files": files, "sent": sent, "commit": commit, **facts})

    hub = Hub(plan.repo, plan.endpoint, folder.merged)
    commit = ""
    try:
        hub.open(private=plan.private)
        with progress.task("push", plan.bytes, "bytes") as advance:
            missing = hub.missing(plan.files)
            advance(plan.bytes - sum(file.bytes for file in missing))
            parts = _parts(missing)
            for part in parts:
                commit = hub.commit(part, kept=plan.files, last=part is parts[-1])
                sent += [file.name for file in part]
                note(commit, complete=False)
                advance(sum(file.bytes for file in part))
        left = hub.missing(plan.files)
    except UserError as error:
        note(commit, complete=False, failure=error.what)
        raise
    if left:
        note(commit, complete=False)
        raise UserError(
            f"The hub took the files, yet does not have {', '.join(file.name for file in left)}.",
            where=plan.repo,
            fix="Push again.",
        )
    commit = commit or hub.head()
    note(commit, complete=True)
    return replace(plan, pushed=True, sent=tuple(sent), commit=commit)


def _parts(missing: Sequence[LocalFile]) -> list[list[LocalFile]]:
    """Part files into commits: one for each file of weights, then all others, so that the card comes last."""
    weights = [[file] for file in missing if file.name.endswith(".safetensors")]
    rest = [file for file in missing if not file.name.endswith(".safetensors")]
    return [*weights, *([rest] if rest else [])]
