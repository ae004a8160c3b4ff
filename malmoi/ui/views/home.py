"""The first page and the lists: what the workspace holds, how large it is, what is stale."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from curation.errors import ConfigurationError
from malmoi.ui.pages import desk_of


def home(request: Request) -> Mapping[str, Any]:
    """Everything, looked up anew."""
    desk = desk_of(request)
    return {
        "holdings": desk.holdings(anew=True),
        "folder": str(desk.workspace.home.resolve()),
        "can_ask": bool(desk.indexes()),
    }


def releases(request: Request) -> Mapping[str, Any]:
    """Every release."""
    return {"releases": desk_of(request).holdings(anew=True).releases}


def bundles(request: Request) -> Mapping[str, Any]:
    """Every bundle, with the command that serves it."""
    return {"bundles": desk_of(request).holdings(anew=True).bundles}


def bundle(request: Request) -> Mapping[str, Any]:
    """One bundle."""
    name = request.query_params.get("name", "")
    for found in desk_of(request).holdings().bundles:
        if found.name == name:
            return {"bundle": found}
    raise ConfigurationError(
        "There is no such bundle in the workspace.", where=name, fix="Make one with `malmoi compile`."
    )


def slack(request: Request) -> Mapping[str, Any]:
    """How the local Slack stands."""
    desk = desk_of(request)
    return {"now": desk.slack.now(), "indexes": list(desk.indexes())}
