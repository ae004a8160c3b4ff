"""Whether a release may be put where others can have it, and the sentence of somebody who says so."""

from collections.abc import Iterable
from pathlib import Path

from curation.atomic import write_bytes, write_text
from curation.errors import ConfigurationError
from curation.manifest import NAME, describe_files, load_manifest, to_bytes
from datacards.huggingface import with_permission
from datacards.terms import combine, may_publish

README = "README.md"


def refuse_unless_permitted(sources: Iterable[tuple[str, str]], permission: str) -> None:
    """Refuse to publish what is made of ``(name, licence)`` sources that do not allow it.

    Raises
    ------
    ConfigurationError
        With the clause and the source that forbid it, or that say nothing of it.
    """
    verdict = may_publish(combine(sources))
    if not verdict.allowed and not permission.strip():
        raise ConfigurationError(
            "the release may not be put where others can have it",
            where=verdict.reason,
            fix='keep it here, leave these sources out, or say who allowed it: --i-have-permission "…"',
        )


def open_to_others(release: Path, permission: str) -> None:
    """Make sure that the release may be published; write a permission into its card and manifest.

    Raises
    ------
    ConfigurationError
        When its sources do not allow it and there is no permission, or there is no release.
    """
    manifest = load_manifest(release)
    if manifest is None:
        raise ConfigurationError("there is no release", where=str(release), fix="give the release's folder")
    said = " ".join(permission.split())
    sources = ((source["name"], source["licence"]) for source in manifest["sources"])
    refuse_unless_permitted(sources, said or manifest.get("permission", ""))
    if not said or manifest.get("permission") == said:
        return
    readme = release / README
    write_text(readme, with_permission(readme.read_text(encoding="utf-8"), said))
    (described,) = describe_files(release, [readme])
    manifest["files"] = [described if file["path"] == README else file for file in manifest["files"]]
    write_bytes(release / NAME, to_bytes(manifest | {"permission": said}))
