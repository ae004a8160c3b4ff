"""One model of a bundle to the Hugging Face hub, where web-llm looks for it below ``resolve/main/``."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from compile.check import is_whole, model_folder
from compile.publishing.card import README, write_card
from compile.publishing.plan import Origin, Plan, against_faults, against_licence, licence_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from training.publishing.hub import Hub, LocalFile, endpoint_of_hub
from training.publishing.licence import ModelLicence
from training.publishing.pushing import files_of

# Bytes of shards in a commit: what a push that was interrupted may have to send again.
_PART: Final = 512 * 2**20
_NEEDED: Final = ("mlc-chat-config.json", "app-config.json")


def publish_to_hub(
    bundle: Path,
    repo: str,
    origin: Origin,
    *,
    name: str = "",
    private: bool = True,
    really: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Say what would be sent and what speaks against it, and ``really`` send it.

    The model's folder becomes the repository, with a card that tells how to load it. Passages and page are
    not sent. Without ``really`` no request is made. The hub is that of ``HF_ENDPOINT``; the token is found
    where `huggingface_hub` looks for it. After an interruption, the same call sends what is missing.

    Parameters
    ----------
    bundle
        A whole bundle, or one model's folder.
    repo
        ``owner/name``.
    origin
        What the model was made from.
    name
        Which model of the bundle, where it has several.

    Raises
    ------
    ConfigurationError
        When there is no such model, the repository's name is none, or it is public and should be private,
        or the hub's address holds a password.
    UserError
        Really: when something speaks against it, or the hub fails for good.
    """
    if repo.count("/") != 1 or not all(repo.split("/")):
        raise ConfigurationError("A repository is named owner/name.", where=repo, fix="Name it so.")
    shown = progress or Quiet()
    model, licence = model_folder(bundle, name), licence_of(origin)
    endpoint = endpoint_of_hub()
    refusals = [
        *against_faults(bundle if is_whole(bundle) else model, shown),
        *against_licence(origin, licence),
    ]
    with _staged(model, repo, endpoint, origin, licence) as folder:
        files = files_of(folder)
        who = "whom the repository lets in" if private else "anybody"
        plan = Plan(
            kind="hub",
            target=f"{endpoint}/{repo}",
            private=private,
            files=files,
            licence=licence,
            public=(f"{who}: weights, tokenizer and library of the model, {len(files)} files",),
            refusals=tuple(refusals),
        )
        if not really:
            return plan
        plan.require()
        return _send(plan, Hub(repo, endpoint, folder), shown)


@contextmanager
def _staged(model: Path, repo: str, endpoint: str, origin: Origin, licence: ModelLicence) -> Iterator[Path]:
    """Give a folder with the model's files and its card; the bundle stays as it is."""
    config, app = (_read(model / name) for name in _NEEDED)
    try:
        record = app["model_list"][0]
        files = [path for path in sorted(model.iterdir()) if path.is_file() and path.name != README]
        size = sum(path.stat().st_size for path in files)
        card = write_card(
            repo,
            endpoint,
            name=record["model_id"],
            origin=origin,
            given=licence,
            config=config,
            record=record,
            size=size,
        )
    except (KeyError, IndexError, TypeError) as error:
        raise ConfigurationError(
            f"The model's folder does not say what it is: {error!r}",
            where=str(model),
            fix="`malmoi compile check` names what is wrong.",
        ) from error
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for path in files:
            (folder / path.name).symlink_to(path.resolve())
        (folder / README).write_text(card, encoding="utf-8")
        yield folder


def _read(path: Path) -> dict[str, Any]:
    try:
        value = orjson.loads(path.read_bytes())
        if not isinstance(value, dict):
            raise ValueError("an object is expected")
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The model's folder is not complete: {error}",
            where=str(path),
            fix="`malmoi compile check` names what is missing.",
        ) from error
    return value


def _send(plan: Plan, hub: Hub, progress: Progress) -> Plan:
    hub.open(private=plan.private)
    sent: list[str] = []
    commit = ""
    with progress.task("publish", plan.bytes, "B") as advance:
        missing = hub.missing(plan.files)
        advance(plan.bytes - sum(file.bytes for file in missing))
        parts = list(_parts(missing))
        for part in parts:
            commit = hub.commit(part, kept=plan.files, last=part is parts[-1])
            sent += [file.name for file in part]
            advance(sum(file.bytes for file in part))
    left = hub.missing(plan.files)
    if left:
        raise UserError(
            f"The hub took the files, yet does not have {', '.join(file.name for file in left)}.",
            where=plan.target,
            fix="Publish again.",
        )
    return replace(plan, done=True, sent=tuple(sent), commit=commit or hub.head())


def _parts(missing: Sequence[LocalFile]) -> Iterator[list[LocalFile]]:
    """Part files into commits: some shards at a time, then all others, so that what finds them is last."""
    part: list[LocalFile] = []
    for file in (one for one in missing if one.name.endswith(".bin")):
        if part and sum(one.bytes for one in part) + file.bytes > _PART:
            yield part
            part = []
        part.append(file)
    if part:
        yield part
    rest = [one for one in missing if not one.name.endswith(".bin")]
    if rest:
        yield rest
