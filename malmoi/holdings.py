"""What a workspace holds: releases, indexes, models, bundles, the bot, and what is stale against what."""

from pathlib import Path

from malmoi.workspaces.kinds import Bot, Bundle, Holdings, Index, Model, Release, Stale

__all__ = ["Bot", "Bundle", "Holdings", "Index", "Model", "Release", "Stale", "holdings"]


def holdings(workspace: Path) -> Holdings:
    """Look through a workspace; nothing is written, no model or store is loaded, no big folder is hashed.

    What is behind of what is told from manifests and notes: hashes that stand there are compared with each
    other, and a file is hashed only when its size or time is not the one that was noted.

    Raises
    ------
    ConfigurationError
        When `malmoi.toml` cannot be read.
    """
    from malmoi.workspace import Workspace
    from malmoi.workspaces.bot import astray, bot_of
    from malmoi.workspaces.bundles import bundle_at, unfinished_bundle
    from malmoi.workspaces.finding import find, out_of_work
    from malmoi.workspaces.indexes import index_at
    from malmoi.workspaces.models import models_at
    from malmoi.workspaces.releases import release_at, unfinished_release

    place = Workspace(workspace)
    settings = place.settings()
    found = find(workspace)
    releases = [one for one in map(release_at, found.releases) if one is not None]
    bundles = list(map(bundle_at, found.bundles))
    for work in found.works:
        out = out_of_work(work)
        if (work / "run.json").is_file():
            releases += [] if out in found.releases else [unfinished_release(work, out)]
        elif out not in found.bundles and any((work / part).is_dir() for part in ("weights", "library")):
            bundles.append(unfinished_bundle(work, out))
    indexes = list(map(index_at, found.indexes))
    models = [model for run in found.runs for model in models_at(run, workspace)]
    bot = bot_of(place, settings)
    listed = (*releases, *indexes, *models, *bundles, *([bot] if bot is not None else ()))
    return Holdings(
        workspace=workspace,
        bytes=sum(one.bytes for one in listed),
        releases=tuple(releases),
        indexes=tuple(indexes),
        models=tuple(models),
        bundles=tuple(bundles),
        bot=bot,
        settings=tuple(astray(place, settings)),
        incomplete=found.incomplete,
    )
