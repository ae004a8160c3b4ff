"""Modals and Home tabs: their limits, who has which one open, and the hash that guards updates.

Limits: docs.slack.dev "Views" (title, submit and close 24 characters; 100 blocks; private_metadata
3,000; callback_id 255; a stack of three modals; 250 kB).
"""

import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

from slackbot.emulator.markup import block_fault
from slackbot.emulator.models import MethodError

View = dict[str, Any]
LABEL, BLOCKS, PRIVATE_METADATA, CALLBACK_ID, STACK, BYTES = 24, 100, 3_000, 255, 3, 250_000
_numbers = itertools.count(1)


class Views:
    """The views of one workspace: a stack of modals and a Home tab for each person."""

    def __init__(self, team: str, app: str, bot: str) -> None:
        self._marks = {"team_id": team, "app_id": app, "app_installed_team_id": team, "bot_id": bot}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def open(self, user: str, given: Mapping[str, Any]) -> View:
        """Show a modal alone."""
        view = self._made(given, "modal")
        self.stacks[user] = [view]
        return view

    def push(self, user: str, given: Mapping[str, Any]) -> View:
        """Show a modal on top of the others."""
        stack = self.stacks.get(user, [])
        if not stack:
            raise MethodError("not_found")
        if len(stack) >= STACK:
            raise MethodError("push_limit_reached")
        view = self._made(given, "modal")
        view.update(root_view_id=stack[0]["id"], previous_view_id=stack[-1]["id"])
        stack.append(view)
        return view

    def update(self, given: Mapping[str, Any], *, view_id: str, external_id: str, guard: str) -> View:
        """Replace the content of an open view."""
        _, view = self.find(view_id, external_id)
        if guard and guard != view["hash"]:
            raise MethodError("hash_conflict")
        fresh = self._made(given, view["type"], replaces=view)
        kept = ("id", "root_view_id", "previous_view_id")
        view.update(fresh | {key: view[key] for key in kept})
        return view

    def publish(self, user: str, given: Mapping[str, Any], guard: str) -> View:
        """Set a person's Home tab."""
        before = self.homes.get(user)
        if guard and before and guard != before["hash"]:
            raise MethodError("hash_conflict")
        view = self._made(given, "home")
        if before:
            view.update(id=before["id"], root_view_id=before["id"])
        self.homes[user] = view
        return view

    def find(self, view_id: str, external_id: str = "") -> tuple[str, View]:
        """Who has the view open, and the view; raises ``not_found``."""
        for user, stack in (*self.stacks.items(), *((u, [home]) for u, home in self.homes.items())):
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user, view
        raise MethodError("not_found")

    def close(self, view_id: str, *, everything: bool = False) -> None:
        """Close a modal, or the whole stack that it stands in."""
        for user, stack in list(self.stacks.items()):
            if any(view["id"] == view_id for view in stack):
                left = [] if everything else [view for view in stack if view["id"] != view_id]
                self.stacks[user] = left
                if not left:
                    del self.stacks[user]

    def _made(self, given: Mapping[str, Any], kind: str, replaces: View | None = None) -> View:
        faults = list(_faults(given, kind))
        if faults:
            raise MethodError("invalid_arguments", response_metadata={"messages": faults})
        if len(json.dumps(given, ensure_ascii=False).encode()) > BYTES:
            raise MethodError("view_too_large")
        external = str(given.get("external_id") or "")
        others = [v for stack in self.stacks.values() for v in stack if v is not replaces]
        if external and any(view["external_id"] == external for view in others):
            raise MethodError("duplicate_external_id")
        name = f"V{next(_numbers):08d}"
        blocks = [{"block_id": f"b{place}"} | dict(block) for place, block in enumerate(given["blocks"])]
        return {
            "title": None,
            "submit": None,
            "close": None,
            "private_metadata": "",
            "callback_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **given,
            "id": name,
            "type": kind,
            "blocks": blocks,
            "external_id": external,
            "state": {"values": {}},
            "hash": f"{time.time():.6f}.{next(_numbers)}",
            "root_view_id": name,
            "previous_view_id": None,
            **self._marks,
        }


def _faults(given: Mapping[str, Any], kind: str) -> list[str]:
    """What Slack says about a view that it refuses, in its way of pointing at the place."""
    found: list[str] = []
    if given.get("type") != kind:
        found.append(f"[ERROR] unsupported type: {given.get('type')} [json-pointer:/view/type]")
    for name in ("title", "submit", "close"):
        label = given.get(name)
        text = str(label.get("text", "")) if isinstance(label, Mapping) else ""
        if label is None and (name != "title" or kind == "home"):
            continue
        if not isinstance(label, Mapping) or label.get("type") != "plain_text" or not 0 < len(text) <= LABEL:
            found.append(f"[ERROR] must be plain_text of 1 to {LABEL} characters [json-pointer:/view/{name}]")
    for name, longest in (("private_metadata", PRIVATE_METADATA), ("callback_id", CALLBACK_ID)):
        if len(str(given.get(name) or "")) > longest:
            found.append(f"[ERROR] must be less than {longest + 1} characters [json-pointer:/view/{name}]")
    blocks = given.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        return [*found, "[ERROR] must be an array of blocks [json-pointer:/view/blocks]"]
    if len(blocks) > BLOCKS:
        found.append(f"[ERROR] no more than {BLOCKS} items allowed [json-pointer:/view/blocks]")
    for place, block in enumerate(blocks):
        fault = block_fault(block)
        if fault:
            found.append(f"[ERROR] {fault} [json-pointer:/view/blocks/{place}]")
    inputs = any(block.get("type") == "input" for block in blocks)
    if kind == "modal" and inputs and not given.get("submit"):
        found.append("[ERROR] submit is required when an input block is within blocks [json-pointer:/view]")
    return found
