"""A whole bundle as a folder that any static host serves, with the headers that some hosts read from it."""

import hashlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from compile.placing import BUNDLE, free_place, writing
from compile.publishing.plan import (
    Origin,
    Plan,
    against_faults,
    against_licence,
    against_passages,
    licence_of,
    require_whole,
    search_index,
)
from compile.serving import policy_of
from curation.atomic import publish_directory, share
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from training.publishing.hub import LocalFile
from training.publishing.pushing import files_of

HEADERS: Final = "_headers"
_README: Final = "HOSTING.md"
_NO_JEKYLL: Final = ".nojekyll"
_TEXT: Final = """# What the host must do

This folder is a whole site; no server program is needed.

- Serve it over HTTPS (or from this machine): browsers give WebGPU and service workers to nothing else.
- Serve every file as it is, `.wasm` as `application/wasm`, and answer `Range` requests.
- Send with every answer, so that the processor's engine may use threads and no page reaches another host:

```
{headers}
```

  Netlify, Cloudflare Pages and hosts like them read this from `_headers`. Elsewhere it has to be set up;
  without it the page works with one thread.
- Let `sw.js` and `index.html` be asked for anew each time (`Cache-Control: no-cache`).
- Allow files of {largest:,.0f} MB: that is the largest one here ({name}). Some hosts allow less.
- Everything here can be read by whoever reaches the address{passages}.
"""


def publish_to_folder(
    bundle: Path,
    out: Path,
    origin: Origin,
    *,
    share_passages: bool = False,
    really: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Say what would be written and what speaks against it, and ``really`` write it.

    ``out`` appears whole, or stays as it was; an earlier bundle there is replaced, anything else is not.

    Parameters
    ----------
    share_passages
        Somebody looked at the passages and says that they may be read by all.

    Raises
    ------
    ConfigurationError
        When there is no whole bundle, or ``out`` is something else.
    UserError
        Really: when something speaks against it, or the disk is full.
    """
    shown = progress or Quiet()
    require_whole(bundle)
    place = _free_place(bundle, out)
    licence = licence_of(origin)
    added = _added(bundle)
    files = (*files_of(bundle), *(_described(name, text) for name, text in added.items()))
    passages = search_index(bundle).get("passages") if (bundle / "search").is_dir() else None
    public = [f"anybody: page, models and {len(files)} files in all"]
    if passages is not None:
        public.append(f"anybody: the text of {passages:,} passages, with their sources")
    plan = Plan(
        kind="folder",
        target=str(out),
        private=False,
        files=tuple(sorted(files, key=lambda file: file.name)),
        licence=licence,
        public=tuple(public),
        refusals=(
            *against_faults(bundle, shown),
            *against_licence(origin, licence),
            *against_passages(bundle, permitted=share_passages),
        ),
    )
    if not really:
        return plan
    plan.require()
    with writing(out, BUNDLE):
        _write(bundle, place, plan, added, shown)
    return replace(plan, done=True, sent=tuple(file.name for file in plan.files))


def _free_place(bundle: Path, out: Path) -> Path:
    here, there = bundle.resolve(), out.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise ConfigurationError(
            "The bundle cannot be published into itself.", where=str(out), fix="Name a folder beside it."
        )
    return free_place(out, BUNDLE)


def _added(bundle: Path) -> dict[str, str]:
    """Write the files that only a host needs, by name."""
    headers = "\n".join(
        f"{name}: {value}"
        for name, value in {
            "Content-Security-Policy": policy_of(bundle / "index.html"),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }.items()
    )
    largest = max(
        (path for path in bundle.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    rules = [("/*", headers), *((f"/{name}", "Cache-Control: no-cache") for name in ("index.html", "sw.js"))]
    readme = _TEXT.format(
        headers=headers,
        largest=largest.stat().st_size / 1e6,
        name=largest.relative_to(bundle).as_posix(),
        passages=", the passages in `search/` too" if (bundle / "search").is_dir() else "",
    )
    return {
        HEADERS: "".join(f"{path}\n  {told.replace(chr(10), chr(10) + '  ')}\n" for path, told in rules),
        _NO_JEKYLL: "",
        _README: readme,
    }


def _described(name: str, text: str) -> LocalFile:
    content = text.encode()
    return LocalFile(name, len(content), hashlib.sha256(content).hexdigest())


def _write(bundle: Path, out: Path, plan: Plan, added: dict[str, str], progress: Progress) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(out.parent).free
    if free < plan.bytes:
        raise UserError(
            f"The bundle takes {plan.bytes / 1e9:.2f} GB, and the disk has {free / 1e9:.2f} GB left.",
            where=str(out),
            fix="Make room, or name a folder on another disk.",
        )
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        with progress.task("copy the bundle", plan.bytes, "B") as advance:
            for file in plan.files:
                target = work / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                if file.name in added:
                    target.write_text(added[file.name], encoding="utf-8")
                else:
                    shutil.copyfile(bundle / file.name, target)
                advance(file.bytes)
        share(work)
        free_place(out, BUNDLE)  # somebody may have put something there meanwhile
        publish_directory(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
